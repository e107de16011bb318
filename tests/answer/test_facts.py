"""Numbers, names and days of a claim, looked up in sources."""

from datetime import date

import pytest

from qa.answer.facts import facts, missing, names
from qa.answer.figures import figures

MONDAY = date(2015, 5, 18)


def lacking(claim: str, source: str, published: date | None = MONDAY) -> list[str]:
    return [words for _, words in missing(claim, [facts(source, published)])]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,200 people", [1200]),
        ("some 500 people", [500]),
        ("five hundred people", [500]),
        ("two hundred and fifty-three houses", [253]),
        ("a dozen boats", [12]),
        ("a million euros", [10**6]),
        ("$1.5bn", [1.5 * 10**9]),
        ("3 million", [3 * 10**6]),
        ("the 5th floor", [5]),
        ("the third bridge", [3]),
        ("41.3 per cent", [41.3]),
        ("one of them", []),
        ("MH17 and F16", []),
        ("nothing", []),
    ],
)
def test_numbers_in_figures_and_in_words(text: str, values: list[float]) -> None:
    assert [figure.values[0] for figure in figures(text)] == values


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Some 500 people fled.", "Five hundred people fled."),
        ("Twenty boats sank.", "In all 20 boats sank."),
        ("It cost 1200 euros.", "It cost 1,200 euros."),
        ("Prices rose by 7 per cent.", "Prices rose by 7%."),
        ("About 500 people fled.", "In all 512 people fled."),
        ("More than 1,000 people fled.", "In all 1,043 people fled."),
        ("It cost 1.2 million euros.", "It cost 1,203,441 euros."),
        ("It is the 2nd bridge.", "It is bridge number two."),
        ("They fled to room F-16.", "They fled to room F-16."),
    ],
)
def test_a_number_told_otherwise_is_there(claim: str, source: str) -> None:
    assert lacking(claim, source) == []


@pytest.mark.parametrize(
    ("claim", "source", "words"),
    [
        ("Some 700 people fled.", "Some 500 people fled.", ["700"]),
        ("Exactly 500 people fled.", "In all 512 people fled.", ["500"]),
        ("About 500 people fled.", "In all 800 people fled.", ["500"]),
        ("Prices rose by 7 per cent.", "Prices rose by 7 euros.", ["7"]),
        ("Thirty boats sank.", "Twenty boats sank.", ["Thirty"]),
        ("It is the fourth bridge.", "It is the third bridge.", ["fourth"]),
        ("It cost 2.5 million euros.", "It cost 2,500 euros.", ["2.5 million"]),
    ],
)
def test_an_invented_number_is_missing_in_the_words_of_the_claim(claim: str, source: str, words: list[str]) -> None:
    assert lacking(claim, source) == words


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Jose Ibanez spoke.", "José Ibáñez spoke."),
        ("It was Orlova’s house.", "The house is that of Vera Orlova."),
        ("The UN sent food.", "The United Nations sent food."),
        ("The United Nations sent food.", "The U.N. sent food."),
        ("The World Health Organization warned.", "The WHO warned of it."),
        ("The Harbour Safety Board met.", "The HSB met."),
        ("Syrian troops left.", "Troops of Syria left."),
        ("Irish voters agreed.", "Voters in Ireland agreed."),
        ("Many Iraqis fled.", "Many fled from Iraq."),
        ("Mr Mohamed Lahoud spoke.", "Mohammed Lahud spoke."),
        ("Thousands of people fled.", "People fled in thousands."),
        ("When they left, nobody spoke.", "Nobody spoke."),
    ],
)
def test_a_name_written_otherwise_is_there(claim: str, source: str) -> None:
    assert lacking(claim, source) == []


@pytest.mark.parametrize(
    ("claim", "source", "words"),
    [
        ("Vera Orlova spoke.", "Vera Petrova spoke.", ["Orlova"]),
        ("Austrian troops left.", "Troops of Australia left.", ["Austrian"]),
        ("Talks were held in Oslo.", "Talks were held in Lima.", ["Oslo"]),
        ("Oslo was chosen.", "Lima was chosen.", ["Oslo"]),
        ("The IMF sent food.", "The United Nations sent food.", ["IMF"]),
    ],
)
def test_an_invented_name_is_missing(claim: str, source: str, words: list[str]) -> None:
    assert lacking(claim, source) == words


def test_names_of_the_question_count_as_told() -> None:
    source = facts("The mayor resigned.")
    assert [words for _, words in missing("Orlova resigned.", [source])] == ["Orlova"]
    assert missing("Orlova resigned.", [source], {"orlova"}) == []


@pytest.mark.parametrize(
    "claim",
    [
        "The town fell on 17 May 2015.",
        "The town fell on May 17.",
        "The town fell in May 2015.",
        "The town fell in 2015.",
        "The town fell on Sunday.",
        "It was reported on 18 May 2015 that the town fell.",
        "It fell in recent days.",
    ],
)
def test_the_same_or_a_coarser_day_is_told(claim: str) -> None:
    assert lacking(claim, "The town fell on Sunday.") == []


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("The town fell on 16 May 2015.", ["16 May 2015"]),
        ("The town fell in June 2015.", ["June 2015"]),
        ("The town fell in 2014.", ["2014"]),
        ("The town fell on Tuesday.", ["Tuesday"]),
        ("It was under siege from 2011 to 2015.", ["2011 to 2015"]),
    ],
)
def test_another_day_is_missing(claim: str, words: list[str]) -> None:
    assert lacking(claim, "The town fell on Sunday.") == words


def test_a_finer_day_than_the_source_has_is_missing() -> None:
    assert lacking("It fell on 17 May 2014.", "It fell in May 2014.") == ["17 May 2014"]


def test_both_ends_of_a_stretch_must_be_told() -> None:
    assert lacking("He ruled from 2003 to 2011.", "He came to power in 2003 and left it in 2011.") == []
    assert len(lacking("He ruled from 2003 to 2011.", "He came to power in 2003.")) == 1


def test_days_without_a_day_of_publication_are_compared_by_their_words() -> None:
    assert lacking("It fell on 17 May.", "It fell on 17 May.", None) == []
    assert lacking("It fell on 17 May 2015.", "It fell on 17 May 2015.", None) == []


def test_the_opening_word_is_a_name_only_where_it_is_no_english_word() -> None:
    assert [name for _, name in names("Prices rose. Gazprom fell.")] == ["Gazprom"]
    assert [name for _, name in names("On Monday the President spoke in May.")] == []


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    assert missing("A " * 5000, [facts("1 " * 5000)]) == []
