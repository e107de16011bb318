"""Numbers, names and days: what of a sentence can be looked up in its sources word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import simplemma

from qa.answer.figures import Figure, figures, tells
from qa.language.dates import Expression, expressions
from qa.language.intervals import MONTHS, WEEKDAYS
from qa.language.names import ACRONYM, alike, english, general, sound
from qa.language.words import STOP_WORDS, fold, term, words

SPELLED = 5
"""A shorter name has no other spelling that could be told from another name."""
_CAPITAL = re.compile(r"(?<![\w’'-])(?:[A-Z]|[a-z]+-?(?=[A-Z]))[\w’'&-]*(?:\.[A-Z])*")
_RUN = re.compile(r"\b[A-Z][\w’']*(?:(?: (?:of|and|the|for|de|al|on|in|&)){0,2}[ -][A-Z][\w’']*){1,7}")
_OPENS = re.compile(r"(?:^|[.!?:;•*]\s+|[“\"‘(\n]\s*)\Z")
_NO_NAMES = {fold(word) for word in (*MONTHS, *WEEKDAYS)} | set(
    "mr mrs ms dr col gen lt prof sir lord lady president minister general colonel captain king queen prince".split()
)
_PEOPLES = (
    ("french", "france"), ("irish", "ireland"), ("dutch", "netherlands", "holland"), ("swiss", "switzerland"),
    ("spanish", "spain"), ("danish", "denmark"), ("welsh", "wales"), ("polish", "poland"), ("swedish", "sweden"),
    ("finnish", "finland"), ("greek", "greece"), ("norwegian", "norway"), ("filipino", "philippines"),
    ("thai", "thailand"), ("british", "britain", "uk"), ("american", "us", "usa", "america"),
    ("turkish", "turkey"), ("english", "england"),
    ("belgian", "belgium"), ("scottish", "scotland"), ("european", "europe", "eu"), ("afghan", "afghanistan"),
)  # fmt: skip
_STRETCH = re.compile(r"\d ?[-–] ?\d{2}| (?:to|and|until|through) ")
_ENDINGS = re.compile(r"(?=((?:ians?|ans?|ns?|ese|ish|is?|ia|a|e|y|o|s)$))")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source names."""

    text: str
    figures: tuple[Figure, ...]
    words: frozenset[str]
    """Folded."""
    spoken: str
    """The words in order, between blanks."""
    acronyms: frozenset[str]
    """Those in the text, and the initials of its names of several words."""
    days: tuple[tuple[date, date], ...]
    open: frozenset[tuple[int, int]]
    """Month and day, or month and 0, where the year is not known."""
    published: date | None


def facts(text: str, published: date | None = None) -> Facts:
    """What `text`, published on that day, names; that day is among its days."""
    found = times(text, published)
    told = [(e.first, e.last) for e in found if e.first and e.last and e.granularity != "vague"]
    unsure = (month for e in found if not e.first for month in _month(e))
    told += [(published, published)] if published else []
    short = {match.replace(".", "") for match in re.findall(r"\b(?:[A-Z]\.?){2,6}(?!\w)", text)}
    spoken = _spoken(text)
    return Facts(
        text, tuple(figures(text)), frozenset(spoken.split()), spoken, frozenset(short | set(_initials(text))),
        tuple(told), frozenset(unsure), published,
    )  # fmt: skip


def _spoken(text: str) -> str:
    """The folded words of `text` in order, between blanks."""
    return f" {' '.join(fold(word) for word in words(text))} "


def times(text: str, published: date | None) -> list[Expression]:
    """The expressions of time in `text`, but for the end of a number: "33,000 years ago"."""
    return [e for e in expressions(text, published) if not re.search(r"\d[.,]?\Z", text[max(0, e.start - 2) : e.start])]


def _month(one: Expression) -> Iterator[tuple[int, int]]:
    for number, month in enumerate(MONTHS, start=1):
        if month[:3] in one.words:
            yield from ((number, int(day)) for day in re.findall(r"\b\d\d?\b", one.words) or ["0"])


