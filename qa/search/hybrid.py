"""A question to ranked hits: by words and by meaning, fused."""

from __future__ import annotations

from collections.abc import Sequence

from qa.index.index import Index
from qa.language.names import Name
from qa.models.encoder import Encoder
from qa.search.fusion import fuse
from qa.types import Filters, Hit

CANDIDATES = 50
"""Length of each list before fusion; the lists' tails beyond it moved recall@10 by less than the noise."""


def search(
    index: Index, encoder: Encoder, question: str, filters: Filters, limit: int, names: Sequence[Name] = ()
) -> list[Hit]:
    """The passages that best match `question`, best first.

    Args:
        index: Where to search.
        encoder: What encoded the index's passages.
        question: Plain words; no query syntax.
        filters: Only passages of articles that these admit.
        limit: How many hits at most.
        names: The names in the question that have others.
    """
    depth = max(limit, CANDIDATES)
    lexical = index.lexical(question, depth, filters, names)
    dense = index.dense(encoder.encode([question])[0], depth, filters)
    ranked = fuse(lexical, dense)[:limit]
    # A sync may remove a passage between the two look-ups; it is then not among those found.
    found = index.passages([key for key, _ in ranked])
    by_words, by_meaning = dict(lexical), dict(dense)
    return [
        Hit(passage, article, score, by_words.get(key, 0.0), by_meaning.get(key, 0.0))
        for key, score, (passage, article) in ((key, score, found[key]) for key, score in ranked if key in found)
    ]
