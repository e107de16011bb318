"""Dateline against llama.cpp's own server: does it speak the protocol, and does nonsense do no harm?

    python -m venv llama && llama/bin/pip install "llama-cpp-python[server]" gguf    # builds for some minutes
    uv run python -m evals.llamacpp --python llama/bin/python

A model with random weights (evals/tiny_model.py) writes. Every question must be answered, within the time set, by words
of the articles, or declined. Prints a Markdown table; the exit status is 1 where anything is otherwise.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from evals.questions import read_questions
from qa.archive import Archive
from qa.doctor import checks
from qa.settings import Settings
from qa.types import Draft, Finished

ROOT = Path(__file__).parents[1]
SECONDS, READY_SECONDS = 20.0, 60.0


@contextmanager
def serving(python: Path, folder: Path) -> Iterator[str]:
    """The address of llama.cpp's server with the tiny model."""
    model = folder / "tiny.gguf"
    subprocess.run([python, ROOT / "evals" / "tiny_model.py", model], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        python,
        "-m",
        "llama_cpp.server",
        "--model",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--n_ctx",
        "32768",
    ]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}/v1"
            until = time.monotonic() + READY_SECONDS
            while time.monotonic() < until:
                try:
                    urllib.request.urlopen(f"{address}/models", timeout=1).close()  # noqa: S310 - our own server
                    break
                except OSError:
                    time.sleep(0.3)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--python", type=Path, required=True, help="an interpreter with llama-cpp-python[server] and gguf"
    )
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions" / "corpus.jsonl")
    parser.add_argument("--limit", type=int, default=30)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, serving(options.python.absolute(), Path(name)) as address:
        settings = Settings(openai_base_url=address, timeout=SECONDS, answer_tokens=120, passage_tokens=800)
        connection = [check for check in checks(ROOT / "corpus", Path(name) / "index", settings) if not check.well]
        for check in connection:
            print(f"MEND {check.name}: {check.told}")
        with Archive(ROOT / "corpus", Path(name) / "index", settings) as archive:
            archive.sync()
            wrong, seconds, first, drafts, used = [], list[float](), list[float](), 0, 0
            for question in list(read_questions(options.questions))[: options.limit]:
                started, seen = time.perf_counter(), 0
                for event in archive.stream(question.question):
                    if isinstance(event, Draft):
                        seen += 1
                        first += [time.perf_counter() - started] if seen == 1 else []
                    if isinstance(event, Finished):
                        answer = event.answer
                seconds.append(time.perf_counter() - started)
                drafts += bool(seen)
                used += answer.usage.written > 0
                verbatim = all(
                    c.quote in (a.text if (a := archive.article(c.article.id)) else "") for c in answer.citations
                )
                if not verbatim or seconds[-1] > SECONDS + 5 or not (answer.abstained or answer.citations):
                    wrong.append(question.question)
    print(
        "| questions | model asked | tokens counted | first words p50, s | answer p50, s | longest, s | wrong |\n"
        + "|---" * 7
        + "|"
    )
    begun = f"{median(first):.2f}" if first else "none"
    print(
        f"| {len(seconds)} | {drafts} | {used} | {begun} | {median(seconds):.2f} | {max(seconds):.2f} | {len(wrong)} |"
    )
    for asked in wrong:
        print(asked)
    return 1 if wrong or connection or not drafts else 0


if __name__ == "__main__":
    sys.exit(main())
