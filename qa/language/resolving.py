"""The rules that turn the parts of an expression of time into days, one for each form that `dates` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from qa.language.intervals import (
    WEEKDAYS,
    Granularity,
    day_or_none,
    month_days,
    month_number,
    moved,
    quarter_days,
    season_days,
    unit_days,
    year_days,
)
from qa.language.tense import Tense

NUMBERS = (
    {
        word: n
        for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
    }
    | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
    | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2}
)
LATER_YEARS = 10
"""A year of two digits is at most so many years after publication."""
VAGUE_DAYS = {"hour": 1, "day": 7, "week": 28, "month": 180, "quarter": 360, "year": 1460, "decade": 7300}
"""How many days "recent days", "the coming weeks" … are taken to mean, from publication."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an expression stands in."""

    words: str
    published: date | None
    tense: Tense
    day_first: bool | None
    """Whether "03/04" is 3 April; None where that is not known."""


Parts = Mapping[str, str]
Days = tuple[date, date] | None
Resolved = tuple[Days, Granularity, bool]
"""The days, None where they are open; the granularity; whether the day of publication was needed."""


def _full_date(parts: Parts, context: Context) -> Resolved:
    day = date(int(parts["year"]), month_number(parts["month"]), int(parts["day"]))
    return (day, day), "day", False


def _numeric(parts: Parts, context: Context) -> Resolved:
    """With dots the day stands first; with slashes the outlet's country decides, unless one number is above twelve."""
    if parts["sign"] != parts["again"]:
        raise ValueError("two signs")
    one, other, year = int(parts["one"]), int(parts["other"]), int(parts["year"])
    if len(parts["year"]) == 2:
        latest = (context.published.year if context.published else date.today().year) + LATER_YEARS
        year += latest // 100 * 100
        year -= 100 * (year > latest)
    day_first = True if parts["sign"] == "." or one > 12 else False if other > 12 else context.day_first
    if day_first is None:
        return None, "day", False
    day = date(year, other, one) if day_first else date(year, one, other)
    return (day, day), "day", False


def _month_year(parts: Parts, context: Context) -> Resolved:
    return month_days(int(parts["year"]), month_number(parts["month"]), _part(parts)), "month", False


def _season_year(parts: Parts, context: Context) -> Resolved:
    return season_days(int(parts["year"]), parts["season"]), "season", False


def _quarter(parts: Parts, context: Context) -> Resolved:
    if "year" not in parts and context.published is None:
        return None, "quarter", True
    year = int(parts["year"]) if "year" in parts else _year_of(parts.get("which", "this"), context)
    nth = parts["nth"]
    if parts.get("fraction") == "half":
        days = (date(year, 1, 1), date(year, 6, 30)) if nth == "first" else (date(year, 7, 1), date(year, 12, 31))
    else:
        number = int(nth) if nth.isdigit() else {"first": 1, "second": 2, "third": 3}.get(nth, 4)
        days = quarter_days(year, number)
    return days, "quarter", "year" not in parts


def _year_of(which: str, context: Context) -> int:
    """The year that "last year" means; needs the day of publication."""
    assert context.published  # noqa: S101 - the callers see to it
    return context.published.year + {"last": -1, "next": 1}.get(which.lower(), 0)


def _years(parts: Parts, context: Context) -> Resolved:
    first = int(parts["from"])
    last = int(parts["to"]) if len(parts["to"]) == 4 else first // 100 * 100 + int(parts["to"])
    if last <= first:
        raise ValueError("the years run backwards")
    return (date(first, 1, 1), date(last, 12, 31)), "year", False


def _year(parts: Parts, context: Context) -> Resolved:
    return year_days(int(parts["year"]), _part(parts)), "year", False


def _decade(parts: Parts, context: Context) -> Resolved:
    first, last = {"": (0, 9), "early": (0, 3), "mid": (4, 6), "late": (7, 9)}[_part(parts)]
    year = int(parts["decade"])
    return (date(year + first, 1, 1), date(year + last, 12, 31)), "decade", False


