"""What a file of questions is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from qa.types import Answer, Article, Turn


class Answering(Protocol):
    """An archive, or another tool in its place."""

    def ask(self, question: str, history: Sequence[Turn] = (), asked: date | None = None) -> Answer:
        """The answer, as `Archive.ask` gives it."""

    def article(self, article_id: str) -> Article | None:
        """The article of that id, None where there is none."""