def _initials(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        parts = [part for part in re.split(r"[ &-]+", run) if part]
        capitals = "".join(part[0] for part in parts if part[0].isupper())
        yield from (capitals[start:] for start in range(len(capitals) - 1))
        every = "".join(part[0] for part in parts).upper()
        yield from (every[start:] for start in range(len(every) - 1))


def names(text: str) -> Iterator[tuple[int, str]]:
    """The capitalised words of `text` that name something, with their places; an English word that opens it is none."""
    for match in _CAPITAL.finditer(text):
        opens = bool(_OPENS.search(text[max(0, match.start() - 4) : match.start()] if match.start() else ""))
        place = match.start()
        for part in re.split(r"(?<=[a-z])-(?=[A-Z])", match[0]):
            plain = re.sub(r"['’]s?$", "", part).replace(".", "")
            folded = fold(plain)
            known = folded in STOP_WORDS or folded in _NO_NAMES or (opens and not proper(plain))
            if len(plain) > 1 and re.search("[A-Z]", plain) and (ACRONYM.fullmatch(plain) or not known):
                yield place, plain
            place += len(part) + 1


@lru_cache(maxsize=20_000)
def proper(word: str) -> bool:
    """Whether a capitalised word is a name even where it opens a sentence: "Oslo" and "Orlova", not "Prices"."""
    return not simplemma.lemmatize(word, lang="en")[:1].islower()


def missing(claim: str, sources: Sequence[Facts], context: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The numbers, names and days of `claim` that no source has: each with its kind, "number", "name" or "day".

    Args:
        claim: A sentence.
        sources: What it may rest on.
        context: Folded words that count as told, as those of the question that was answered.
    """
    days = {source.published for source in sources} or {None}
    readings = [times(claim, day) for day in days]
    found = readings[0]
    plain, held = _without(claim, found), frozenset(context).union(*(s.words for s in sources))
    told = [figure for source in sources for figure in source.figures]
    lacking = [
        (figure.start, claim[figure.start : figure.end], "number")
        for figure in figures(plain)
        if not any(tells(other, figure) for other in told)
    ]
    known = _other_names(plain, sources)
    lacking += [(place, name, "name") for place, name in names(plain) if not _named(name, held, known)]
    for one in found:
        same = [e for reading in readings for e in reading if e.start == one.start]
        if not _dated(same, sources):
            lacking.append((one.start, one.words, "day"))
    return [(kind, text) for _, text, kind in sorted(lacking)]


def _without(claim: str, found: Sequence[Expression]) -> str:
    """The claim with blanks for its expressions of time, so that their numbers are not looked for."""
    for one in found:
        claim = claim[: one.start] + " " * (one.end - one.start) + claim[one.end :]
    return claim


def _other_names(claim: str, sources: Sequence[Facts]) -> frozenset[str]:
    """Folded words of names in the claim that a source calls by another: an acronym, or one in the list of names."""
    acronyms = frozenset(short for source in sources for short in source.acronyms)
    known: set[str] = set()
    for run in _RUN.findall(claim):
        if acronyms & set(_initials(run)):
            known.update(words(run))
    known.update(fold(short) for short in re.findall(r"\b[A-Z]{2,6}\b", claim.replace(".", "")) if short in acronyms)
    own = _spoken(claim)
    for row in _rows():
        said = [name for name in row if name in own]
        if said and any(name in source.spoken for source in sources for name in row):
            known.update(word for name in said for word in name.split())
    return frozenset(known)


@lru_cache(maxsize=1)
def _rows() -> list[list[str]]:
    """The list of names, each folded between blanks."""
    rows = [[_spoken(name) for name in row] for row in general()]
    return rows + [[f" {name} " for name in row] for row in _PEOPLES]


def _named(name: str, held: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a source has the name, or another spelling or form of it."""
    return all(word in held or word in known or _like(word, held) for word in map(fold, words(name)))


def _like(word: str, held: frozenset[str]) -> bool:
    near = [other for other in held if other[:2] == word[:2]]
    own = _stems(word)
    if any(own & _stems(other) or term(other) == term(word) for other in near):
        return True
    if len(word) < SPELLED or english(word):
        return False
    own_sound = _sound(word)
    return any(len(o) >= SPELLED and _sound(o) == own_sound and alike(o, word) for o in held)


_sound = lru_cache(maxsize=20_000)(sound)


@lru_cache(maxsize=20_000)
def _stems(word: str) -> frozenset[str]:
    """What the name of a place and that of its people share: "Syria" and "Syrians"."""
    cut = (word[: -len(match[1])] for match in _ENDINGS.finditer(word))
    return frozenset([word, *(stem for stem in cut if len(stem) > 2)])


def _dated(readings: Sequence[Expression], sources: Sequence[Facts]) -> bool:
    """Whether a source tells of a day within those that an expression may mean, read as on each source's day."""
    known = [one for one in readings if one.first and one.last]
    if readings[0].granularity == "vague" or not known:  # it hangs on something else
        return True
    unsure = frozenset().union(*(source.open for source in sources))
    if any(one.granularity in ("day", "month") and _opened(one) in unsure for one in known):
        return True
    told = [day for source in sources for day in source.days]
    return any(_within(one, told) for one in known) or any(
        fold(one.words) in source.text.lower() for one in known for source in sources
    )


def _opened(one: Expression) -> tuple[int, int]:
    assert one.first is not None  # noqa: S101 - for the type checker
    return one.first.month, one.first.day if one.granularity == "day" else 0


def _within(one: Expression, told: Sequence[tuple[date, date]]) -> bool:
    if not (one.first and one.last):
        return False
    if _STRETCH.search(one.words):  # both its ends must be told
        return any(start == one.first for start, _ in told) and any(end == one.last for _, end in told)
    return any(one.first <= start and end <= one.last for start, end in told)
