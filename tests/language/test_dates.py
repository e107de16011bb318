"""Expressions of time in sentences of our own, against the day of publication."""

from datetime import date

import pytest

from qa.language.dates import expressions
from qa.language.intervals import show

MONDAY = date(2015, 5, 18)

RESOLVED = [
    # (sentence, the words found, the days they mean)
    ("Troops pulled out on Sunday.", "Sunday", "Sunday 17 May 2015"),
    ("The talks ended on Monday.", "Monday", "Monday 18 May 2015"),
    ("The talks ended last Monday.", "last Monday", "Monday 11 May 2015"),
    ("They will meet on Tuesday.", "Tuesday", "Tuesday 19 May 2015"),
    ("They will meet soon, he said on Tuesday.", "Tuesday", "Tuesday 12 May 2015"),
    ("They meet next Monday.", "next Monday", "Monday 25 May 2015"),
    ("Yesterday, shells fell.", "Yesterday", "Sunday 17 May 2015"),
    ("Tomorrow they march.", "Tomorrow", "Tuesday 19 May 2015"),
    ("It was taken last month.", "last month", "April 2015"),
    ("It fell this month.", "this month", "May 2015"),
    ("It began late last year.", "late last year", "late 2014"),
    ("It began last week.", "last week", "11–17 May 2015"),
    ("In July, the city was won.", "In July", "July 2014"),
    ("It started on October 17.", "October 17", "Friday 17 October 2014"),
    ("It will start on 17 June.", "17 June", "Wednesday 17 June 2015"),
    ("Two weeks ago it rained.", "Two weeks ago", "4–10 May 2015"),
    ("A year ago it rained.", "A year ago", "2014"),
    ("Three months ago it rained.", "Three months ago", "February 2015"),
    ("It rained over the weekend.", "the weekend", "16–17 May 2015"),
    ("It was cold last winter.", "last winter", "winter 2014"),
    ("Shelling grew in recent days.", "in recent days", "11–18 May 2015"),
]

EXPLICIT = [
    ("Saturday, May 16, 2015", "Saturday 16 May 2015"),
    ("the 3rd of January 2017", "Tuesday 3 January 2017"),
    ("2016-06-26", "Sunday 26 June 2016"),
    ("in June 2014", "June 2014"),
    ("mid-2014", "mid 2014"),
    ("by the end of 2016", "late 2016"),
    ("in the summer of 2016", "summer 2016"),
    ("since 2003", "2003"),
    ("in the 1990s", "the 1990s"),
]


@pytest.mark.parametrize(("sentence", "words", "days"), RESOLVED)
def test_a_relative_expression_is_counted_from_publication(sentence: str, words: str, days: str) -> None:
    (found,) = expressions(sentence, MONDAY)
    assert (found.words, found.relative) == (words, True)
    assert sentence[found.start : found.end] == words
    assert found.first and found.last
    assert show(found.first, found.last) == days


@pytest.mark.parametrize(("text", "days"), EXPLICIT)
@pytest.mark.parametrize("published", [MONDAY, None])
def test_an_explicit_date_needs_no_day_of_publication(text: str, days: str, published: date | None) -> None:
    (found,) = expressions(text, published)
    assert found.first and found.last and not found.relative
    assert show(found.first, found.last) == days


@pytest.mark.parametrize("sentence", [row[0] for row in RESOLVED])
def test_without_a_day_of_publication_a_relative_expression_stays_relative(sentence: str) -> None:
    (found,) = expressions(sentence, None)
    assert (found.first, found.last) == (None, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "It may be so, and they march on.",
        "More than 2,000 raids were flown and 2015 people fled.",
        "Nothing was said of 31 June or of 2014-13-01.",
        "",
    ],
)
def test_what_is_no_date_is_left_alone(sentence: str) -> None:
    assert expressions(sentence, MONDAY) == []


def test_every_expression_of_a_sentence_is_found_in_order() -> None:
    found = expressions("Bombs went off on Thursday and Friday, and again on May 16, 2015.", MONDAY)
    assert [e.words for e in found] == ["Thursday", "Friday", "May 16, 2015"]
