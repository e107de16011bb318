"""Question files: a JSON object a line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qa.errors import EvaluationError

ACCEPTED, DRAFT, DROPPED = "accepted", "draft", "dropped"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that an answer should rest on."""

    article: str
    quote: str
    """Empty for the whole article."""
    grade: int = 1
    """How relevant the article is, more is better; for measures of retrieval."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its answer."""

    id: str
    question: str
    answers: tuple[str, ...]
    """Every form that counts as right; empty where unanswerable."""
    answerable: bool
    evidence: tuple[Evidence, ...] = ()
    history: tuple[str, ...] = ()
    """Earlier questions of the conversation, asked first."""
    asked: date | None = None
    """The day the question was put."""
    kind: str = "other"
    status: str = ACCEPTED
    """DRAFT and DROPPED questions are not asked; see evals.drafting."""


def asked_of(path: Path) -> list[Question]:
    """The questions of a file that are to be asked: all but drafts that nobody has accepted.

    Raises:
        EvaluationError: It cannot be read, or holds nothing but drafts; the message says what to do.
    """
    questions = read_questions(path)
    asked = [question for question in questions if question.status == ACCEPTED]
    if not asked:
        raise EvaluationError(f"{path} holds no accepted question: look through it with qa eval review {path}.")
    if left := len(questions) - len(asked):
        print(f"{left} questions of {path} are drafts or dropped: they are not asked.", file=sys.stderr)
    return asked


def read_questions(path: Path) -> list[Question]:
    """The questions of a file, in its order, drafts too.

    Raises:
        EvaluationError: The file or a line of it cannot be read; the message names both.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"The question file {str(path)!r} cannot be read ({error}).") from None
    questions = [_question(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not questions:
        raise EvaluationError(f"The question file {str(path)!r} holds no question.")
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise EvaluationError(f"The question file {str(path)!r} has the id {question.id!r} twice.")
        seen.add(question.id)
    return questions


def _question(path: Path, number: int, line: str) -> Question:
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("it is no JSON object")
        answers = _texts(row, "answers")
        return Question(
            id=str(row["id"]),
            question=_text(row, "question"),
            answers=answers,
            answerable=bool(row.get("answerable", bool(answers))),
            evidence=tuple(
                Evidence(_text(e, "article"), _text(e, "quote"), int(e.get("grade", 1)))
                for e in row.get("evidence") or ()
            ),
            history=_texts(row, "history"),
            asked=date.fromisoformat(str(row["asked"])[:10]) if row.get("asked") else None,
            kind=str(row.get("kind") or "other"),
            status=_status(row),
        )
    except KeyError as error:
        raise EvaluationError(f"{path}, line {number}: the key {error} is missing.") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path}, line {number}: {error}.") from None


def _status(row: dict[str, Any]) -> str:
    status = row.get("status", ACCEPTED)
    if status not in (ACCEPTED, DRAFT, DROPPED):
        raise ValueError(f"status is none of {ACCEPTED}, {DRAFT}, {DROPPED}")
    return str(status)


def _text(row: dict[str, Any], key: str) -> str:
    if not isinstance(row[key], str):
        raise ValueError(f"{key} is no text")
    return str(row[key])


def _texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    values = row.get(key) or []
    if not isinstance(values, list):
        raise ValueError(f"{key} is no list")
    return tuple(str(value) for value in values)
