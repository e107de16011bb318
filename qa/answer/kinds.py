"""What kind of answer a question asks for."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["when", "who", "count", "measure", "where", "why", "meaning", "list", "other"]

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d+)"
# What stands first in the question wins, of several there the first of these; "which town" is left to the reader.
_SIGNS: tuple[tuple[Kind, str], ...] = (
    ("why", r"\bwhy\b|\bwhat (?:was|were|is|are) the reasons?\b|\bfor what reason\b|\bhow come\b"),
    ("meaning", r"\bwhat (?:does|do|did) .+ (?:mean|stand for)\b|\bwhat is meant by\b|\bthe meaning of\b"),
    # "What happens when…" and "When it rains, what…" ask for no time.
    (
        "when",
        r"(?:^\W*(?:(?:and|but|so) )?|[,:;] )when\b(?!.*, (?:what|which|who|how|where|why)\b)"
        r"|\b(?:since|until|by) when\b|\bwhen\W*$"
        r"|\b(?:(?:on|in|since) )?(?:what|which) (?:exact )?(?:day|date|month|year|time)\b",
    ),
    (
        "measure",
        r"\bhow (?:far|long|tall|high|wide|big|large|deep|fast|old|heavy|much)\b|\bwhat (?:distance|share|area)\b",
    ),
    (
        "count",
        r"\bhow many\b|\bwhat (?:is|was) the population\b|\b(?:what|which) (?:number|total|percentage|proportion)\b",
    ),
    ("list", rf"\b(?:what|which|who)(?: (?:are|were))?(?: the)? {_NUMBER} \w+|\b(?:name|list) (?:all|the|{_NUMBER})\b"),
    ("who", r"\bwho(?:se|m)?\b|\b(?:which|what) (?:person|man|woman|official|minister|commander|spokes\w+)\b"),
    ("where", r"\bwhere\b|\b(?:in|at|from|to) (?:what|which) (?:town|city|place|country|province)\b"),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _SIGNS)


def kind_of(question: str) -> Kind:
    """The kind of `question`, by its wording."""
    found = [
        (match.start(), place, kind) for place, (kind, sign) in enumerate(_KINDS) if (match := sign.search(question))
    ]
    return min(found)[2] if found else "other"
