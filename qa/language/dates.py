"""Expressions of time in news prose, resolved against the day the article was published.

"on Sunday" in an article of Monday 18 May 2015 is the day before; "in July" is the last July that had begun.
News tells of the past: an expression that could be either is taken as past, unless its clause speaks of the future.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from qa.language.intervals import (
    MONTHS,
    WEEKDAYS,
    Granularity,
    day_or_none,
    month_days,
    month_number,
    season_days,
    week_days,
    year_days,
)

NUMBERS = {
    word: value
    for value, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {"a": 1, "an": 1, "a couple of": 2}
CLAUSE_CHARACTERS = 80
"""How far back a verb in the future tense can stand from its day; longer than nearly all clauses."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that name a time, and the days they mean."""

    start: int
    end: int
    words: str
    first: date | None
    """First day meant; None where the article's day is needed and unknown."""
    last: date | None
    """Last day meant, inclusive."""
    granularity: Granularity
    relative: bool
    """Whether the article's day was needed to resolve it."""


_DAY = "|".join(WEEKDAYS)
_MONTH = "|".join(MONTHS) + r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_YEAR = r"(?:19|20)\d\d"
_COUNT = r"\d{1,3}|a couple of|an?|" + "|".join(word for word in NUMBERS if len(word) > 2 and " " not in word)
_NTH = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_PART = r"(?:(?P<part>(?i:early|late|mid|the start of|the end of|the beginning of))[ -])?"

# Tried in this order at each place; the first that fits wins, so the longer forms stand first.
_PATTERNS: dict[str, str] = {
    "iso": r"(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\d-])",
    "day_month_year": rf"(?:(?:{_DAY}),? )?{_NTH}(?: of)? (?P<month>{_MONTH})\.?,? (?P<year>{_YEAR})\b",
    "month_day_year": rf"(?:(?:{_DAY}),? )?(?P<month>{_MONTH})\.? {_NTH},? (?P<year>{_YEAR})\b",
    "month_year": rf"{_PART}(?P<month>{_MONTH})\.?(?:,| of)? (?P<year>{_YEAR})\b",
    "season_year": rf"(?:the )?(?P<season>spring|summer|autumn|winter)(?: of)? (?P<year>{_YEAR})\b",
    "month_day": rf"(?:(?:{_DAY}),? )?(?P<month>{_MONTH})\.? {_NTH}(?![\d,.]*\d)\b",
    "day_month": rf"(?:(?:{_DAY}),? )?{_NTH}(?: of)? (?P<month>{_MONTH})\b",
    "years": rf"(?P<from>{_YEAR})(?:[-–]| to | and )(?P<to>{_YEAR})(?![-–]?\d)",
    "decade": r"(?:the )?(?P<decade>(?:19|20)\d0)s\b",
    "ago": rf"(?i:(?P<count>{_COUNT})) (?P<unit>day|week|month|year)s? ago\b",
    "recent": r"(?i:in|over|during) (?:the )?(?:(?:past|last) few|recent) (?P<unit>day|week|month|year)s\b",
    "named_day": r"(?i:yesterday|today|tomorrow|tonight|(?:earlier|late|early) (?:to|yester)day|last night"
    r"|this (?:morning|afternoon|evening))\b",
    "weekend": r"(?P<which>(?i:the|this|last|next)) weekend\b",
    "weekday": rf"(?:(?P<which>(?i:last|next|this past|this|the previous)) )?(?P<weekday>{_DAY})\b",
    "unit": r"(?:(?i:earlier|later|(?P<part>late|early)) )?(?P<which>(?i:this|last|next)) (?P<unit>week|month|year)\b",
    "season": r"(?P<which>(?i:this|last|next)) (?P<season>spring|summer|autumn|fall|winter)\b",
    "which_month": rf"(?P<which>(?i:last|next|this)) (?P<month>{_MONTH})\b",
    "month": r"(?:(?i:in|since|by|during|until|from|of|through|between) "
    rf"(?:(?P<part>early|late|mid)[ -])?)(?P<month>{'|'.join(MONTHS)})\b(?!,? \d)",
    "year": rf"{_PART}\b(?P<year>{_YEAR})\b(?![-–]\d|,\d|\.\d| (?:people|civilians|fighters|strikes))",
}
_ANY = re.compile("|".join(f"(?P<{name}__>(?<![\\w-]){body})" for name, body in (
    (name, re.sub(r"\?P<(\w+)>", rf"?P<{name}__\1>", body)) for name, body in _PATTERNS.items()
)))  # fmt: skip
_FUTURE = re.compile(
    r"\b(?:will|would|shall|is to|are to|due|plans?|planned|expected|scheduled|set to|ahead of)\b", re.I
)
_REPORTED = re.compile(r"\b(?:said|says|told|announced|warned|vowed|added|confirmed)\b", re.I)
# Lower-case "may" and "march" are verbs; "second" is no month. Months and weekdays count only with a capital.


