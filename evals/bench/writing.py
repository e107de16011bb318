"""What Dateline adds to a model's own time, and whether conversations stay apart: `python -m evals.bench.writing`.

A scripted model on this machine waits, then streams. Prints a Markdown table: milliseconds from the question to the
first words beyond the model's wait, and of that what the search took; then the answers of 20 conversations at once that
carry the mark of another's question.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

from evals.questions import read_questions
from evals.scripted import Reply, Request, passages, serving, words
from qa.archive import Archive
from qa.settings import Settings
from qa.types import Draft, Found, Turn

ROOT = Path(__file__).parents[2]
WAIT = 0.1
"""Seconds before the scripted model's first word."""


def script(request: Request) -> Reply:
    """A sentence of the first passage, and one with the mark of the question."""
    asked = request["messages"][-1]["content"]
    mark = re.findall(r"\bmark-\d+\b", asked)[-1:] or ["no mark"]
    told = passages(request)
    if not told:  # a follow-up to be completed
        return Reply(["-"])
    quoted = re.split(r"(?<=[.!?]) ", told[1].partition(": ")[2])[1]
    return Reply(words(f"{quoted} [1] The mark is {mark[0]}."), wait=WAIT / 20)


def first_words(archive: Archive, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds to the first words shown and to what was found, question by question."""
    shown, found = [], []
    for question in questions:
        started, first = perf_counter(), 0.0
        for event in archive.stream(question):
            if isinstance(event, Found):
                found.append(perf_counter() - started)
            elif isinstance(event, Draft) and not first:
                first = perf_counter() - started
        if first:
            shown.append(first)
    return shown, found


def mixed_up(archive: Archive, questions: Sequence[str], conversations: int, turns: int) -> tuple[int, int]:
    """How many answers carry their question's mark, and how many another's; those that no model wrote have none."""

    def converse(number: int) -> tuple[int, int]:
        right, wrong, history = 0, 0, list[Turn]()
        for turn in range(turns):
            mark = f"mark-{number * turns + turn}"
            question = f"{questions[(number + turn) % len(questions)]} ({mark})"
            answer = archive.ask(question, history[-2:])
            told = f"{answer.text} {' '.join(answer.warnings)}"
            marks = set(re.findall(r"mark-\d+", told.replace("\\", "")))
            right, wrong = right + (marks == {mark}), wrong + bool(marks - {mark})
            history.append(Turn(answer.question, answer.text))
        return right, wrong

    with ThreadPoolExecutor(conversations) as pool:
        found = list(pool.map(converse, range(conversations)))
    return sum(right for right, _ in found), sum(wrong for _, wrong in found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--questions", type=Path, default=ROOT / "evals/questions/corpus.jsonl")
    parser.add_argument("--conversations", type=int, default=20)
    parser.add_argument("--turns", type=int, default=50)
    options = parser.parse_args()
    asked = [q.question for q in read_questions(options.questions) if q.answerable and not q.history]
    with serving(script) as server, tempfile.TemporaryDirectory() as folder:
        settings = Settings(openai_base_url=server.url)
        with Archive(options.corpus, folder, settings) as archive:
            archive.sync()
            archive.load()
            shown, found = first_words(archive, asked)
            right, wrong = mixed_up(archive, asked, options.conversations, options.turns)
    beyond = sorted(1000 * (seconds - WAIT / 20) for seconds in shown)
    print("| first words beyond the model's wait, ms | p50 | p95 |\n|---|---|---|")
    print(f"| {len(beyond)} questions | {median(beyond):.0f} | {beyond[int(0.95 * len(beyond))]:.0f} |")
    late = sorted(found)[int(0.95 * len(found))]
    print(f"| of that search and reading | {1000 * median(found):.0f} | {1000 * late:.0f} |")
    total = options.conversations * options.turns
    told = f"{right} with their own mark, {wrong} with another's"
    print(f"\n{total} turns of {options.conversations} conversations at once: {told}.")


if __name__ == "__main__":
    main()
