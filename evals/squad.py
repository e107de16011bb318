"""Exact match and F1 as the scripts of SQuAD 1.1 and 2.0 compute them, to the digit.

Rajpurkar et al. 2016 (https://arxiv.org/abs/1606.05250) and 2018 (https://arxiv.org/abs/1806.03822). An answer to a
question that has none must be empty. `evals.metrics` normalises more: hyphens, thousands, typographic quotes, days.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def exact(given: str, expected: Sequence[str]) -> float:
    """1 where the normalised answer is one of those expected; none is expected where there is no answer."""
    return float(any(_tokens(given) == _tokens(answer) for answer in _known(expected)))


def f1(given: str, expected: Sequence[str]) -> float:
    """The best harmonic mean of precision and recall of tokens; none is expected where there is no answer."""
    return max(_overlap(_tokens(given), _tokens(answer)) for answer in _known(expected))


def _known(expected: Sequence[str]) -> Sequence[str]:
    """The answers of which something is left when they are normalised; an empty one where there is none such."""
    return [answer for answer in expected if _tokens(answer)] or [""]


def _tokens(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _overlap(ours: list[str], theirs: list[str]) -> float:
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))
