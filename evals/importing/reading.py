"""Sets of questions on given texts: SQuAD, CLAP-NQ, TimeQA."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.importing.files import files_in, json_of, records_of
from evals.importing.made import Made
from evals.importing.rows import (
    Row,
    clapnq_rows,
    evidence_row,
    question_row,
    sentence_with,
    squad_article,
    squad_question,
    timeqa_article,
    timeqa_question,
)
from qa.errors import EvaluationError


def read_squad(sources: Sequence[Path], made: Made) -> None:
    """SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018) and what has their form: each paragraph becomes an article."""
    for path in files_in(sources, "*.json", "*.json.gz"):
        read = json_of(path)
        pages = read.get("data") if isinstance(read, dict) else None
        if not isinstance(pages, list):
            raise EvaluationError(f"{path}: it has no list named data, as SQuAD's files have.")
        for number, page in enumerate(pages, start=1):
            with made.record(f"{path}, page {number}"):
                for place, paragraph in enumerate(page["paragraphs"]):
                    _paragraph(f"{path}, page {number}, paragraph {place + 1}", page["title"], place, paragraph, made)


def _paragraph(at: str, title: str, number: int, paragraph: Row, made: Made) -> None:
    with made.record(at):
        article = squad_article(title, number, paragraph["context"])
        made.add_article(article)
        for place, qa in enumerate(paragraph["qas"], start=1):
            with made.record(f"{at}, question {place}"):
                made.add_question(squad_question(article, _placed(qa, article["text"])))


def _placed(qa: Row, text: str) -> Row:
    """The question, its answers where they stand in the text.

    Raises:
        ValueError: An answer does not stand there, or there is none.
    """
    if qa.get("is_impossible"):
        return qa
    if not qa["answers"]:
        raise ValueError("it has no answer and is not marked as impossible")
    return qa | {"answers": [_found(answer, text) for answer in qa["answers"]]}


def _found(answer: dict[str, Any], text: str) -> Row:
    words, start = answer["text"], answer["answer_start"]
    if not words or words not in text:
        raise ValueError(f"the answer {words!r} does not stand in the paragraph")
    return {"text": words, "answer_start": start if text.startswith(words, start) else text.index(words)}


def read_clapnq(sources: Sequence[Path], made: Made) -> None:
    """CLAP-NQ's annotated data (Rosenthal et al. 2024): a passage a question, half of them without an answer."""
    for path in files_in(sources, "*.jsonl", "*.jsonl.gz"):
        for place, row in records_of(path, made):
            with made.record(place):
                article, asked = clapnq_rows(row)
                made.add_article(article)
                made.add_question(asked)


def read_timeqa(sources: Sequence[Path], made: Made) -> None:
    """TimeQA (Chen et al. 2021): human_annotated_*.json, and *.easy.json or *.hard.json, also gzipped."""
    for path in files_in(sources, "*.json", "*.json.gz", "*.json.gzip"):
        for place, row in records_of(path, made):
            with made.record(place):
                _annotated(place, row, made) if "questions" in row else _synthesised(row, made)


def _annotated(place: str, row: Row, made: Made) -> None:
    """A page with the questions that people wrote on it."""
    page, paragraphs = row["link"], row["paras"]
    made.add_article(timeqa_article(page, paragraphs))
    for number, (asked, answers) in enumerate(row["questions"]):
        with made.record(f"{place}, question {number + 1}"):
            made.add_question(timeqa_question(f"{row['index']}#{number}", asked, answers, page, paragraphs))


def _synthesised(row: Row, made: Made) -> None:
    """A question made from a template, with its page."""
    key = row["idx"]
    page = key.rpartition("#P")[0] or key
    made.add_article({"id": page, "title": page.rpartition("/")[2].replace("_", " "), "text": row["context"]})
    asked = question_row(key, row["question"], [target for target in row["targets"] if target])
    if asked["answers"]:
        asked["evidence"] = [evidence_row(page, sentence_with(asked["answers"], row["context"]))]
    made.add_question(asked | ({"kind": row["level"]} if row.get("level") else {}))
