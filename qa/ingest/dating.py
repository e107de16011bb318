"""The day of an article that no metadata gives: stated in its text, or inferred from clues, each with the reason."""

from __future__ import annotations

import re
from datetime import date, timedelta

from qa.ingest.fields import Fields
from qa.language.dates import Expression, expressions
from qa.language.intervals import WEEKDAYS, day_in_words

HEAD_CHARACTERS = 800
"""How far into the text a line with its date, or a dateline, stands."""
DAYS_LATER, DAYS_TOLD = 2, 5
"""An article is published at most so many days after its picture was taken, and tells of the days of the last few."""
LINE_CHARACTERS = 80
"""A line that gives the date is no longer than this; a longer one is prose."""
_LABEL = re.compile(
    r"(?i)^\W*(?:first |last )?(?:published|posted|updated|date|dated|filed|issued)\b|\bGMT\b|\b\d\d:\d\d\b"
)
_OWN_LABEL = re.compile(r"(?i)\W*(?:first |last )?(?:published|posted|updated)\b")
"""What is called a date and no more may be that of an event."""
_BESIDE_DAYS = re.compile(
    r"(?i)(?:\W|\b(?:first|last|published|posted|updated|on|at|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|[ap]\.?m"
    r"|gmt|utc|bst|ist|cest?|[ecmp][sd]?t|t?\d\d?[:.h]\d\d(?:[:.]\d\d)?z?)\b)*"
)
"""What else stands in a line that says only when the article was published: weekdays and times."""
_DATELINE = re.compile(r"^[A-Z][\w.,'’()/ -]{2,60}[,/] *$")
_CREDIT = re.compile(
    r"\((?:AP|AFP|Reuters|EPA)\b|/ ?(?:AP|AFP|Reuters|Getty|EPA)|\b(?:AP|AFP) Photo|\bPhoto(?:graph)?\b|Getty Images"
)
_OLD_PICTURE = re.compile(r"\bfile (?:photo|picture)|\bFILE\b", re.IGNORECASE)
_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)([-_/]?)(?P<month>0[1-9]|1[0-2])\2(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)


def dated(article_id: str, text: str, fields: Fields) -> Fields:
    """`fields` with the day of the article, where they have none and its text, address, name or making tells it.

    Args:
        article_id: The article's id, whose file name may hold a day.
        text: The article's text.
        fields: What its metadata says.
    """
    if fields.published:
        return fields
    own = Fields(published=_in_name(fields.url), basis="inferred", basis_note="the day in its address")
    named = Fields(published=_in_name(article_id), basis="inferred", basis_note="the day in its file name")
    made = Fields(published=fields.made, basis="inferred", basis_note="the day its file was made")
    for found in (_stated(text), own, named, made):
        if found and found.published:
            return fields.overlaid(found)
    return fields


def only_dates(line: str) -> bool:
    """Whether the line says nothing but when the article was published or changed."""
    if len(line) > LINE_CHARACTERS or not _OWN_LABEL.match(line):
        return False
    days = [e for e in expressions(line, None) if e.granularity == "day"]
    for day in reversed(days):
        line = line[: day.start] + line[day.end :]
    return bool(days) and _BESIDE_DAYS.fullmatch(line) is not None


def _explicit(text: str) -> list[Expression]:
    """The days that `text` names in full."""
    return [e for e in expressions(text, None) if e.granularity == "day" and not e.relative and e.first]


def _stated(text: str) -> Fields | None:
    """From a line that gives the date, a dateline, or a picture's date with the weekdays told."""
    for line in text[:HEAD_CHARACTERS].splitlines():
        for day in _explicit(line):
            labelled = len(line.strip()) <= LINE_CHARACTERS and _LABEL.search(line)
            dateline = _DATELINE.match(line[: day.start]) and re.match(r"\W*[–—-]", line[day.end :])
            if labelled or dateline:
                return Fields(published=day.first, basis="stated", basis_note=f"the text begins with “{day.words}”")
    return _from_picture(text)


def _from_picture(text: str) -> Fields | None:
    """A picture is dated, nothing later is named, and the weekdays told end at that day or soon after it."""
    lines = [line for line in text.splitlines() if _CREDIT.search(line) and not _OLD_PICTURE.search(line)]
    taken = {e.first for line in lines for e in _explicit(line) if e.first}
    if len(taken) != 1:
        return None
    pictured = max(taken)
    prose = [e for line in text.splitlines() if line not in lines for e in expressions(line, None)]
    told = {WEEKDAYS.index(e.words) for e in prose if e.words in WEEKDAYS}
    if any(e.last.year > pictured.year or e.first > pictured for e in prose if e.first and e.last and not e.relative):
        return None
    for later in range(DAYS_LATER, -1, -1):
        day = pictured + timedelta(days=later)
        week = {(day - timedelta(days=back)).weekday() for back in range(DAYS_TOLD)}
        if day.weekday() in told and len(told) > 1 and told <= week:
            note = f"a picture is dated {day_in_words(pictured)} and the text tells of {WEEKDAYS[day.weekday()]}"
            return Fields(published=day, basis="inferred", basis_note=note)
    return None


def _in_name(name: str) -> date | None:
    for match in _IN_NAME.finditer(name):
        try:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
    return None
