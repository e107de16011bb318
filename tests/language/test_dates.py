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
    ("Talks go on in the coming weeks.", "in the coming weeks", "18 May–15 June 2015"),
    ("On Friday the council will vote.", "Friday", "Friday 22 May 2015"),
    ("He said it would begin on Thursday.", "Thursday", "Thursday 21 May 2015"),
    ("It will be freed soon an official said on Tuesday.", "Tuesday", "Tuesday 12 May 2015"),
    ("He leaves before the talks begin in June.", "in June", "June 2015"),
    ("They hoped that it would end in April.", "in April", "April 2015"),
    ("The talks run from Monday to Wednesday.", "Monday to Wednesday", "18–20 May 2015"),
    ("It was held March 1 to 3.", "March 1 to 3", "1–3 March 2015"),
    ("It was held on 14-15 May.", "14-15 May", "14–15 May 2015"),
    ("It grew from November to January.", "from November to January", "1 November 2014–31 January 2015"),
    ("It fell on Tuesday of last week.", "Tuesday of last week", "Tuesday 12 May 2015"),
    ("It fell the day before yesterday.", "the day before yesterday", "Saturday 16 May 2015"),
    ("It lost a third over the last five years.", "the last five years", "18 May 2010–18 May 2015"),
    ("It was lost in the past 24 hours.", "the past 24 hours", "17–18 May 2015"),
    ("He left two decades ago.", "two decades ago", "1995"),
    ("He left two and a half years ago.", "two and a half years ago", "1 August 2012–28 February 2013"),
    ("It fell in November last year.", "in November last year", "November 2014"),
    ("It fell at the end of last month.", "the end of last month", "late April 2015"),
    ("It grew in the last quarter of last year.", "the last quarter of last year", "the fourth quarter of 2014"),
    ("A wave was feared; it came in the fall.", "in the fall", "autumn 2014"),
    ("It ended in mid-July.", "mid-July", "mid July 2014"),
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
    ("in the late 1990s", "1997–1999"),
    ("on July 4, 1776", "Thursday 4 July 1776"),
    ("in the 2016-17 season", "2016–2017"),
    ("between May and July 2014", "1 May–31 July 2014"),
    ("on 14/05/2015", "Thursday 14 May 2015"),
    ("on 5/14/15", "Thursday 14 May 2015"),
    ("on 11/22/63", "Friday 22 November 1963"),
    ("on 03.04.2015", "Friday 3 April 2015"),
    ("in Q3 2014", "the third quarter of 2014"),
    ("the first half of 2015", "1 January–30 June 2015"),
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
        "It plays every Sunday and on Thursdays, and on Black Friday.",
        "He reads the Sunday Times, and the fall of the town was told in it.",
        "The next winter storm is bound for the coast, 24/7/365.",
        "",
    ],
)
def test_what_is_no_date_is_left_alone(sentence: str) -> None:
    assert expressions(sentence, MONDAY) == []


def test_every_expression_of_a_sentence_is_found_in_order() -> None:
    found = expressions("Bombs went off on Thursday and Friday, and again on May 16, 2015.", MONDAY)
    assert [e.words for e in found] == ["Thursday", "Friday", "May 16, 2015"]


def test_a_slash_date_that_could_be_two_days_needs_the_country() -> None:
    text = "It fell on 03/04/2015."
    assert [e.first for e in expressions(text, MONDAY)] == [None]
    assert [e.first for e in expressions(text, MONDAY, day_first=True)] == [date(2015, 4, 3)]
    assert [e.first for e in expressions(text, MONDAY, day_first=False)] == [date(2015, 3, 4)]


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("The raid of 5 May came to light. Two days later, he left.", "Two days later", "Thursday 7 May 2015"),
        ("He left about a week after the raid on May 5.", "about a week after", "11–17 May 2015"),
        ("He left a month before 5 May 2014.", "a month before", "April 2014"),
    ],
)
def test_what_hangs_on_another_day_is_counted_from_it(text: str, words: str, days: str) -> None:
    found = {e.words: e for e in expressions(text, MONDAY)}[words]
    assert found.first and found.last and show(found.first, found.last) == days


@pytest.mark.parametrize("words", ["Two years later", "the following day", "a few hours before", "decades ago"])
def test_what_hangs_on_an_event_without_a_day_stays_open(words: str) -> None:
    assert [e.first for e in expressions(f"The war was over, {words}, and he left.", MONDAY)] in ([None], [])


def test_this_winter_began_last_year_in_february() -> None:
    (found,) = expressions("It was cold this winter.", date(2016, 2, 1))
    assert found.first == date(2015, 12, 1)


@pytest.mark.parametrize("published", [date.min, date(1, 1, 4), date(9999, 12, 28), date.max])
def test_a_day_that_no_newspaper_could_have_is_counted_from_by_nothing(published: date) -> None:
    text = "It was on Sunday, on May 31, last month, three weeks ago, this winter; it will be on May 31, next weekend."
    found = expressions(text, published)
    assert len(found) > 5 and {one.first for one in found} == {None}


@pytest.mark.parametrize("year", [1901, 1903, 2101, 2103])
def test_eight_years_may_lie_between_two_leap_days(year: int) -> None:
    told, meant = expressions("They met on 29 February. They will meet on 29 February.", date(year, 6, 1))
    assert (told.first, meant.first) == (date(year // 100 * 100 - 4, 2, 29), date(year // 100 * 100 + 4, 2, 29))
