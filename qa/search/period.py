"""The question's own time: the days it asks about, and what that narrows the search to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from qa.language.dates import expressions
from qa.language.intervals import show
from qa.types import Filters

Side = Literal["in", "since", "after", "before", "until"]
Days = tuple[date, date]

_SAYING: dict[Side, tuple[str, ...]] = {
    "in": ("in", "on", "during", "throughout", "over", "within", "at", "as of", "around", "from"),
    "since": ("since",),
    "after": ("after", "following"),
    "before": ("before", "prior to"),
    "until": ("until", "till", "by", "up to"),
}
_SIDES = {word: side for side, words in _SAYING.items() for word in words}
_WORDS = "|".join(sorted(_SIDES, key=len, reverse=True))
_LED_IN = re.compile(rf"\b(?P<word>{_WORDS}) (?:the )?(?:year |month of )?$", re.IGNORECASE)
_OWN = re.compile(rf"(?P<word>{_WORDS})\b", re.IGNORECASE)
"""An expression of a month takes the word before it: "before June"."""
_NAMED = re.compile(
    r"^(?:['’]s)? (?:[a-z-]+ ){0,2}(?:election|war|cup|games|committee|attacks?|agreement|campaign|season)\b", re.I
)
"""A date before such a word names the subject: "the 2016 election", "the January 6 committee"."""
_EVENT = re.compile(
    r"\b(?P<word>before|after|since|until) (?P<event>(?:the )?[A-Z][\w’'-]*(?: [\w’'-]+){0,5}? "
    r"(?:fell|was \w+(?:ed|en)|were \w+(?:ed|en)|began|started|ended|died|resigned|left|won|lost|took \w+|\w{3,}ed)\b"
    r"(?: to (?:the )?[A-Z]\w+(?: [A-Z]\w+)*)?)"
)
_STATE = re.compile(
    r"^(?:so |and |but )?(?:(?:who|what|where|which) (?:is|are)\b|"
    r"(?:who|which \w+|what \w+|where|how many|how much)\b.*?\b(?:controls?|leads?|holds?|"
    r"runs?|heads?|commands?|governs?|rules?|owns?|is|are|has|have|remains?|lives?|stands?)\b"
    r"(?! (?:been|had|said to have)\b))",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|did|had|has been|have been|used to)\b", re.IGNORECASE)
_LATEST = re.compile(
    r"\b(?:latest|most recent(?:ly)?|newest|currently|current|now|today|at present|so far|as of)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days a question asks about."""

    days: Days
    side: Side
    """Whether it asks for what was in these days, from them on, after them, before them, or up to their end."""
    open: bool
    """Whether other articles may answer as well: what was before a day is often told after it, and "this week" may be
    said of what was told already."""


def period(question: str, asked: date, day_of: Callable[[str], Days | None]) -> Period | None:
    """The days that `question` asks about; None where it names none, or only as part of the subject's name.

    Args:
        question: A question that stands alone.
        asked: The day it is put, which "last week" is counted from.
        day_of: The days on which an event of the archive was, for "before Mosul fell"; None where it is not known.
    """
    for expression in expressions(question, asked):
        first, last, vague = expression.first, expression.last, expression.granularity == "vague"
        if vague or not (first and last) or _NAMED.match(question[expression.end :]):
            continue
        led_in = _LED_IN.search(question[: expression.start]) or _OWN.match(expression.words)
        if led_in or expression.relative:
            side = _SIDES[led_in["word"].lower()] if led_in else "in"
            return Period((first, last), side, expression.relative or side in ("before", "until"))
    event = _EVENT.search(question)
    if event and (days := day_of(event["event"])):
        side = _SIDES[event["word"].lower()]
        return Period(days, side, side in ("before", "until"))
    return None


def narrowed(found: Period | None, asked: date, newest: date | None) -> Filters:
    """What the search is narrowed to for a period.

    No article tells what was before it happened, so only those from the period's first day on are looked at; for what
    was before a day, those published before it. Articles of unknown day always stay.

    Args:
        found: What `period` found.
        asked: The day the question is put; what is yet to come narrows nothing.
        newest: The day of the archive's newest article; a period after it is left to the words of the articles.
    """
    after = before = None
    if found and found.days[0] <= min(asked, newest or asked):
        first, last = found.days
        if found.side in ("before", "until"):
            before = last if found.side == "until" else first - timedelta(days=1)
        else:
            after = last if found.side == "after" else first
    return Filters(after, before, undated=True)


def both(own: Filters, inferred: Filters) -> Filters:
    """The user's own filters, made narrower by what the question says."""
    if not inferred.after and not inferred.before:
        return own
    after = max((day for day in (own.after, inferred.after) if day), default=None)
    before = min((day for day in (own.before, inferred.before) if day), default=None)
    return replace(own, after=after, before=before, undated=not (own.after or own.before))


def asks_for_the_newest(question: str) -> bool:
    """Whether the question is for how things stand: of two answers the later is then meant."""
    return bool(_LATEST.search(question)) or (bool(_STATE.search(question)) and not _PAST.search(question))


def in_words(filters: Filters) -> str:
    """What was looked at, as in "articles from 1 May 2015 on"; empty where nothing was left out."""
    if filters.after and filters.before:
        return f"articles of {show(filters.after, filters.before)}"
    if filters.after:
        return f"articles from {show(filters.after, filters.after).partition(' ')[2]} on"
    if filters.before:
        return f"articles up to {show(filters.before, filters.before).partition(' ')[2]}"
    return ""
