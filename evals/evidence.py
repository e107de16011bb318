"""Where the evidence of questions stands in the archive, and at which stage of an answer it was lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.questions import Question

HELD = 0.5
"""Share of the evidence that a passage must have to hold it."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of evidence stands."""

    article: str
    there: bool
    """Whether the archive has the article."""
    start: int = 0
    end: int = 0
    """Offsets in the article's text; equal where the words are not in it."""

    def held_by(self, passage: Row) -> bool:
        """Whether `passage` (article, start, end) has half of the words or more."""
        shared = min(self.end, passage["end"]) - max(self.start, passage["start"])
        return passage["article"] == self.article and self.end > self.start and shared >= HELD * (self.end - self.start)


Places = Mapping[str, Sequence[Place]]
"""Of each piece of evidence of a question, by the question's id."""


def places(questions: Iterable[Question], text_of: Callable[[str], str | None]) -> dict[str, list[Place]]:
    """Where the evidence of each question stands; questions without evidence are left out.

    Args:
        questions: With their evidence.
        text_of: The text of an article by its id, None where the archive has none such.
    """
    return {q.id: [_place(e.article, e.quote, text_of(e.article)) for e in q.evidence] for q in questions if q.evidence}


def _place(article: str, quote: str, text: str | None) -> Place:
    if text is None:
        return Place(article, there=False)
    start = text.find(quote)
    if start >= 0:
        return Place(article, True, start, start + len(quote))
    # Elsewhere broken into lines.
    found = re.search(r"\s+".join(map(re.escape, quote.split())), text) if quote.strip() else None
    return Place(article, True, *(found.span() if found else (0, 0)))


def write_places(path: Path, found: Places) -> None:
    """Keep the places with a run, a line a question."""
    lines = [json.dumps({"id": key, "evidence": [asdict(place) for place in those]}) for key, those in found.items()]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def read_places(path: Path) -> dict[str, list[Place]]:
    """What `write_places` wrote; nothing where it has not."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return {row["id"]: [Place(**place) for place in row["evidence"]] for row in rows}


LOST = {
    "not ingested": "no article with the evidence is in the archive",
    "not retrieved": "none of the passages found is of such an article",
    "passage missed": "such an article was found, but not the passage that holds the evidence",
    "ranked low": "the passage was found, but stood below those that are read",
    "wrongly abstained": "the passage was read, but the answer says that the archive does not say",
    "misread": "the passage was read, but something else was answered",
    "cited elsewhere": "the answer is right, but rests on other words",
    "wrongly answered": "nothing in the archive answers this, but an answer was given",
}
"""The stages at which an answer is lost, in the order in which they happen."""


def lost(question: Question, row: Row, scores: Mapping[str, float], where: Sequence[Place], read: int) -> str:
    """At which of the stages LOST the right answer was lost; empty where it was not.

    Args:
        question: The question.
        row: Its prediction.
        scores: Its measures.
        where: Its evidence.
        read: How many of the passages found are read.
    """
    if not question.answerable:
        return "" if row["abstained"] else "wrongly answered"
    if scores["right"]:
        return "" if scores.get("cited_right", 1.0) else "cited elsewhere"
    if not where:
        return "wrongly abstained" if row["abstained"] else "misread"
    return _stage(row, where, read)


def _stage(row: Row, where: Sequence[Place], read: int) -> str:
    articles, passages = {place.article for place in where if place.there}, row["passages"]
    if not articles:
        return "not ingested"
    if not any(passage["article"] in articles for passage in passages):
        return "not retrieved"
    known = [place for place in where if place.end > place.start]
    ranks = [rank for rank, passage in enumerate(passages) if any(place.held_by(passage) for place in known)]
    if known and not ranks:
        return "passage missed"
    if known and ranks[0] >= read:
        return "ranked low"
    return "wrongly abstained" if row["abstained"] else "misread"
