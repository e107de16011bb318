"""What is read of a set: its articles and questions, and what was refused, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from evals.importing.rows import ARTICLES, Row, write_rows
from qa.errors import EvaluationError


@dataclass
class Made:
    """A set in our form, while it is read."""

    articles: dict[str, Row] = field(default_factory=dict)
    questions: dict[str, Row] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """A sentence for each record that cannot be used, with its file and place."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many questions were left out on purpose, by the reason."""

    @contextmanager
    def record(self, place: str) -> Iterator[None]:
        """What cannot be used inside is refused, and the next record goes on."""
        try:
            yield
        except KeyError as error:
            self.refused.append(f"{place}: the key {error} is missing.")
        except (ValueError, TypeError, AttributeError, IndexError, StopIteration) as error:
            self.refused.append(f"{place}: {_reason(error)}.")

    def add_article(self, row: Row) -> None:
        """Take an article in; the same one may come again.

        Raises:
            ValueError: It has no text, or another text has its id.
        """
        row = {key: value for key, value in row.items() if value not in ("", None)}
        key = row["id"] = str(row["id"])
        if not _text(row.get("text", ""), "the text").strip():
            raise ValueError(f"the article {key!r} has no text")
        if self.articles.setdefault(key, row)["text"] != row["text"]:
            raise ValueError(f"the id {key!r} stands for two articles")

    def add_question(self, row: Row) -> None:
        """Take a question in.

        Raises:
            ValueError: It is none, has a day that is none, or an earlier one has its id.
        """
        if not _text(row["question"], "the question").strip():
            raise ValueError("the question is empty")
        for answer in row["answers"]:
            _text(answer, "an answer")
        if row.get("asked"):
            date.fromisoformat(row["asked"])
        if self.questions.setdefault(row["id"], row) is not row:
            raise ValueError(f"the id {row['id']!r} stands in an earlier record too")

    def write(self, folder: Path) -> None:
        """Write corpus/articles.jsonl, where there are articles, and questions.jsonl.

        Raises:
            EvaluationError: There is no question.
        """
        if not self.questions:
            raise EvaluationError("No question could be read: nothing was written.")
        if self.articles:
            write_rows(folder / "corpus" / ARTICLES, self.articles.values())
        write_rows(folder / "questions.jsonl", self.questions.values())


def _text(value: Any, name: str) -> str:  # noqa: ANN401 - whatever a file holds
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _reason(error: Exception) -> str:
    """Our own reasons as they are, Python's in words of ours."""
    if isinstance(error, ValueError):
        return str(error)
    return "it is not of the form that its set has"
