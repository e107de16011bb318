"""Ask an archive a file of questions and measure the answers.

`python -m evals.run --corpus DIR --questions FILE.jsonl --out DIR` writes predictions.jsonl (a row a question, in the
order given), report.json (every measure), report.html and report.md (for people) to the folder --out, and run.json with
what the answers depend on. A run that was ended early is taken up where it was by the same command.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm import tqdm

import qa
from evals.answering import Answering
from evals.bench.measuring import peak_memory
from evals.evidence import places, write_places
from evals.metrics import summary
from evals.questions import Question, asked_of
from evals.report import Report, html_report, markdown_report, table
from evals.runs import EVIDENCE, PREDICTIONS, begin, end, record_of
from qa.errors import DatelineError
from qa.progress import bars
from qa.rows import answer_row
from qa.types import Turn


def main(arguments: list[str] | None = None) -> int:
    """0 when the run was written, 1 with one sentence where it could not be made."""
    parser = argparse.ArgumentParser(prog="python -m evals.run", description="Ask a file of questions and measure.")
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of articles")
    parser.add_argument("--questions", type=Path, required=True, help="a question a line, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="the folder for predictions and reports")
    parser.add_argument("--index", help="the index's folder, or a Chroma server's address [a cache folder]")
    parser.add_argument("--limit", type=int, help="only the first so many questions")
    parser.add_argument("--workers", type=int, default=1, help="questions asked at once [%(default)s]")
    options = parser.parse_args(arguments)
    try:
        questions = asked_of(options.questions)[: options.limit]
        with bars() as progress:
            archive = qa.open(options.corpus, options.index, progress)
        with archive:
            for refused in archive.refused():
                print(f"Not read: {refused}", file=sys.stderr)
            record = record_of(archive, options.questions, options.limit)
            rows = begin(options.out, options.questions, record)
            left, started = len(questions) - len(rows), perf_counter()
            rows = ask_all(archive, questions, options.out / PREDICTIONS, rows, options.workers)
            cost = cost_of(left, perf_counter() - started)
            texts = texts_of(archive, questions, rows.values())
        report = finish(options.out, questions, rows, texts, record, cost)
    except (DatelineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(report))
    return 0


def cost_of(asked: int, seconds: float) -> dict[str, float]:
    """What asking took: questions a second over all workers, and the most memory that the process ever had."""
    return {
        "questions_per_second": asked / seconds if asked else 0.0,
        "peak_megabytes": round(peak_memory() / 1e6),
    }


def finish(
    out: Path,
    questions: list[Question],
    rows: dict[str, dict[str, Any]],
    texts: Mapping[str, str],
    record: Mapping[str, Any],
    cost: Mapping[str, float],
) -> dict[str, Any]:
    """The report of a run all of whose questions were asked; it is written to `out` in three forms, and the run ended.

    Args:
        out: The run's folder.
        questions: All of the run.
        rows: Predictions by question id.
        texts: Text by id of the articles that are evidence, found or cited, where the archive has them.
        record: What the run was made with.
        cost: What it took.
    """
    where = places(questions, texts.get)
    write_places(out / EVIDENCE, where)
    report = summary(questions, rows, texts, where) | dict(cost)
    told = Report(questions, rows, report, where, texts, record)
    (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "report.md").write_text(markdown_report(told), encoding="utf-8")
    (out / "report.html").write_text(html_report(told), encoding="utf-8")
    end(out, record, cost)
    return report


def ask_all(
    archive: Answering, questions: list[Question], path: Path, rows: dict[str, dict[str, Any]], workers: int = 1
) -> dict[str, dict[str, Any]]:
    """Rows of predictions by question id, written to `path` in the questions' order as they are answered.

    Args:
        archive: What is asked.
        questions: What to ask.
        path: Holds `rows` already.
        rows: Of the questions that were asked before: the first ones.
        workers: Questions asked at once.
    """
    left = [question for question in questions if question.id not in rows]
    with path.open("a", encoding="utf-8") as file, ThreadPoolExecutor(max(1, workers)) as pool:
        asked = pool.map(partial(_row, archive), left)
        for question, row in zip(left, tqdm(asked, desc="Asking", unit="", total=len(left)), strict=True):
            rows[question.id] = row
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
    return {question.id: rows[question.id] for question in questions}


def _row(archive: Answering, question: Question) -> dict[str, Any]:
    history: list[Turn] = []
    for earlier in question.history:
        answer = archive.ask(earlier, history, question.asked)
        history.append(Turn(answer.question, answer.text))
    answer = archive.ask(question.question, history, question.asked)
    return answer_row(answer, question.question) | {"id": question.id}


def texts_of(archive: Answering, questions: Iterable[Question], rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Text by id of the articles that are evidence, were found or are cited, as they stand in the archive."""
    ids = {e.article for question in questions for e in question.evidence}
    ids.update(one["article"] for row in rows for one in (*row["citations"], *row["passages"]))
    return {article.id: article.text for article in map(archive.article, sorted(ids)) if article}


if __name__ == "__main__":
    sys.exit(main())