def expressions(text: str, published: date | None) -> list[Expression]:
    """The expressions of time in `text`, in order, each with the days it means.

    Args:
        text: News prose.
        published: The day that relative expressions are counted from; None leaves them unresolved.
    """
    return list(_expressions(text, published))


def _expressions(text: str, published: date | None) -> Iterator[Expression]:
    for match in _ANY.finditer(text):
        groups = {key: value for key, value in match.groupdict().items() if value is not None}
        name = next(key[:-2] for key in groups if key.endswith("__"))
        parts = {key.partition("__")[2]: value for key, value in groups.items() if not key.endswith("__")}
        future = _speaks_of_future(text, match.start())
        try:
            found = _RESOLVE[name](parts, published, future, match[0])
        except ValueError:  # "31 June": no such day, so no date
            continue
        first, last, granularity, relative = found
        yield Expression(match.start(), match.end(), match[0], first, last, granularity, relative)


def _speaks_of_future(text: str, start: int) -> bool:
    """Whether the clause before `start` is about what is to come."""
    clause = re.split(r"[.,;:!?\n”\"]", text[max(0, start - CLAUSE_CHARACTERS) : start])[-1]
    # "will attack, he said on Sunday": the day is that of the saying.
    return _FUTURE.search(clause) is not None and _REPORTED.search(clause) is None


Found = tuple[date | None, date | None, Granularity, bool]
Parts = dict[str, str]


