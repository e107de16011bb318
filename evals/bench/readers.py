"""Fifty readers at once: do they wait, does anything fail, does anybody see what another asked?

    uv run python -m evals.bench.readers --corpus corpus --readers 50 --minutes 5

It starts the app with an index and data of its own, and speaks to it as the page does. Every question has the mark of
its reader; after each answer the conversation, as the server shows it, must have marks of that reader alone. A reader
thinks between two questions, --thinking seconds on average.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from evals.bench.measuring import app

SEED = 1729
QUESTIONS = (
    "When did Ramadi fall?",
    "How many people fled Hit?",
    "How far is Anah from Syria?",
    "Who won the chess tournament in Reykjavik?",
    "Why had the prime minister kept Shia militias out of Anbar?",
)


@dataclass
class Seen:
    """What was measured."""

    seconds: list[float] = field(default_factory=list)
    """From the question to the whole answer."""
    checks: int = 0
    mixed: int = 0
    errors: list[str] = field(default_factory=list)


class Reader:
    """One reader: a browser's cookie, a session, a conversation."""

    def __init__(self, number: int, address: str, thinking: float, seen: Seen) -> None:
        self.mark, self._thinking, self._seen = f"mark{number}x", thinking, seen
        self._client = httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(keepalive_expiry=3.0))
        self._session, self._conversation, self._messages = f"session{number}", "", list[Any]()
        self._random = random.Random(SEED + number)  # noqa: S311 - the same each time

    async def read(self, until: float) -> None:
        """Ask until the time is over."""
        async with self._client as client:
            await asyncio.sleep(self._random.uniform(0, self._thinking))  # nobody comes at the same instant
            put, answer = _events((await client.get("/config")).json())
            asked = 0
            while time.monotonic() < until:
                await asyncio.sleep(self._random.expovariate(1 / self._thinking))
                question = f"{self._random.choice(QUESTIONS)} ({self.mark} {asked})"
                asked += 1
                try:
                    await self._ask(put, answer, question)
                    await self._check(asked)
                except (httpx.HTTPError, KeyError, ValueError) as error:
                    self._seen.errors.append(f"{type(error).__name__}: {error}")

    async def _ask(self, put: int, answer: int, question: str) -> None:
        started = time.perf_counter()
        sent = json.dumps({"conversation": self._conversation})
        body = {"data": [question, self._messages, sent], "fn_index": put, "session_hash": self._session}
        response = await self._client.post("/gradio_api/run/predict", json=body)
        messages = response.raise_for_status().json()["data"][0]
        body = {"data": [None, messages], "fn_index": answer, "session_hash": self._session}
        (await self._client.post("/gradio_api/queue/join", json=body)).raise_for_status()
        told = await self._told()
        self._seen.seconds.append(time.perf_counter() - started)
        self._conversation = told["conversation"]

    async def _told(self) -> dict[str, Any]:
        """What the browser is told in the end; of the values between only changes come, which are passed over."""
        path = f"/gradio_api/queue/data?session_hash={self._session}"
        async with self._client.stream("GET", path) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line[5:])
                if event["msg"] == "process_completed":
                    if not event["success"]:
                        raise ValueError(str(event["output"]))
                    self._messages, told = event["output"]["data"]
                    return dict(told)
        raise ValueError("the stream ended early")

    async def _check(self, asked: int) -> None:
        """The conversation, as it is kept, has this reader's questions alone, and all of them."""
        response = await self._client.get(f"/api/conversations/{self._conversation}/export?form=json")
        marks = re.findall(r"mark\d+x \d+", response.raise_for_status().text + json.dumps(self._messages))
        listed = (await self._client.get("/api/conversations")).raise_for_status().text
        others = {mark for mark in [*marks, *re.findall(r"mark\d+x", listed)] if mark.split()[0] != self.mark}
        self._seen.checks += 1
        self._seen.mixed += bool(others) or f"{self.mark} {asked - 1}" not in marks


def _events(config: dict[str, Any]) -> tuple[int, int]:
    """The numbers of what puts a question and of what answers it."""
    box = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == "box")
    put = next(event for event in config["dependencies"] if [box, "submit"] in [list(t) for t in event["targets"]])
    answer = next(event for event in config["dependencies"] if event.get("trigger_after") == put["id"])
    return put["id"], answer["id"]


async def measure(address: str, readers: int, seconds: float, thinking: float = 10.0) -> Seen:
    """What `readers` readers, who think for `thinking` seconds between questions, meet at `address` in so many."""
    seen, until = Seen(), time.monotonic() + seconds
    await asyncio.gather(*(Reader(number, address, thinking, seen).read(until) for number in range(readers)))
    return seen


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row of a table; 1 where anything failed or was mixed up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--thinking", type=float, default=10.0, help="seconds between two questions, on average")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, app(options.corpus, Path(folder, "index")) as address:
        seen = asyncio.run(measure(address, options.readers, 60 * options.minutes, options.thinking))
    p50, p95 = np.percentile(seen.seconds, [50, 95])
    named = ("readers", "thinking, s", "minutes", "answers", "p50, s", "p95, s", "checks", "mixed up", "errors")
    cells = (options.readers, options.thinking, options.minutes, len(seen.seconds), f"{p50:.2f}", f"{p95:.2f}")
    print(f"| {' | '.join(named)} |\n{'|---' * len(named)}|")
    print(f"| {' | '.join(map(str, (*cells, seen.checks, seen.mixed, len(seen.errors))))} |")
    for error in sorted(set(seen.errors))[:10]:
        print(error)
    return 1 if seen.mixed or seen.errors else 0


if __name__ == "__main__":
    sys.exit(main())
