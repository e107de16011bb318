"""Expressions of time in news prose, resolved against the day the article was published.

"on Sunday" in an article of Monday 18 May 2015 is the day before; "in July" is the last July that had begun.
News tells of the past: an expression that could be either is taken as past, unless its clause speaks of the future.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.language.intervals import MONTHS, WEEKDAYS, Granularity, moved, unit_days
from qa.language.resolving import NUMBERS, RESOLVERS, Context
from qa.language.tense import tense


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that name a time, and the days they mean."""

    start: int
    end: int
    words: str
    first: date | None
    """First day meant; None where the article's day, or that of another event, is needed and unknown."""
    last: date | None
    """Last day meant, inclusive."""
    granularity: Granularity
    relative: bool
    """Whether the article's day, or another expression, was needed to resolve it."""


_DAY = "|".join(WEEKDAYS)
_SHORT_DAY = rf"(?:(?:{_DAY}|(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.),? )?"
_MONTH = "|".join(MONTHS) + r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_YEAR = r"(?:19|20)\d\d"
_OLD_YEAR = r"(?:1\d|20)\d\d"
_LONG_AGO = r"(?:1[5-9]|20)\d\d"
_SEASON = "spring|summer|autumn|fall|winter"
_COUNT = r"\d{1,3}|(?:a )?couple of|an?|" + "|".join(sorted((w for w in NUMBERS if len(w) > 2), key=len, reverse=True))
_NTH = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_TO_NTH = r"(?P<to>[0-3]?\d)(?:st|nd|rd|th)?"
_PART = r"(?:(?P<part>(?i:early|late|mid|(?:the )?(?:start|end|beginning|middle) of))[ -](?:in )?)?"
_UNIT = "day|week|month|quarter|year|decade"
_TO = r"(?: ?[-–—] ?| to | through | until )"
_WHOSE = r"(?: (?:of )?(?P<whose>last|this|next) year)"

