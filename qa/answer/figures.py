"""Numbers in a text, in figures and in words, and whether one bears out another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROUGH = 0.1
"""How far from its source a number may be that a claim gives with "about", "nearly" or "more than"."""
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NTH = "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_WORTH = {word: n for n, word in enumerate(_SMALL)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_SHORT = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_UNIT = "|".join([*_LARGE, *sorted(_SHORT, key=len, reverse=True)])
_SINGLE = "|".join([*_WORTH, *_LARGE])
_NUMBER = re.compile(
    rf"(?<!\w)(?<![\w][.,])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<nth>st|nd|rd|th)?"
    rf"(?:[ -]?(?P<unit>{_UNIT})\b)?(?![A-Za-z]{{4}}|\d)|(?P<words>(?:an? (?=(?:{'|'.join(_LARGE)})\b))?(?:{_SINGLE})"
    rf"(?:(?:[ -]|,? and )(?:{_SINGLE}))*\b)|(?P<order>{'|'.join(_NTH)})\b)(?![.,]\d)",
    re.IGNORECASE,
)
_SHARE = re.compile(r" ?(?:%|per ?cents?\b|percentages?\b|pc\b)", re.IGNORECASE)
_ROUGHLY = re.compile(
    r"\b(?:about|around|some|roughly|nearly|almost|approximately|over|than|least|most|close to|up to|estimated)"
    r"[ $€£]*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text."""

    start: int
    end: int
    values: tuple[float, ...]
    """What it may mean: "5m" is five metres or five million."""
    share: bool
    """Whether it is so many per cent."""
    rough: bool
    """Whether it is said to be about so many."""


def figures(text: str) -> Iterator[Figure]:
    """The numbers in `text`: "1,200", "two million", "a dozen", "5th"; a lone "one" mostly counts nothing."""
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            unit = (match["unit"] or "").lower()
            values = (value * _LARGE[unit],) if unit in _LARGE else (value * _SHORT.get(unit, 1), value)
        elif match["order"]:
            values = (float(_NTH.index(match["order"].lower()) + 3),)
        elif (found := _worth(match["words"])) is not None:
            values = (found,)
        else:
            continue
        rough = bool(_ROUGHLY.search(text[max(0, match.start() - 20) : match.start()]))
        yield Figure(*match.span(), values, bool(_SHARE.match(text, match.end())), rough)


def _worth(run: str) -> float | None:
    """The number that words tell, None for "one" alone."""
    parts = [part for part in re.split(r"[ ,-]+", run.lower()) if part not in ("and", "")]
    total, current = 0.0, 0.0
    for part in parts:
        if part in _WORTH:
            current += _WORTH[part]
        elif part in ("hundred", "dozen"):
            current = max(current, 1) * _LARGE[part]
        elif part in _LARGE:
            total, current = total + max(current, 1) * _LARGE[part], 0
    return None if parts == ["one"] else total + current


def tells(source: Figure, claim: Figure) -> bool:
    """Whether a number of a source bears out one of a claim."""
    if source.share != claim.share and claim.share:
        return False
    for one in claim.values:
        for other in source.values:
            if one == other or (claim.rough and abs(one - other) <= ROUGH * max(one, other)):
                return True
            if one >= 1000 and _rounded(other, one) == one:
                return True
    return False


def _rounded(number: float, like: float) -> float:
    """`number` with as many noughts at its end as `like` has: 1,203,441 is told as 1.2 million."""
    written = f"{like:.0f}"
    return round(number, len(written.rstrip("0")) - len(written))