def _month_day(parts: Parts, context: Context) -> Resolved:
    """The last such day up to a fortnight after publication, or the next one where the future is meant."""
    month, day = month_number(parts["month"]), int(parts["day"])
    date(2000, month, day)  # raises where no year has such a day
    published = context.published
    if published is None:
        return None, "day", True
    if "whose" in parts:
        best = date(_year_of(parts["whose"], context), month, day)
        return (best, best), "day", True
    # Eight years may lie between two 29ths of February: 1896 and 1904.
    days = [d for shift in range(-8, 9) if (d := day_or_none(published.year + shift, month, day))]
    if context.tense == "future":
        best = next(option for option in days if option >= published)
    elif context.tense == "open":
        best = min(days, key=lambda option: abs(option - published))
    else:
        best = [option for option in days if option <= published + timedelta(days=14)][-1]
    return (best, best), "day", True


def _days_of_month(parts: Parts, context: Context) -> Resolved:
    month, day, to = month_number(parts["month"]), int(parts["day"]), int(parts["to"])
    if to <= day:
        raise ValueError("the days run backwards")
    if "year" in parts:
        first = date(int(parts["year"]), month, day)
    else:
        found, _, _ = _month_day(parts, context)
        if found is None:
            return None, "days", True
        first = found[0]
    return (first, first.replace(day=to)), "days", "year" not in parts


def _which_month(parts: Parts, context: Context) -> Resolved:
    """The last such month that had begun by publication, or the next one where the future is meant."""
    if context.published is None:
        return None, "month", True
    month, which = month_number(parts["month"]), parts.get("which", "").lower()
    year, published = context.published.year, context.published
    if "whose" in parts:
        year = _year_of(parts["whose"], context)
    elif which in ("next", "this coming") or (context.tense == "future" and not which):
        year += month < published.month
    elif context.tense == "open":  # "would start in May": the nearest
        year = min((year - 1, year, year + 1), key=lambda y: abs(12 * (y - year) + month - published.month))
    elif month > published.month or (which in ("last", "this past") and month == published.month):
        year -= 1
    return month_days(year, month, _part(parts)), "month", True


def _ago(parts: Parts, context: Context) -> Resolved:
    unit = parts["unit"]
    if context.published is None:
        return None, _granularity(unit), True
    if unit in ("second", "minute", "hour"):
        return (context.published, context.published), "day", True
    count, unit = _count(parts) * (10 if unit == "decade" else 1), "year" if unit == "decade" else unit
    day = moved(context.published, -count, unit)
    if ("half" in parts or "half_after" in parts) and unit == "year":  # a quarter more or less is still "a half"
        first, last = (unit_days(moved(day, months, "month"), "month") for months in (-9, -3))
        return (first[0], last[1]), "days", True
    return unit_days(day, unit), _granularity(unit), True


