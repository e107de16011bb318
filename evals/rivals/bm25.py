"""BM25 and nothing else, by bm25s as its own page shows it: English stop words out, words stemmed, its default weights.

It searches the passages that Dateline searches, each with its headline, outlet and day, and answers with the sentence
of the best one that has most of the question's words.
"""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import Stemmer

from evals.rivals.common import FOUND, Given, by_words, hit, passages, quoted
from qa.ingest.passages import lexical_text
from qa.types import Article, Hit

PACKAGES = ("bm25s",)
HALF = 10.0
"""The score that is given a confidence of one half: confidences must lie in 0 to 1, and BM25 has no upper bound."""


class Bm25:
    """An index in memory."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._passages = passages(articles)
        self._index = bm25s.BM25()
        self._index.index(self._tokens([lexical_text(*held) for held in self._passages]), show_progress=False)

    def find(self, question: str) -> list[Hit]:
        """The best passages that have any of the question's words."""
        count = min(FOUND, len(self._passages))
        places, scores = self._index.retrieve(self._tokens([question]), k=count, show_progress=False)
        best = [(*self._passages[place], float(score)) for place, score in zip(places[0], scores[0], strict=True)]
        return [hit(article, p.start, p.end, score) for article, p, score in best if score > 0]

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        """The sentence of the best passage that has most of the question's words."""
        return quoted(question, hits[0], by_words, hits[0].score / (hits[0].score + HALF))

    def _tokens(self, texts: list[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


def build(articles: Sequence[Article]) -> Bm25:
    """The index of `articles`."""
    return Bm25(articles)
