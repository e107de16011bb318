"""A question in parts, taken apart into questions that stand alone. What is not clearly in parts is left whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa.answer.clauses import clauses
from qa.answer.ordering import first
from qa.answer.sides import compared, how_many, is_name
from qa.language.dates import expressions
from qa.types import Filters

Kind = Literal["compare", "first", "between", "several"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a question falls into; the tuples run alike."""

    kind: Kind
    labels: tuple[str, ...]
    """What each part is about, as shown: "Ramadi", "May 2015"; for "several" its question."""
    questions: tuple[str, ...]
    """For each a question that stands alone, within its filter's days, and is not in parts itself."""
    filters: tuple[Filters, ...]
    """What each part's search is narrowed to beside the user's own: its days for "between"."""


LONGEST = 300
"""Characters. A longer question is told rather than asked, and is left whole."""
_LEAD = re.compile(r"^(?:(?:so|and|but|now|please|ok|well|can you|could you|would you|briefly),? )+", re.IGNORECASE)
_TIMES = r"(?:between|from) (?P<one>.+?) (?:and|to|until|till) (?P<other>.+?)"
_PLACE = r"(?: (?P<place>(?:in|at|around|for|with|about|on) .+?))?"
_AFTER = _PLACE.replace("<place>", "<after>")
_BETWEEN = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^what(?: has| had)? changed{_PLACE} {_TIMES}{_AFTER}$",
        rf"^how (?:did|has|have|had) (?P<thing>.+?) (?:changed?|developed?|evolved?) {_TIMES}{_AFTER}$",
        rf"^what (?:is|was) the (?:main |biggest )?difference(?: in (?P<of>[a-z][a-z ]*?))?{_PLACE} {_TIMES}{_AFTER}$",
        rf"^compare (?P<thing>.+) (?:in|between) (?P<one>[^,]+?) (?:and|with|to) (?:in )?(?P<other>.+?){_AFTER}$",
    )
]


def split(question: str) -> Parts | None:
    """The parts of `question`; None where it has one.

    Args:
        question: A question that stands alone.
    """
    found = _split(question)
    if not found or any(_split(part) for part in found.questions):
        return None
    return found if len(set(zip(found.questions, found.filters, strict=True))) > 1 else None


def _split(question: str) -> Parts | None:
    asked = _LEAD.sub("", " ".join(question.split()))
    if len(asked) > LONGEST:
        return None
    bare = asked.rstrip(" ?.!")
    if found := _between(bare):
        return found
    kinds: tuple[Kind, ...] = ("first", "compare")
    for kind, pairs in zip(kinds, (first(bare), compared(bare)), strict=True):
        if pairs:
            return _parts(kind, [label for label, _ in pairs], [f"{q[0].upper()}{q[1:]}?" for _, q in pairs])
    several = clauses(asked)
    return _parts("several", several, several) if several else None


def _parts(kind: Kind, labels: list[str], questions: list[str]) -> Parts:
    return Parts(kind, tuple(labels), tuple(questions), (Filters(),) * len(labels))


def _between(asked: str) -> Parts | None:
    """A part for each of the two times between which something changed."""
    for pattern in _BETWEEN:
        if match := pattern.match(asked):
            said = match.groupdict()
            one, other = match["one"], match["other"]
            year = re.search(r"\b(?:19|20)\d\d$", other)
            if year and not _days(one):  # "between May and July 2015"
                one = f"{one} {year[0]}"
            if (first_days := _days(one)) and (last_days := _days(other)):
                place = said.get("place") or said.get("after") or ""
                questions = tuple(
                    _asked_of(said.get("thing") or said.get("of") or "", place, when) for when in (one, other)
                )
                return Parts("between", (one, other), questions, (first_days, last_days))
    return None


def _days(words: str) -> Filters | None:
    """The days that `words` mean; None where they are more, or less, than one time that needs no day of asking."""
    found = expressions(words, None)
    if len(found) != 1 or found[0].granularity == "vague" or not (found[0].first and found[0].last):
        return None
    left = words[: found[0].start] + words[found[0].end :]
    return None if left.strip() else Filters(found[0].first, found[0].last)


def _asked_of(thing: str, place: str, when: str) -> str:
    """What is asked of a time: how things stood then with what changed, "the number of advisers" or "Ramadi"."""
    days = _days(when)
    at = f"{'on' if days and days.after == days.before else 'in'} {when}"
    if count := how_many(thing):
        return f"{count}?"  # its days are the filter's: named in the question too, they make the reader unsure
    if situation := re.fullmatch(r"(?:the )?(?:situation|things|life) (?P<place>in .+)", thing):
        thing, place = "", situation["place"]
    if is_name(thing):
        thing, place = "", f"in {thing}"
    if thing and " " in thing and not re.search("[A-Z]|s$", thing):
        return f"What was the {thing.removeprefix('the ')} {place} {at}?".replace("  ", " ")
    about = f"to {thing} {place}".strip() if thing else place
    return " ".join(f"What happened {about} {at}?".split())