def _full_date(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    day = date(int(parts["year"]), month_number(parts["month"]), int(parts["day"]))
    return day, day, "day", False


def _month_year(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    return *month_days(int(parts["year"]), month_number(parts["month"]), _part(parts)), "month", False


def _season_year(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    return *season_days(int(parts["year"]), parts["season"]), "season", False


def _year(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    return *year_days(int(parts["year"]), _part(parts)), "year", False


def _years(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    return date(int(parts["from"]), 1, 1), date(int(parts["to"]), 12, 31), "year", False


def _decade(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    year = int(parts["decade"])
    return date(year, 1, 1), date(year + 9, 12, 31), "decade", False


def _month_day(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    """The last such day up to a fortnight after publication, or the next one where the future is meant."""
    month, day = month_number(parts["month"]), int(parts["day"])
    date(2000, month, day)  # raises where no year has such a day
    if published is None:
        return None, None, "day", True
    years = (day_or_none(published.year + shift, month, day) for shift in (-4, -3, -2, -1, 0, 1, 2, 3, 4))
    days = [option for option in years if option]
    if future:
        best = next(option for option in days if option >= published)
    else:
        best = [option for option in days if option <= published + timedelta(days=14)][-1]
    return best, best, "day", True


def _which_month(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    """The last such month that had begun by publication, or the next one where the future is meant."""
    if published is None:
        return None, None, "month", True
    month, which = month_number(parts["month"]), parts.get("which", "").lower()
    year = published.year
    if which == "next" or (future and not which):
        year += month < published.month
    elif month > published.month or (which == "last" and month == published.month):
        year -= 1
    return *month_days(year, month, _part(parts)), "month", True


def _ago(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    unit, text = parts["unit"], parts["count"].lower()
    count = int(text) if text.isdigit() else NUMBERS[text]
    return _counted_back(published, count, unit)


def _counted_back(published: date | None, count: int, unit: str) -> Found:
    if published is None:
        return None, None, "day" if unit == "day" else _unit(unit), True
    if unit == "day":
        day = published - timedelta(days=count)
        return day, day, "day", True
    if unit == "week":
        return *week_days(published - timedelta(weeks=count)), "week", True
    if unit == "month":
        months = published.year * 12 + published.month - 1 - count
        return *month_days(months // 12, months % 12 + 1), "month", True
    return *year_days(published.year - count), "year", True


def _recent(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    """A handful, taken as seven of the unit's days, weeks, months or years before publication."""
    if published is None:
        return None, None, "days", True
    length = {"day": 7, "week": 28, "month": 180, "year": 1460}[parts["unit"]]
    return published - timedelta(days=length), published, "days", True


def _named_day(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    if published is None:
        return None, None, "day", True
    lower = words.lower()
    shift = -1 if "yester" in lower or lower == "last night" else 1 if lower == "tomorrow" else 0
    day = published + timedelta(days=shift)
    return day, day, "day", True


def _weekday(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    """The day of publication itself counts as the weekday's last one: dailies write "on Monday" on Mondays."""
    if published is None:
        return None, None, "day", True
    which, weekday = parts.get("which", "").lower(), WEEKDAYS.index(parts["weekday"])
    back = (published.weekday() - weekday) % 7
    if which == "next" or (future and not which):
        day = published + timedelta(days=(weekday - published.weekday()) % 7 or 7)
    elif which in ("last", "the previous", "this past") and back == 0:
        day = published - timedelta(days=7)
    else:
        day = published - timedelta(days=back)
    return day, day, "day", True


def _weekend(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    if published is None:
        return None, None, "days", True
    saturday = published - timedelta(days=(published.weekday() - 5) % 7)
    if parts["which"].lower() == "next" or (future and published.weekday() < 5):
        saturday += timedelta(days=7)
    return saturday, saturday + timedelta(days=1), "days", True


def _this_unit(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    shift = {"this": 0, "last": 1, "next": -1}[parts["which"].lower()]
    part, unit = parts.get("part", ""), parts["unit"]
    first, last, granularity, relative = _counted_back(published, shift, unit)
    if first and part and unit == "year":
        first, last = year_days(first.year, part)
    if first and part and unit == "month":
        first, last = month_days(first.year, first.month, part)
    return first, last, granularity, relative


def _this_season(parts: Parts, published: date | None, future: bool, words: str) -> Found:
    if published is None:
        return None, None, "season", True
    which, year = parts["which"].lower(), published.year
    first, last = season_days(year, parts["season"])
    if which == "last" and last >= published:
        year -= 1
    elif which == "next" and first <= published:
        year += 1
    return *season_days(year, parts["season"]), "season", True


_RESOLVE: dict[str, Callable[[Parts, date | None, bool, str], Found]] = {
    "iso": _full_date,
    "day_month_year": _full_date,
    "month_day_year": _full_date,
    "month_year": _month_year,
    "season_year": _season_year,
    "month_day": _month_day,
    "day_month": _month_day,
    "years": _years,
    "decade": _decade,
    "ago": _ago,
    "recent": _recent,
    "named_day": _named_day,
    "weekend": _weekend,
    "weekday": _weekday,
    "unit": _this_unit,
    "season": _this_season,
    "which_month": _which_month,
    "month": _which_month,
    "year": _year,
}


def _unit(unit: str) -> Granularity:
    return "week" if unit == "week" else "month" if unit == "month" else "year"


def _part(parts: Parts) -> str:
    """The part named: "early", "mid", "late" or empty."""
    words = parts.get("part", "").lower()
    return words if not words.endswith("of") else "late" if "end" in words else "early"
