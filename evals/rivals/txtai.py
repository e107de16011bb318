"""txtai: a hybrid index (vectors and BM25) with content, and its RAG pipeline with an extractive reader, as documented.

Vectors are the shipped encoder's, by its external method, and the reader is the shipped one. Its rows are the passages
that Dateline searches, each below its headline. Needs torch and transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from txtai import RAG, Embeddings
from txtai.pipeline import Questions

from evals.rivals.common import FOUND, Given, around, best_sentence, by_meaning, hit, passages, titled
from evals.rivals.shipped import ShippedReader, tokenizer
from qa.models.encoder import Encoder
from qa.types import Article, Citation, Hit

PACKAGES = ("txtai", "faiss-cpu", "transformers", "torch")
READ = 3
"""Rows that the pipeline reads by default."""


class Txtai:
    """An index in memory, and its pipeline."""

    def __init__(self, articles: Sequence[Article]) -> None:
        encoder = Encoder()
        self._near = by_meaning(encoder)
        self._passages = passages(articles)
        self._embeddings = Embeddings(
            method="external", transform=lambda texts: encoder.encode(texts), content=True, hybrid=True
        )
        self._embeddings.index([titled(article, article.text[p.start : p.end]) for article, p in self._passages])
        self._rows: list[dict[str, Any]] = []
        # What was found is handed on, so that it is not searched for again.
        self._rag = RAG(lambda _, count: [self._rows[:count]], Questions((ShippedReader(), tokenizer())))

    def find(self, question: str) -> list[Hit]:
        """The best rows."""
        self._rows = self._embeddings.search(question, FOUND)
        return [self._hit(row) for row in self._rows]

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        """What the reader reads in the best three rows; its own score is not told, so the best row's stands for it."""
        ((_, words),) = self._rag([(None, question, question, None)])
        if not words:
            return Given(None, None, 0.0)
        citation = next((c for found in hits[:READ] if (c := _around(found, words))), None)
        return Given(words, citation or best_sentence(question, hits[0], self._near), hits[0].score)

    def _hit(self, row: dict[str, Any]) -> Hit:
        article, passage = self._passages[int(row["id"])]
        return hit(article, passage.start, passage.end, float(row["score"]))


def _around(found: Hit, words: str) -> Citation | None:
    """The sentences of the place that hold the words; None where it does not have them."""
    start = found.article.text.find(words, found.passage.start, found.passage.end)
    return around(found.article, start, start + len(words)) if start >= 0 else None


def build(articles: Sequence[Article]) -> Txtai:
    """The index of `articles`."""
    return Txtai(articles)
