import pytest

from qa.language.words import fold, terms, words


def test_words_keep_numbers_whole_and_drop_possessives() -> None:
    assert words("Iraq’s 2,000 air-strikes cost 7.5 million.") == [
        "iraq",
        "2,000",
        "air",
        "strikes",
        "cost",
        "7.5",
        "million",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("fell", "falls"), ("took", "taken"), ("cities", "city"), ("advisers", "adviser"), ("Café", "cafe")],
)
def test_forms_of_a_word_share_a_term(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


def test_terms_leave_out_what_only_makes_a_question() -> None:
    assert terms("Who was the one that did it?") == ["one"]


def test_fold() -> None:
    assert fold("ÉTÉ’s") == "ete's"
