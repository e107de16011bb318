"""Stretches of the calendar: months, years, seasons, weeks, and how they are written."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal, get_args

Granularity = Literal["day", "days", "week", "month", "quarter", "season", "year", "decade", "vague"]
"""From fine to coarse; "vague" is an interval that only stands for words such as "in recent days"."""
FINEST_FIRST: tuple[Granularity, ...] = get_args(Granularity)

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


def quarter_days(year: int, number: int) -> tuple[date, date]:
    """First and last day of a year's quarter, 1 to 4."""
    return date(year, 3 * number - 2, 1), month_days(year, 3 * number)[1]


def season_days(year: int, season: str) -> tuple[date, date]:
    """First and last day of a season's three months; winter runs into the next year."""
    first = SEASONS[season]
    end_year, end_month = divmod(year * 12 + first - 1 + 2, 12)
    return date(year, first, 1), month_days(end_year, end_month + 1)[1]


def week_days(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def unit_days(day: date, unit: str) -> tuple[date, date]:
    """First and last day of the week, month, quarter, year or decade that `day` is in; else the day itself."""
    if unit == "week":
        return week_days(day)
    if unit == "month":
        return month_days(day.year, day.month)
    if unit == "quarter":
        return quarter_days(day.year, (day.month + 2) // 3)
    if unit == "year":
        return year_days(day.year)
    if unit == "decade":
        first = day.year // 10 * 10
        return date(first, 1, 1), date(first + 9, 12, 31)
    return day, day


def moved(day: date, count: int, unit: str) -> date:
    """`day` moved by so many days, weeks, months, quarters, years or decades; the last of a shorter month.

    Raises:
        ValueError: The calendar does not reach that far.
    """
    if unit in ("day", "week"):
        try:
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        except OverflowError as error:
            raise ValueError(str(error)) from None
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_in_words(day: date) -> str:
    """The day as in "18 May 2015"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def show(first: date, last: date) -> str:
    """An interval in words: "Sunday 17 May 2015", "May 2015", "late 2014", "16–17 May 2015"."""
    if first == last:
        return f"{WEEKDAYS[first.weekday()]} {day_in_words(first)}"
    named = {
        year_days(first.year): str(first.year),
        (date(first.year, 1, 1), date(first.year + 9, 12, 31)): f"the {first.year}s",
    }
    month = f"{MONTHS[first.month - 1]} {first.year}"
    named[month_days(first.year, first.month)] = month
    for part in PARTS:
        named[year_days(first.year, part)] = f"{part} {first.year}"
        named[month_days(first.year, first.month, part)] = f"{part} {month}"
    for number, quarter in enumerate(("first", "second", "third", "fourth"), start=1):
        named[quarter_days(first.year, number)] = f"the {quarter} quarter of {first.year}"
    for season in ("spring", "summer", "autumn", "winter"):
        named[season_days(first.year, season)] = f"{season} {first.year}"
    return named.get((first, last)) or _from_to(first, last)


def _from_to(first: date, last: date) -> str:
    if (first, last) == (year_days(first.year)[0], year_days(last.year)[1]):
        return f"{first.year}–{last.year}"
    start = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        start += f" {MONTHS[first.month - 1]}" + ("" if first.year == last.year else f" {first.year}")
    return f"{start}–{last.day} {MONTHS[last.month - 1]} {last.year}"
