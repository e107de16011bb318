"""Stretches of the calendar: months, years, seasons, weeks, and how they are written."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

Granularity = Literal["day", "days", "week", "month", "season", "year", "decade"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January February March April May June July August September October November December").split()
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The season's first month, in the northern hemisphere."""
PARTS = ("early", "mid", "late")


def month_number(name: str) -> int:
    """1 to 12 for a month's English name, its abbreviation, or its number in digits.

    Raises:
        ValueError: There is no such month.
    """
    if name.isdigit():
        return int(name)
    return [month[:3] for month in MONTHS].index(name[:3]) + 1


def day_or_none(year: int, month: int, day: int) -> date | None:
    """The day, None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_days(year: int, month: int, part: str = "") -> tuple[date, date]:
    """First and last day of a month, or of its first ten, middle ten or remaining days where a part is named."""
    length = calendar.monthrange(year, month)[1]
    first, last = {"": (1, length), "early": (1, 10), "mid": (11, 20), "late": (21, length)}[part]
    return date(year, month, first), date(year, month, last)


def year_days(year: int, part: str = "") -> tuple[date, date]:
    """First and last day of a year, or of its first, middle or last four months where a part is named."""
    first, last = {"": (1, 12), "early": (1, 4), "mid": (5, 8), "late": (9, 12)}[part]
    return date(year, first, 1), month_days(year, last)[1]


def season_days(year: int, season: str) -> tuple[date, date]:
    """First and last day of a season's three months; winter runs into the next year."""
    first = SEASONS[season]
    end_year, end_month = divmod(year * 12 + first - 1 + 2, 12)
    return date(year, first, 1), month_days(end_year, end_month + 1)[1]


def week_days(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def show(first: date, last: date) -> str:
    """An interval in words: "Sunday 17 May 2015", "May 2015", "late 2014", "16–17 May 2015"."""
    if first == last:
        return f"{WEEKDAYS[first.weekday()]} {first.day} {MONTHS[first.month - 1]} {first.year}"
    named = {
        year_days(first.year): str(first.year),
        (date(first.year, 1, 1), date(first.year + 9, 12, 31)): f"the {first.year}s",
    }
    month = f"{MONTHS[first.month - 1]} {first.year}"
    named[month_days(first.year, first.month)] = month
    for part in PARTS:
        named[year_days(first.year, part)] = f"{part} {first.year}"
        named[month_days(first.year, first.month, part)] = f"{part} {month}"
    for season in ("spring", "summer", "autumn", "winter"):
        named[season_days(first.year, season)] = f"{season} {first.year}"
    return named.get((first, last)) or _from_to(first, last)


def _from_to(first: date, last: date) -> str:
    start = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        start += f" {MONTHS[first.month - 1]}" + ("" if first.year == last.year else f" {first.year}")
    return f"{start}–{last.day} {MONTHS[last.month - 1]} {last.year}"
