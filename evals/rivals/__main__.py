"""Ask another tool the same questions: `python -m evals.rivals NAME --corpus DIR --questions FILE.jsonl --out DIR`.

It writes what `evals.run` writes, and in report.json also `ingest_seconds` (reading the articles, building the index),
and `ingest_cpu_seconds` and `question_cpu_seconds`, what all threads spent whatever else the machine did. `dateline` is
Dateline itself with a new index. README.md beside this file says what is used of each tool and how to install it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import qa
from evals.answering import Answering
from evals.questions import Question, asked_of
from evals.report import table
from evals.rivals.common import Rival, decline_below, fingerprint, read_articles
from evals.run import ask_all, finish, texts_of
from evals.runs import PREDICTIONS, begin, record_of
from qa.errors import DatelineError, EvaluationError
from qa.models.engine import DATA, checksums
from qa.settings import Settings

DATELINE: dict[str, dict[str, int]] = {"dateline": {}, "dateline-one-quote": {"quotes": 1}}
"""Settings by name: with one, an answer is one sentence as a rival's is."""
RIVALS: dict[str, tuple[str, dict[str, int]]] = {
    "bm25": ("bm25", {}),
    "llamaindex": ("llamaindex", {}),
    "llamaindex-256": ("llamaindex", {"chunk_size": 256}),
    "haystack": ("haystack", {}),
    "haystack-reader": ("haystack_reader", {}),
    "txtai": ("txtai", {}),
}
"""Module and settings by name. The shipped encoder reads 256 tokens, a quarter of LlamaIndex's default."""


def main(arguments: list[str] | None = None) -> int:
    """0 when the run was written, 1 with one sentence where it could not be made."""
    parser = argparse.ArgumentParser(prog="python -m evals.rivals", description="Ask another tool the same questions.")
    parser.add_argument("name", choices=(*DATELINE, *RIVALS))
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of articles")
    parser.add_argument("--questions", type=Path, required=True, help="a question a line, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="the folder for predictions and reports")
    parser.add_argument("--limit", type=int, help="only the first so many questions")
    parser.add_argument("--tune", type=Path, help="other questions, to find the confidence below which it declines")
    options = parser.parse_args(arguments)
    try:
        _run(options, asked_of(options.questions)[: options.limit])
    except (DatelineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace, questions: list[Question]) -> None:
    """Build the tool's index, ask it, and write and print what came of it."""
    with ExitStack() as stack:
        started, cpu = perf_counter(), process_time()
        asked, record = _dateline(options, stack) if options.name in DATELINE else _rival(options)
        spent = {"ingest_seconds": perf_counter() - started, "ingest_cpu_seconds": process_time() - cpu}
        if options.tune and isinstance(asked, Rival):
            record |= {"declines_below": _tune(asked, asked_of(options.tune))}
        rows = begin(options.out, options.questions, record)
        left, cpu = len(questions) - len(rows), process_time()
        rows = ask_all(asked, questions, options.out / PREDICTIONS, rows)
        spent["question_cpu_seconds"] = (process_time() - cpu) / max(left, 1)
        texts = texts_of(asked, questions, rows.values())
    print(table(finish(options.out, questions, rows, texts, record, spent)))


def _dateline(options: argparse.Namespace, stack: ExitStack) -> tuple[Answering, dict[str, Any]]:
    index = stack.enter_context(tempfile.TemporaryDirectory())
    settings = Settings.load().model_copy(update=DATELINE[options.name])
    archive = stack.enter_context(qa.open(options.corpus, index, settings=settings))
    return archive, {"rival": options.name, **record_of(archive, options.questions, options.limit)}


def _rival(options: argparse.Namespace) -> tuple[Answering, dict[str, Any]]:
    """The rival with its articles indexed, and what decides its answers.

    Raises:
        EvaluationError: What it needs is not installed.
    """
    module, settings = RIVALS[options.name]
    try:
        tool = import_module(f"evals.rivals.{module}")
    except ImportError as error:
        raise EvaluationError(
            f"{options.name} cannot be imported ({error}): evals/rivals/README.md says how to install it."
        ) from None
    articles, refused = read_articles(options.corpus)
    for item in refused:
        print(f"Not read: {item}", file=sys.stderr)
    if not articles:
        raise EvaluationError(f"There is no article in {str(options.corpus)!r}.")
    record = {
        "rival": options.name,
        "settings": settings,
        "packages": {name: version(name) for name in tool.PACKAGES},
        "models": dict(checksums(DATA)),
        "corpus": fingerprint(articles),
        "questions": hashlib.sha256(options.questions.read_bytes()).hexdigest()[:16],
        "limit": options.limit,
    }
    return Rival(articles, tool.build(articles, **settings)), record


def _tune(rival: Rival, questions: Sequence[Question]) -> float:
    """Have the rival decline below the confidence that tells these questions apart best; that confidence.

    Raises:
        EvaluationError: None of them is answerable, or all are.
    """
    answers = [rival.ask(question.question) for question in questions]
    told = [(question.answerable, answer) for question, answer in zip(questions, answers, strict=True)]
    if len({answerable for answerable, _ in told}) < 2:
        raise EvaluationError("The questions to tune on need answerable and unanswerable ones.")
    rival.decline_below = decline_below([(kind, -1.0 if a.abstained else a.confidence) for kind, a in told])
    return rival.decline_below


if __name__ == "__main__":
    sys.exit(main())
