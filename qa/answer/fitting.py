"""Whether words can be the amount that a question asks for: a number, a measure, a sum of money."""

from __future__ import annotations

import re

from qa.answer.figures import figures
from qa.answer.kinds import Kind
from qa.types import Span

_QUANTITY = re.compile(
    r"\b(?:one|none|no|nobody|nothing|little|few|several|some|many|much|most|all|every|everyone|both|half|halves|third|"
    r"quarters?|once|twice|single|double|triple|majority|pair|couple|dozens|scores|hundreds|thousands|millions|billions|"
    r"entire|whole|only|last|an?)\b",
    re.IGNORECASE,
)
_UNITS = (
    r"(?:(?:square |cubic )?(?:(?:kilo|centi|milli)?met(?:re|er)s?|kms?|miles?|feet|foot|inch(?:es)?|yards?|hectares?|"
    r"acres?)|seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|fortnights?|months?|years?|decades?|"
    r"centur(?:y|ies)|generations?|tonn?es?|tons?|kilos?|(?:kilo)?grams?|lit(?:re|er)s?|barrels?|degrees?|knots|"
    r"(?:kilo|mega|giga)?watts?)\b"
)
_UNIT = re.compile(rf"\b{_UNITS}|%|\bper ?cent\b|\b(?:forever|overnight|until|since|lifetime)\b", re.IGNORECASE)
_MEASURED = re.compile(rf"[ -]?{_UNITS}", re.IGNORECASE)
_OF_THINGS = re.compile(rf"\bhow many\b(?! (?:more |other |of the )?(?:\w+ )?{_UNITS})|\bpopulation\b", re.IGNORECASE)
"""In a question that counts something else than units."""
_COST = re.compile(
    r"\bhow much\b(?!.*\b(?:per ?cent|time|longer|water|land|power|energy)\b)"
    r".*\b(?:costs?|earn(?:s|ed)?|pays?|paid|worth|spen[dt]|salary|fined?|ow(?:e|es|ed))\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$£€¥₹]|\b(?:dollars?|cents?|pounds?|pence|euros?|yen|yuan|won|rupees?|pesos?|rou?bles?|francs?|marks?|lira|"
    r"kron\w+|crowns?|rand|shekels?|riy?als?|dinars?|dirhams?|baht|reais|lei|USD|EUR|GBP|free|nothing)\b"
    r"|\d ?(?:p|c|bn|m)\b",
    re.IGNORECASE,
)
MONEY_BEFORE, MONEY_AFTER = 20, 25
"""Characters beside the words found in which the currency may stand."""


def fits(kind: Kind, question: str, text: str, found: Span) -> bool:
    """Whether the words found can answer; what asks for no amount is answered by anything.

    Args:
        kind: What the question asks for.
        question: The question.
        text: The text that `found` lies in.
        found: The words that the reader takes for the answer.
    """
    words = text[found.start : found.end]
    if _COST.search(question):
        return bool(_MONEY.search(text, max(0, found.start - MONEY_BEFORE), found.end + MONEY_AFTER))
    if kind not in ("count", "measure"):
        return True
    amount = any(True for _ in figures(words)) or _QUANTITY.search(words) is not None
    if kind == "measure":
        return amount or _UNIT.search(words) is not None
    return amount and not (_OF_THINGS.search(question) and _measures(text, found))


def _measures(text: str, found: Span) -> bool:
    """Whether the words end in a unit, or one follows them: "330" of "330 kilometres"."""
    last = text.rfind(" ", found.start, found.end)
    ends = last >= 0 and _MEASURED.fullmatch(text, last, found.end) is not None
    return ends or _MEASURED.match(text, found.end) is not None
