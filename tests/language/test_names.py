"""Names that mean the same."""

import pytest

from qa.language.names import Name, alike, general, in_words_of, key, listed, sound, spelled, told


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("the Islamic State (IS) group", ("Islamic State", "IS")),
        ("the Islamic State’s (IS) last town", ("Islamic State", "IS")),
        ("with the ISF [Iraqi Security Forces] command", ("Iraqi Security Forces", "ISF")),
        ("the Popular Mobilisation (al-Hashid al-Shaabi), a force", ("Popular Mobilisation", "al-Hashid al-Shaabi")),
        ("The Northern Belt (Zarnut Gash) is a road", ("Northern Belt", "Zarnut Gash")),
        ("the Northern Belt, also known as the Green Arc, was", ("Northern Belt", "Green Arc")),
        ("seized by Daesh,” he said, using an Arab acronym for ISIS.", ("Daesh", "ISIS")),
    ],
)
def test_a_text_tells_which_names_are_one(text: str, pair: tuple[str, str]) -> None:
    assert list(told(text)) == [pair]


@pytest.mark.parametrize(
    "text",
    [
        "It fell (AP Photo) on Sunday.",
        "The men of Ramadi (Anbar) left.",
        "A mayor (right) and an aide.",
        "The World Bank (IS) said nothing.",
        "In Basra (2015) they met.",
    ],
)
def test_a_bracket_is_not_always_another_name(text: str) -> None:
    assert list(told(text)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aanah", "Anah"), ("Hashid", "Hashd"), ("Hashd", "Hashed"), ("Fallujah", "Falluja"), ("Mohammed", "Muhammad")],
)
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other) and alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("Haditha", "Hadithi"), ("Baghdad", "Baghdadi"), ("Mosul", "Basra")])
def test_names_of_different_things_do_not_sound_alike(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_words_that_only_sound_alike_are_too_far_apart() -> None:
    assert sound("Martin") == sound("Morton") and not alike("Martin", "Morton")


def test_only_names_are_spelled_otherwise() -> None:
    assert spelled("The Army took Aanah and Rawa in the Morning") == {"Aanah", "Rawa"}


def test_an_acronym_keeps_its_capitals_and_a_name_its_sounds() -> None:
    assert key("I.S.") == key("IS") != key("is")
    assert key("the Popular Mobilisation") == key("Popular Mobilization")
    assert key("al-Hashid al-Shaabi") == key("Hashd Al Shaabi")


def test_a_question_is_put_in_the_words_of_the_passage() -> None:
    question = "When did ISIL take Anah?"
    names = [Name(9, 13, ("Islamic State", "IS")), Name(19, 23, ("Aanah",))]
    assert in_words_of("IS took Aanah.", question, names) == "When did IS take Aanah?"
    assert in_words_of("ISIL, or IS, took Anah, or Aanah.", question, names) == question
    assert in_words_of("It is Aanahs, he said.", question, names) == question


def test_lists_of_names() -> None:
    assert listed("IS,Daesh, ISIL\n\nalone\n") == [["IS", "Daesh", "ISIL"]]
    with pytest.raises(ValueError, match="cannot be read as a table"):
        listed('"IS,Daesh')
    assert ["UK", "United Kingdom", "Britain", "Great Britain"] in general()
    assert all(len(row) > 1 for row in general())