# Tried in this order at each place; the first that fits wins, so the longer forms stand first.
_PATTERNS: dict[str, str] = {
    "iso": r"(?P<year>(?:19|20)\d\d)[-/](?P<month>[01]\d)[-/](?P<day>[0-3]\d)(?![\d-])",
    "numeric": r"(?P<one>[0-3]?\d)(?P<sign>[/.])(?P<other>[0-3]?\d)(?P<again>[/.])(?P<year>(?:19|20)?\d\d)"
    r"(?![\d/.]\d)\b",
    "day_month_year": rf"{_SHORT_DAY}(?:the )?{_NTH}(?: of)? (?P<month>{_MONTH})\.?,? (?P<year>{_OLD_YEAR})\b",
    "month_day_year": rf"{_SHORT_DAY}(?P<month>{_MONTH})\.? {_NTH},? (?P<year>{_OLD_YEAR})\b",
    "month_year": rf"{_PART}(?P<month>{_MONTH})\.?(?:,| of)? (?P<year>{_OLD_YEAR})\b",
    "season_year": rf"{_PART}(?:the )?(?P<season>{_SEASON})(?: of|,)? (?P<year>{_YEAR})\b",
    "quarter": rf"(?:the )?(?P<nth>first|second|third|fourth|final|last) (?P<fraction>quarter|half) of "
    rf"(?:(?P<year>{_YEAR})|(?P<which>this|last|next|the) year)\b",
    "q": rf"Q(?P<nth>[1-4])(?: of|,)? ?(?P<year>{_YEAR})\b",
    "month_days": rf"(?P<month>{_MONTH})\.? {_NTH}{_TO}{_TO_NTH}(?![\d,.]*\d)\b(?:,? (?P<year>{_YEAR})\b)?",
    "days_month": rf"{_NTH}{_TO}{_TO_NTH}(?: of)? (?P<month>{_MONTH})\b(?:\.?,? (?P<year>{_YEAR})\b)?",
    "month_day": rf"{_SHORT_DAY}(?P<month>{_MONTH})\.? {_NTH}(?![\d,.]*\d)\b{_WHOSE}?",
    "day_month": rf"{_SHORT_DAY}(?:the )?{_NTH}(?: of)? (?P<month>{_MONTH})\b{_WHOSE}?",
    "years": rf"(?P<from>{_LONG_AGO})(?:[-–/]| to | and | through | until )"
    rf"(?P<to>{_LONG_AGO}|\d\d(?![\d/.-]))(?![-–]?\d)",
    "decade": rf"{_PART}(?:the )?(?P<decade>(?:19|20)\d0)s\b",
    "anchored": rf"(?:(?i:about|around|nearly|almost|just|some|more than|less than) )?(?i:(?P<count>{_COUNT})) "
    r"(?P<unit>hour|day|week|month|year|decade)s? (?P<side>after|before|later|earlier|afterwards?)\b",
    "same": r"(?i:the (?P<same>following|next|previous|same) (?P<unit>day|week|month|year)"
    r"|the (?P<unit_of>day|week|month|year) (?P<beside>before|after))\b(?! yesterday)",
    "ago": rf"(?i:(?P<count>{_COUNT})(?P<half>[ -]and[ -]a[ -]half)? (?P<unit>second|minute|hour|{_UNIT})s?"
    r"(?P<half_after> and a half)? ago)\b",
    "vague": r"(?i:(?:in |over |during |within )?(?:"
    rf"(?:the |these )?(?:(?:past|last|next) (?:few|several)|recent|coming) (?P<unit>hour|{_UNIT})s|"
    rf"(?:the )?(?P<unit_ahead>hour|{_UNIT})s ahead|(?P<unit_ago>hour|{_UNIT})s ago))\b",
    "span": rf"(?i:the |this |his |her |its |their )?(?P<which>(?i:past|last|previous|next|coming)) "
    rf"(?i:(?P<count>{_COUNT})) (?P<unit>hour|day|week|month|year|decade)s?\b",
    "past_unit": r"(?i:the|this|its|his|her|their) (?i:past) (?P<unit>week|month|year|decade)\b",
    "named_day": r"(?i:the day before yesterday|yesterday|tomorrow|tonight|today|"
    r"(?:earlier|late|early) (?:to|yester)day|last night|this (?:morning|afternoon|evening))\b",
    "weekend": r"(?P<which>(?i:the|this|last|next|this past|this coming)) weekend\b(?! of\b)",
    "weekday_of": rf"(?P<weekday>{_DAY}) (?:of )?(?P<which>last|this|next) week\b",
    "weekday": rf"(?:(?P<which>(?i:last|next|this past|this coming|this|the previous)) )?(?P<weekday>{_DAY})\b",
    "unit": r"(?:(?P<part>(?i:the (?:start|end|beginning|middle) of|late|early|mid))[ -])?"
    r"(?i:earlier |later )?(?P<which>(?i:this|last|next|the)) (?P<unit>week|month|quarter|year|decade)\b(?! of\b)",
    "season": rf"(?:(?P<which>(?i:(?:earlier |later )?this|last|next|(?:in|over|during|by|since)(?: the)?)) )"
    rf"(?P<season>{_SEASON})\b{_WHOSE}?(?! (?:of|storms?|weather|Olympics|Games|break|guys?)\b)",
    "which_month": rf"(?P<which>(?i:last|next|this|this coming|this past)) (?P<month>{_MONTH})\b",
    "part_month": r"(?P<part>(?i:early|late|mid|(?:the )?(?:start|end|beginning|middle) of))[ -](?:in )?"
    rf"(?P<month>{'|'.join(MONTHS)})\b{_WHOSE}?(?!,? \d)",
    "month": r"(?i:in|since|by|during|until|from|of|through|between|for|and|to|last|throughout) "
    rf"(?P<month>{'|'.join(MONTHS)})\b{_WHOSE}?(?!,? \d)",
    "old_year": r"(?:in|since|by|until|from|of) (?P<year>1[0-8]\d\d)\b(?![-–]\d|[,.]\d)",
    "year": rf"{_PART}(?<![/.])\b(?P<year>{_YEAR})\b(?![-–,./]\d| [A-Z]\d| (?:people|civilians|fighters|strikes))",
}
_ANY = re.compile("|".join(f"(?P<{name}__>(?<![\\w/-]){body})" for name, body in (
    (name, re.sub(r"\?P<(\w+)>", rf"?P<{name}__\1>", body)) for name, body in _PATTERNS.items()
)))  # fmt: skip
# Lower-case "may" and "march" are verbs; "second" is no month. Months and weekdays count only with a capital.

_NO_DAY_BEFORE = re.compile(
    r"\b(?:every|each|most|Black|Good|Super|Bloody|Ash|Cyber|Giving|Palm|Easter|Fat|Maundy|Holy|Red)[ -]$"
)
_NO_DAY_AFTER = re.compile(r" (?:Night (?:Live|Football)|Times|Telegraph|Mail|Express|Mirror|Herald|Post|World)\b")
_JOINED = re.compile(r" (?:to|through|until) |(?: )?[-–—](?: )?")
_FIRST_DAY, _LAST_DAY = date(1000, 1, 1), date(9000, 1, 1)
"""A day beyond these is no day of a newspaper, but what a program writes for an unknown one (0001-01-01)."""
_BETWEEN = re.compile(r"\b[Bb]etween\b")


