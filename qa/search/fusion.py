"""Two ranked lists made one."""

from __future__ import annotations

from collections.abc import Sequence

DENSE_WEIGHT = 0.4
"""Share of the dense list. 0.4 to 0.5 is near-flat on five sets of questions; reciprocal rank fusion and either
list alone lose to it (docs/design.md, "Search")."""

Ranking = Sequence[tuple[str, float]]
"""Passage ids with scores, best first."""


def fuse(lexical: Ranking, dense: Ranking, dense_weight: float = DENSE_WEIGHT) -> list[tuple[str, float]]:
    """Passage ids with the weighted sum of their normalised scores, best first, ties by id.

    Each list is min-max normalised over itself; a passage that a list lacks counts 0 there.

    Args:
        lexical: BM25 scores.
        dense: Cosines.
        dense_weight: From 0 (words alone) to 1 (meaning alone).
    """
    by_words, by_meaning = _normalised(lexical), _normalised(dense)
    fused = {
        passage: (1 - dense_weight) * by_words.get(passage, 0.0) + dense_weight * by_meaning.get(passage, 0.0)
        for passage in by_words.keys() | by_meaning.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _normalised(ranking: Ranking) -> dict[str, float]:
    """Scores moved to the range 0 to 1; a list of equal scores is all 1."""
    if not ranking:
        return {}
    scores = [score for _, score in ranking]
    low, spread = min(scores), max(scores) - min(scores)
    return {passage: (score - low) / spread if spread else 1.0 for passage, score in ranking}
