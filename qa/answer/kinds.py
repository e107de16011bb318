"""What kind of answer a question asks for."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["when", "who", "count", "measure", "where", "why", "meaning", "other"]

# The first that fits wins. "Which day/year/month" asks when; "which town" is left to the reader.
_SIGNS: tuple[tuple[Kind, str], ...] = (
    ("why", r"\bwhy\b|\bwhat (?:was|were|is|are) the reasons?\b|\bfor what reason\b|\bhow come\b"),
    ("meaning", r"\bwhat does .+ (?:mean|stand for)\b|\bwhat is meant by\b|\bthe meaning of\b"),
    ("when", r"\bwhen\b|\b(?:what|which|on what|in what) (?:exact )?(?:day|date|month|year|time)\b|\bsince what\b"),
    (
        "measure",
        r"\bhow (?:far|long|tall|high|wide|big|large|deep|fast|old|heavy|much)\b|\bwhat (?:distance|share|area)\b",
    ),
    ("count", r"\bhow many\b|\b(?:what|which) (?:number|total|percentage|proportion)\b"),
    ("who", r"\bwho(?:se|m)?\b|\b(?:which|what) (?:person|man|woman|official|minister|commander|spokes\w+)\b"),
    ("where", r"\bwhere\b|\b(?:in|at|from|to) (?:what|which) (?:town|city|place|country|province)\b"),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _SIGNS)


def kind_of(question: str) -> Kind:
    """The kind of `question`, by its wording."""
    return next((kind for kind, pattern in _KINDS if pattern.search(question)), "other")