def expressions(text: str, published: date | None, day_first: bool | None = None) -> list[Expression]:
    """The expressions of time in `text`, in order, each with the days it means.

    Args:
        text: News prose.
        published: The day that relative expressions are counted from; None, or one that no newspaper could have, leaves
            them unresolved.
        day_first: Whether "03/04" is 3 April, as outside the United States; None leaves it unresolved.
    """
    if published and not _FIRST_DAY < published < _LAST_DAY:
        published = None
    found = list(_joined(text, list(_expressions(text, published, day_first))))
    return [_anchored(text, found, place) for place in range(len(found))]


def _expressions(text: str, published: date | None, day_first: bool | None) -> Iterator[Expression]:
    for match in _ANY.finditer(text):
        start, end = match.span()
        groups = {key: value for key, value in match.groupdict().items() if value is not None}
        name = next(key[:-2] for key in groups if key.endswith("__"))
        parts = {key.partition("__")[2]: value for key, value in groups.items() if not key.endswith("__")}
        if "weekday" in parts and _names_no_day(text, start, end):
            continue
        try:
            days, granularity, relative = RESOLVERS[name](
                parts, Context(match[0], published, tense(text, start, end), day_first)
            )
        except ValueError:  # "31 June": no such day, so no date
            continue
        first, last = days or (None, None)
        yield Expression(start, end, match[0], first, last, granularity, relative)


def _names_no_day(text: str, start: int, end: int) -> bool:
    """Whether the weekday at `text[start:end]` is part of a name, or comes every week."""
    return bool(_NO_DAY_BEFORE.search(text[max(0, start - 12) : start]) or _NO_DAY_AFTER.match(text, end))


def _joined(text: str, found: list[Expression]) -> Iterator[Expression]:
    """The expressions, "Friday to Sunday" and "between May and July" made one of two."""
    before: Expression | None = None
    for expression in found:
        if before and (one := _range(text, before, expression)):
            before = one
            continue
        if before:
            yield before
        before = expression
    if before:
        yield before


def _range(text: str, one: Expression, other: Expression) -> Expression | None:
    """Both as one stretch; None where they are not joined to one, or where it would end before it begins."""
    between = text[one.end : other.start]
    if between == " ":  # a month takes the word before it: "from March to May"
        between = f" {other.words.partition(' ')[0]} "
    opening = text[max(0, one.start - len("between ")) : one.start + len("between ")]
    if not (_JOINED.fullmatch(between) or (between == " and " and _BETWEEN.search(opening))):
        return None
    start, end, first, last = one.start, other.end, one.first, other.last
    if one.relative and last and not other.relative:  # "between May and July 2014"
        first = next(_expressions(one.words, last, None), one).first
    if (first is None) != (last is None):
        return None
    if first and last:
        if one.granularity == other.granularity == "day" and last < first <= last + timedelta(days=6):
            last += timedelta(days=7)  # "from Monday to Wednesday", told on a Monday
        if last <= first:
            return None
    return Expression(start, end, text[start:end], first, last, "days", other.relative)


_COUNTED = re.compile(_PATTERNS["anchored"])
_STOP = re.compile(r"[;:\n]|[a-z]{3}[.!?] ")
"""What "two days after" hangs on is told before it."""
_LINE = re.compile(r"\n")


def _anchored(text: str, found: list[Expression], place: int) -> Expression:
    """An expression that hangs on another ("two days after the raid on 14 May", "a week later") with its days."""
    one = found[place]
    match = _COUNTED.fullmatch(one.words)
    if one.first or not match or match["unit"] == "hour":
        return one
    # The event is told after it in the same clause, or before it in the same paragraph.
    told_after = match["side"] in ("after", "before")
    near = found[place + 1 : place + 2] if told_after else found[:place][-1:]
    for anchor in near:
        between = text[one.end : anchor.start] if told_after else text[anchor.end : one.start]
        if anchor.first and anchor.first == anchor.last and not (_STOP if told_after else _LINE).search(between):
            count = NUMBERS.get(match["count"].lower()) or int(match["count"])
            sign = -1 if match["side"] in ("before", "earlier") else 1
            with suppress(ValueError):  # the calendar does not reach that far
                first, last = unit_days(moved(anchor.first, sign * count, match["unit"]), match["unit"])
                return replace(one, first=first, last=last)
    return one
