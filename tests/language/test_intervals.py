from datetime import date

import pytest

from qa.language.intervals import month_days, month_number, season_days, show, week_days, year_days


def test_stretches_of_the_calendar() -> None:
    assert month_days(2016, 2) == (date(2016, 2, 1), date(2016, 2, 29))
    assert month_days(2015, 2, "late") == (date(2015, 2, 21), date(2015, 2, 28))
    assert year_days(2015, "mid") == (date(2015, 5, 1), date(2015, 8, 31))
    assert season_days(2015, "winter") == (date(2015, 12, 1), date(2016, 2, 29))
    assert week_days(date(2015, 5, 17)) == (date(2015, 5, 11), date(2015, 5, 17))


@pytest.mark.parametrize(("name", "number"), [("May", 5), ("Sept", 9), ("December", 12), ("07", 7)])
def test_month_number(name: str, number: int) -> None:
    assert month_number(name) == number


def test_a_word_that_is_no_month_is_refused() -> None:
    with pytest.raises(ValueError):
        month_number("Frimaire")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2015, 5, 17), date(2015, 5, 17), "Sunday 17 May 2015"),
        (date(2015, 5, 1), date(2015, 5, 31), "May 2015"),
        (date(2015, 1, 1), date(2015, 12, 31), "2015"),
        (date(2015, 5, 1), date(2015, 5, 10), "early May 2015"),
        (date(2015, 4, 28), date(2015, 5, 2), "28 April–2 May 2015"),
        (date(2014, 12, 30), date(2015, 1, 2), "30 December 2014–2 January 2015"),
    ],
)
def test_show(first: date, last: date, words: str) -> None:
    assert show(first, last) == words
