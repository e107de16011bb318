"""Rows of articles and of questions in our form, made of what public question sets hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from qa.language.sentences import sentences

Row = dict[str, Any]
ARTICLES = "articles.jsonl"
"""The file of a set's articles, in its folder corpus/."""


def digest(text: str) -> str:
    """A key for what has none, the same in every process."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def question_row(key: object, asked: str, answers: Iterable[str]) -> Row:
    """A question's row; without answers it is unanswerable."""
    given = list(dict.fromkeys(answers))
    return {"id": str(key), "question": asked, "answers": given, "answerable": bool(given)}


def evidence_row(article: str, quote: str, grade: int = 1) -> Row:
    """Words of an article of the set, or with no words the whole of it; `grade` is how relevant it is."""
    row: Row = {"article": f"{ARTICLES}#{article}", "quote": quote}
    return row if grade == 1 else row | {"grade": grade}


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` that the character at `place` stands in, or the one after it."""
    return next(text[s.start : s.end] for s in sentences(text) if place < s.end)


def sentence_with(answers: Iterable[str], text: str) -> str:
    """The first sentence that holds one of the answers, else the first of all; empty where there is none."""
    found = [text[s.start : s.end] for s in sentences(text)]
    lower = [answer.lower() for answer in answers]
    return next((s for s in found if any(answer in s.lower() for answer in lower)), found[0] if found else "")


def squad_article(title: str, number: int, context: str) -> Row:
    """A paragraph of a page in SQuAD's format."""
    return {"id": f"{title}-{number}", "title": title.replace("_", " "), "text": context}


def squad_question(article: Row, qa: Mapping[str, Any]) -> Row:
    """A question on a paragraph, with the sentence that the first answer begins in."""
    given = [] if qa.get("is_impossible") else qa["answers"]
    row = question_row(qa["id"], qa["question"], [answer["text"] for answer in given])
    if given:
        quote = sentence_at(article["text"], given[0]["answer_start"])
        row["evidence"] = [evidence_row(article["id"], quote)]
    return row


def clapnq_rows(row: Mapping[str, Any]) -> tuple[Row, Row]:
    """The passage and the question of a row of CLAP-NQ; the sentences that its answer was made of count as right."""
    passage = row["passages"][0]
    key = digest(passage["text"])
    article = {"id": key, "title": passage["title"], "text": passage["text"]}
    output = row["output"][0] if row["output"] else {}
    chosen = (output.get("selected_sentences") or []) if output.get("answer") else []
    asked = question_row(row["id"], row["input"], chosen)
    if chosen:
        asked["evidence"] = [evidence_row(key, quote) for quote in chosen]
    return article, asked


def timeqa_article(key: str, paragraphs: list[str]) -> Row:
    """A page of TimeQA: its first paragraph is the title."""
    return {"id": key, "title": paragraphs[0], "text": "\n\n".join(paragraphs[1:])}


def timeqa_question(
    key: str, asked: str, answers: Iterable[Mapping[str, Any]], page: str, paragraphs: list[str]
) -> Row:
    """A question on a page, with the sentence that holds an answer."""
    given = [answer for answer in answers if answer["answer"]]
    row = question_row(key, asked, [answer["answer"] for answer in given])
    if given:
        row["evidence"] = [evidence_row(page, sentence_with(row["answers"], paragraphs[given[0]["para"]]))]
    return row


def unquoted(answer: str) -> str:
    """An answer of a news quiz without the quotation marks and the full stop around it."""
    return answer.strip("“”\"'.")


def iso(day: str | None) -> str:
    """A day like 2022/06/16 or 2023-09-26T17:01:22+00:00 as 2022-06-16; empty for none."""
    return (day or "").replace("/", "-")[:10]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """A JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
