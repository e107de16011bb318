"""The best hits read by the shipped reader, and put in the order of how well they answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from qa.language.names import Name, in_words_of
from qa.models.reader import Reader, Reading
from qa.types import Hit

READ = 8
"""Hits read."""
READ_WEIGHT = 0.4
"""Share of the reader's view; the fused score has the rest. 0.3 to 0.5 was flat on six sets, named in the reader's card
(training/reader/CARD.md)."""


def rerank(
    question: str, hits: Sequence[Hit], reader: Reader, names: Sequence[Name] = ()
) -> tuple[list[Hit], list[Reading]]:
    """All hits, the first few in a new order, and the readings of those few in that order.

    Args:
        question: A question that stands alone; each passage is read with it in its own words for `names`.
        hits: What search found, best first.
        reader: What reads them.
        names: The names in the question that have others.
    """
    asked = [in_words_of(f"{hit.article.title} {hit.text}", question, names) for hit in hits[:READ]]
    readings = reader.read(asked, [(hit.article.title, hit.text) for hit in hits[:READ]])
    read = [
        (replace(hit, score=(1 - READ_WEIGHT) * hit.score + READ_WEIGHT * _answers(reading, hit)), reading)
        for hit, reading in zip(hits, readings, strict=False)
    ]
    read.sort(key=lambda pair: (-pair[0].score, pair[0].passage.id))
    rest = [replace(hit, score=(1 - READ_WEIGHT) * hit.score) for hit in hits[READ:]]
    return [*(hit for hit, _ in read), *rest], [reading for _, reading in read]


def _answers(reading: Reading, hit: Hit) -> float:
    """The reader's view of whether the passage answers, 0 to 1: of the whole, and of the best words in it."""
    best, _ = reading.best(0, len(hit.text))
    return 1 / (1 + math.exp(-(reading.relevance / 2 + best / 4)))
