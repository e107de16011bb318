"""An answer as one JSON object: what `qa ask --json` prints and predictions.jsonl holds."""

from __future__ import annotations

from typing import Any

from qa.types import Answer, Hit

PASSAGES = 20
"""How many of the retrieved passages a row lists."""


def answer_row(answer: Answer, asked: str) -> dict[str, Any]:
    """The row of `answer` to the question put as `asked`.

    Keys: id (None; a run of questions puts its own there), question, understood, short, text, abstained,
    confidence, narrowed (after and before), citations, passages, seconds, warnings.
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
        "citations": [
            {"number": c.number, "article": c.article.id, "start": c.start, "end": c.end, "quote": c.quote}
            for c in answer.citations
        ],
        "passages": [hit_row(hit) for hit in answer.hits[:PASSAGES]],
        "seconds": {
            "search": round(answer.seconds.search, 4),
            "answer": round(answer.seconds.answer, 4),
            "total": round(answer.seconds.total, 4),
        },
        "warnings": list(answer.warnings),
    }


def hit_row(hit: Hit) -> dict[str, Any]:
    """The row of one hit: article, start, end, score."""
    return {
        "article": hit.article.id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": round(hit.score, 4),
    }
