"""The question's own time."""

from datetime import date

import pytest

from qa.search.period import asks_for_the_newest, both, in_words, narrowed, period
from qa.types import Filters

ASKED = date(2017, 2, 1)
NEWEST = date(2017, 12, 10)


def days_of(event: str) -> tuple[date, date] | None:
    day = date(2014, 6, 10)
    return (day, day) if event == "Mosul fell" else None


def span(question: str) -> tuple[str | None, str | None]:
    found = narrowed(period(question, ASKED, days_of), ASKED, NEWEST)
    return tuple(day.isoformat() if day else None for day in (found.after, found.before))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happened in 2016?", ("2016-01-01", None)),
        ("What happened in Ramadi in May 2015?", ("2015-05-01", None)),
        ("What did he say last week?", ("2017-01-23", None)),
        ("Which towns were retaken after 3 May 2016?", ("2016-05-03", None)),
        ("Who has held it since June 2014?", ("2014-06-01", None)),
        ("Who held it before 2016?", (None, "2015-12-31")),
        ("Who held it before June 2014?", (None, "2014-05-31")),
        ("Who held it until 3 May 2016?", (None, "2016-05-03")),
        ("Who held the city before Mosul fell?", (None, "2014-06-09")),
        ("What happened after Mosul fell?", ("2014-06-10", None)),
        ("What happened after Basra fell?", (None, None)),
        ("Who won the 2016 election?", (None, None)),
        ("What did the January 6 committee find?", (None, None)),
        ("What was done in recent days?", (None, None)),
        ("Who leads the army?", (None, None)),
        ("Which matches are held in 2026?", (None, None)),
        ("Which town will be next this summer?", (None, None)),
    ],
)
def test_the_days_asked_about_narrow_the_search(question: str, expected: tuple[str | None, str | None]) -> None:
    assert span(question) == expected


def test_the_user_s_own_filters_are_only_narrowed() -> None:
    own = Filters(after=date(2015, 1, 1), publishers=["Wire"])
    assert both(own, Filters(date(2014, 1, 1), ASKED, undated=True)) == Filters(date(2015, 1, 1), ASKED, ["Wire"])
    assert both(own, Filters(undated=True)) == own
    assert both(Filters(), Filters(date(2014, 1, 1), undated=True)) == Filters(date(2014, 1, 1), undated=True)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who controls Ramadi?", True),
        ("How many advisers does the coalition have now?", True),
        ("What is the latest figure?", True),
        ("Who controlled Ramadi?", False),
        ("When did Ramadi fall?", False),
        ("Who was the mayor?", False),
        ("How many advisers did the coalition have?", False),
    ],
)
def test_how_things_stand_is_told_from_how_they_were(question: str, expected: bool) -> None:
    assert asks_for_the_newest(question) is expected


def test_what_was_looked_at_in_words() -> None:
    assert in_words(Filters(date(2015, 5, 1))) == "articles from 1 May 2015 on"
    assert in_words(Filters(None, date(2015, 5, 31))) == "articles up to 31 May 2015"
    assert in_words(Filters(date(2015, 5, 1), date(2015, 5, 31))) == "articles of May 2015"
    assert in_words(Filters()) == ""
