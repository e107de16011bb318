"""Which clauses can be asked of: those that say of what they tell, and tell it as a fact."""

from __future__ import annotations

import re

from evals.drafting.names import SAYS

EVENTS = frozenset(("", "was", "were", "has", "have", "had"))
"""Auxiliaries of what happened; a verb that stands alone has none."""
FACTS = EVENTS | {"is", "are"}
"""... and of what is so; "could" and "will" tell no fact."""
_NO_SUBJECT = re.compile(
    r"^(?:while|when|despite|if|because|although|since|once|with|during|from|of|even|yet|so|in|on|at|for|by|as|and|but|"
    r"there|within|after|before|still|this time|he|she|it|they|what|who|all|some|most|many|that|nobody|no|"
    r"none|few|another)\b|"
    rf"\b(?:also|never|alone|only|\w+ly|{SAYS}|who|which|that)\b|[“”\"():]|//",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(
    r"\b(?:not|never|it|them|him|still|also|so far|reportedly|no longer|yet)\b|[“”\"]|//|\bof (?=on |in |$)"
)


def tells_of(subject: str) -> bool:
    """Whether a clause's subject says what the clause tells of."""
    return not _NO_SUBJECT.search(subject)


def unclear(rest: str) -> bool:
    """Whether what follows the verb is denied, doubted, or points at what was said before."""
    return bool(_UNCLEAR.search(rest))
