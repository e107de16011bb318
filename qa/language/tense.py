"""Whether the words around an expression of time speak of what was, or of what is to come."""

from __future__ import annotations

import re
from typing import Literal

Tense = Literal["past", "future", "open"]
"""News tells of the past, so that is what is left where nothing speaks of the future; "open" is what "would" leaves."""

CLAUSE_CHARACTERS = 80
"""How far a verb can stand from its day; longer than nearly all clauses."""

_FUTURE = re.compile(
    r"\b(?:will|won't|shall|going to|about to|is to|are to|due|plan(?:s|ned|ning)?|expect(?:s|ed|ing)?|schedul\w+|"
    r"slated|set to|poised|ahead of|hop(?:es?|ing) to|aims? to|intend\w*|consider(?:s|ing)|forecasts?|predict(?:s|ed)?|"
    r"likely|upcoming|risk of|to open|to begin|as (?:early|soon) as)\b|[’']ll\b",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\bwould\b", re.IGNORECASE)
_REPORTED = re.compile(r"\b(?:said|says|told|announced|warned|vowed|added|confirmed)\b", re.IGNORECASE)
_SOON = re.compile(r"\b(?:when|before|until|once|after|if)\b(?P<clause>[^.,;:!?\n]*)$", re.IGNORECASE)
_PRESENT = re.compile(
    r"\b(?:begins?|starts?|opens?|ends?|hosts?|faces?|plays?|meets?|is|are|returns?|visits?|votes?|takes?|launches|"
    r"arrives?|expires?|closes?|leaves?)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^\s*(?:(?:and|but|then|on|by|from|late|early) ?)*$", re.IGNORECASE)
"""Nothing of weight before the expression: its verb comes after it."""
_FUTURE_VERB = re.compile(
    r"\b(?:will|won't|shall|(?:is|are) (?:to|due|expected|going|set)|plans? to|expects? to)\b|[’']ll\b", re.IGNORECASE
)


def tense(text: str, start: int, end: int) -> Tense:
    """What the clause of `text[start:end]` speaks of.

    Args:
        text: Prose.
        start: Where the expression of time begins.
        end: Where it ends.
    """
    before = re.split(r"[.,;:!?\n”\"]", text[max(0, start - CLAUSE_CHARACTERS) : start])[-1]
    # "will attack, he said on Sunday": the day is that of the saying, unlike in "he said it will begin on Sunday".
    before = _REPORTED.split(before)[-1]
    if _FUTURE.search(before):
        return "future"
    after = re.split(r"[.;:!?\n”\"]", text[end : end + CLAUSE_CHARACTERS])[0]
    if _OPENS.match(before) and _FUTURE_VERB.search(after):  # "On Sunday the council will vote"
        return "future"
    # "when the new Congress is sworn in on 3 January": a day to come is told in the present tense.
    if (soon := _SOON.search(before)) and _PRESENT.search(soon["clause"]):
        return "future"
    return "open" if _WOULD.search(before) else "past"