def _span(parts: Parts, context: Context) -> Resolved:
    """So many units up to publication, or from it on."""
    if context.published is None:
        return None, "days", True
    ahead, count, unit = parts.get("which", "past").lower() in ("next", "coming"), _count(parts), parts["unit"]
    if unit == "hour":
        count, unit = -(-count // 24), "day"
    if ahead:
        return (context.published, moved(context.published, count, unit)), "days", True
    return (moved(context.published, -count, unit), context.published), "days", True


def _vague(parts: Parts, context: Context) -> Resolved:
    words = context.words.lower()
    if "unit_ago" in parts or context.published is None:
        return None, "vague", True
    length = timedelta(days=VAGUE_DAYS[parts.get("unit") or parts["unit_ahead"]])
    if "ahead" in words or "coming" in words or "next" in words:
        return (context.published, context.published + length), "vague", True
    return (context.published - length, context.published), "vague", True


def _hanging(parts: Parts, context: Context) -> Resolved:
    """Hangs on another event: open, unless `dates` finds that event's day."""
    return None, _granularity(parts.get("unit") or parts["unit_of"]), True


def _named_day(parts: Parts, context: Context) -> Resolved:
    if context.published is None:
        return None, "day", True
    lower = context.words.lower()
    shift = -2 if "before" in lower else -1 if "yester" in lower or lower == "last night" else lower == "tomorrow"
    day = context.published + timedelta(days=shift)
    return (day, day), "day", True


def _weekday(parts: Parts, context: Context) -> Resolved:
    """The day of publication itself counts as the weekday's last one: dailies write "on Monday" on Mondays."""
    published = context.published
    if published is None:
        return None, "day", True
    which, weekday = parts.get("which", "").lower(), WEEKDAYS.index(parts["weekday"])
    ahead = (weekday - published.weekday()) % 7
    if which == "next":
        day = published + timedelta(days=ahead or 7)
    elif which in ("last", "the previous", "this past"):
        day = published - timedelta(days=-ahead % 7 or 7)
    elif which == "this coming" or context.tense != "past":
        day = published + timedelta(days=ahead)
    else:
        day = published - timedelta(days=-ahead % 7)
    return (day, day), "day", True


def _weekday_of(parts: Parts, context: Context) -> Resolved:
    if context.published is None:
        return None, "day", True
    monday, _ = unit_days(context.published, "week")
    weeks = {"last": -1, "this": 0, "next": 1}[parts["which"]]
    day = monday + timedelta(days=7 * weeks + WEEKDAYS.index(parts["weekday"]))
    return (day, day), "day", True


def _weekend(parts: Parts, context: Context) -> Resolved:
    """From Wednesday on "this weekend" is the one to come."""
    published = context.published
    if published is None:
        return None, "days", True
    past = published - timedelta(days=(published.weekday() - 5) % 7)
    which = parts["which"].lower()
    coming = past if published.weekday() >= 5 else past + timedelta(days=7)
    if which == "next":
        saturday = past + timedelta(days=7)
    elif which == "this coming" or context.tense == "future" or (which == "this" and published.weekday() in (2, 3, 4)):
        saturday = coming
    else:
        saturday = past - timedelta(days=7 * (which == "last" and published.weekday() >= 5))
    return (saturday, saturday + timedelta(days=1)), "days", True


def _this_unit(parts: Parts, context: Context) -> Resolved:
    which, unit, part = parts["which"].lower(), parts["unit"], _part(parts)
    if which == "the" and not part:
        raise ValueError("no week, month or year in particular")
    if context.published is None:
        return None, _granularity(unit), True
    if unit == "decade" and which == "last":
        return (moved(context.published, -10, "year"), context.published), "decade", True
    day = moved(context.published, {"last": -1, "next": 1}.get(which, 0), unit)
    if part and unit == "year":
        return year_days(day.year, part), "year", True
    if part and unit == "month":
        return month_days(day.year, day.month, part), "month", True
    return unit_days(day, unit), _granularity(unit), True


def _this_season(parts: Parts, context: Context) -> Resolved:
    published = context.published
    if published is None:
        return None, "season", True
    which, season, year = parts["which"].lower(), parts["season"], published.year
    first, last = season_days(year, season)
    before, _ = season_days(year - 1, season)
    if "whose" in parts:
        year = _year_of(parts["whose"], context)
    elif which == "last":
        year -= last >= published
    elif which == "next":
        year += first <= published
    elif which.endswith("this") or context.tense == "future":
        year -= season == "winter" and published.month < 3
    elif first > published:  # "in the fall", told as past
        year = before.year
    return season_days(year, season), "season", True


def _count(parts: Parts) -> int:
    text = parts.get("count", "a").lower()
    return int(text) if text.isdigit() else NUMBERS[text]


def _granularity(unit: str) -> Granularity:
    known: dict[str, Granularity] = {
        "week": "week", "month": "month", "quarter": "quarter", "year": "year", "decade": "decade",
    }  # fmt: skip
    return known.get(unit, "day")


def _part(parts: Parts) -> str:
    """The part named: "early", "mid", "late" or empty."""
    words = parts.get("part", "").lower()
    if not words.endswith("of"):
        return words
    return "late" if "end" in words else "mid" if "middle" in words else "early"


RESOLVERS: dict[str, Callable[[Parts, Context], Resolved]] = {
    "iso": _full_date,
    "numeric": _numeric,
    "day_month_year": _full_date,
    "month_day_year": _full_date,
    "month_year": _month_year,
    "season_year": _season_year,
    "quarter": _quarter,
    "q": _quarter,
    "month_days": _days_of_month,
    "days_month": _days_of_month,
    "month_day": _month_day,
    "day_month": _month_day,
    "years": _years,
    "decade": _decade,
    "anchored": _hanging,
    "same": _hanging,
    "ago": _ago,
    "vague": _vague,
    "span": _span,
    "past_unit": _span,
    "named_day": _named_day,
    "weekend": _weekend,
    "weekday_of": _weekday_of,
    "weekday": _weekday,
    "unit": _this_unit,
    "season": _this_season,
    "which_month": _which_month,
    "part_month": _which_month,
    "month": _which_month,
    "old_year": _year,
    "year": _year,
}
"""By the name of the form."""
