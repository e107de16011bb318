"""The server as a process: where it listens, whom it asks for a key, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from evals.scripted import Reply, passages, serving, words
from qa.cli import main
from qa.keeping.keys import FILE, Keys
from tests.serving.conftest import QUESTION

TRAM = "When did the first tram of Amara run?"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what readers keep."""
    monkeypatch.setenv("QA_DATA", str(tmp_path / "kept"))
    return tmp_path / "kept"


@contextmanager
def served(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of the command, and the address that it tells."""
    command = [sys.executable, "-c", "from qa.cli import main; main()", *arguments, "--port", "0"]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "QA_", "OTEL_"))}
    own |= {"XDG_CONFIG_HOME": str(folder), "QA_CORPUS": str(folder / "news"), "QA_INDEX": str(folder / "index")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=own | settings
    ) as process:
        assert process.stdout and process.stderr
        try:
            found = re.search(r"http://\S+", line := process.stdout.readline())
            assert found, f"{line} {process.stderr.read()}"
            yield process, found[0]
        finally:
            process.kill()


def test_told_to_end_it_finishes_what_it_can_within_five_seconds(folder: Path) -> None:
    def script(request: Any) -> Reply:  # noqa: ANN401
        number = next(iter(passages(request)))
        text = f"The first tram of Amara ran on Monday 5 February 2018 [{number}]."
        if "tram" in request["messages"][-1]["content"].rpartition(">>")[2]:
            return Reply(words(text), wait=0.03)
        return Reply(words(text) * 10_000, wait=0.01)

    told: dict[str, str] = {}

    def ask(question: str) -> None:
        asked = {"model": "dateline", "stream": True, "messages": [{"role": "user", "content": question}]}
        with httpx.Client(timeout=30) as caller, caller.stream("POST", url, json=asked) as response:
            told[question] = ""
            try:
                for piece in response.iter_text():
                    told[question] += piece
            except httpx.HTTPError:
                told[question] += "BROKEN OFF"

    with serving(script) as model, served(folder, "serve", OPENAI_BASE_URL=model.url, QA_RETRIES="0") as (process, at):
        url = f"{at}/v1/chat/completions"
        callers = [threading.Thread(target=ask, args=(question,)) for question in (QUESTION, TRAM)]
        for caller in callers:
            caller.start()
        while len(model.requests) < 2 or len(told) < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        process.wait(timeout=20)
        assert time.monotonic() - started < 6  # five, and a second for a busy machine
        for caller in callers:
            caller.join(timeout=10)
    assert told[TRAM].endswith("data: [DONE]\n\n")
    assert "[DONE]" not in told[QUESTION]
    with pytest.raises(httpx.ConnectError):
        httpx.get(at)


def test_with_keys_only_their_owners_are_answered(folder: Path, kept: Path) -> None:
    with closing(Keys(kept / FILE)) as keys:
        key = keys.add("newsroom")
    with served(folder, "serve", "--keys", QA_DATA=str(kept)) as (process, at):
        assert httpx.get(f"{at}/v1/models").status_code == 401
        models = httpx.get(f"{at}/v1/models", headers={"Authorization": f"Bearer {key}"})
        assert models.status_code == 200 and json.loads(models.text)["data"][0]["id"] == "dateline"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stderr and "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("command", [["serve"], ["mcp", "--http"]])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], '--host 0.0.0.0 opens Dateline to others: make a key first with "qa keys add NAME".'),  # noqa: S104
        (["--host", "::"], "--host :: opens Dateline to others"),
        (["--keys"], "--keys lets nobody in: make a key first"),
        (["--host", "203.0.113.77", "--keys"], "make a key first"),
        (["--host", "no such host"], "Host 'no such host' cannot be used"),
        (["--port", "70000"], "70000"),
        ([], "There is no folder '/no/such/folder'"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    kept: Path, command: list[str], arguments: list[str], said: str
) -> None:
    # Without articles, so that it ends in any case.
    result = CliRunner().invoke(main, [*command, "--port", "0", "--corpus", "/no/such/folder", *arguments])
    assert result.exit_code in (1, 2) and said in result.stderr and "Traceback" not in result.output
    assert "answers at" not in result.stdout


def test_keys_are_made_listed_and_removed(kept: Path) -> None:
    def keys(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["keys", *arguments])
        return result.stdout + result.stderr

    assert keys("list") == "Nobody has a key.\n"
    made = keys("add", "newsroom").strip()
    with closing(Keys(kept / FILE)) as known:
        assert known.owner(made) == "newsroom"
    assert keys("list") == "newsroom\n"
    assert "There is a key 'newsroom' already" in keys("add", "newsroom")
    assert keys("remove", "newsroom") == "The key newsroom opens nothing any more.\n"
    assert "There is no key 'newsroom'" in keys("remove", "newsroom")
