"""An answer as one JSON object: what `qa ask --json` prints and predictions.jsonl holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qa.types import Answer, Citation, Hit, Moment

PASSAGES = 20
"""How many of the retrieved passages a row lists."""


def answer_row(answer: Answer, asked: str) -> dict[str, Any]:
    """The row of `answer` to the question put as `asked`.

    Keys: id (None; a run of questions puts its own there), question, understood, short, text, abstained,
    confidence, narrowed (after and before), citations, passages, seconds, usage (tokens read and written by a language
    model, and their cost), warnings.
    """
    return {
        "id": None,
        "question": asked,
        "understood": answer.question,
        "short": answer.short,
        "text": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "narrowed": {
            side: day.isoformat() if (day := getattr(answer.narrowed, side)) else None for side in ("after", "before")
        },
        "citations": [citation_row(citation) for citation in answer.citations],
        "passages": [hit_row(hit) for hit in answer.hits[:PASSAGES]],
        "seconds": {
            "search": round(answer.seconds.search, 4),
            "answer": round(answer.seconds.answer, 4),
            "total": round(answer.seconds.total, 4),
        },
        "usage": asdict(answer.usage),
        "warnings": list(answer.warnings),
    }


def citation_row(citation: Citation) -> dict[str, Any]:
    """The row of a citation: number, article, start, end, quote."""
    return {
        "number": citation.number,
        "article": citation.article.id,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


def moment_row(moment: Moment) -> dict[str, Any]:
    """The row of an event of a timeline: first, last, words, citation."""
    return {
        "first": moment.first.isoformat(),
        "last": moment.last.isoformat(),
        "words": moment.words,
        "citation": citation_row(moment.citation),
    }


def hit_row(hit: Hit) -> dict[str, Any]:
    """The row of one hit: article, start, end, score."""
    return {
        "article": hit.article.id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": round(hit.score, 4),
    }
