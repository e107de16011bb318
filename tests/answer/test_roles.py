"""Who is who: the role that is asked for must be given by the sentence, and a person is told by what they are."""

from collections.abc import Sequence

import pytest
from test_quoting import finding

from qa.answer.reading import Finding
from qa.answer.roles import UNLIKE, described, fitting, person_asked, role_asked
from qa.settings import ANSWER_FROM


def shorts(found: Sequence[Finding]) -> list[str]:
    return [one.hit.article.text[one.short.start : one.short.end] for one in found]


@pytest.mark.parametrize(
    ("question", "role", "person"),
    [
        ("Who is the mayor of Velm?", "mayor", None),
        ("who was the prime minister in 2015?", "prime minister", None),
        ("Who is a spokeswoman for the coalition?", "spokeswoman", None),
        ("Who's the current governor?", "governor", None),
        ("Who is Ada Brack?", None, "Ada Brack"),
        ("And who was Omar al-Sorn?", None, None),
        ("Who was Omar al-Sorn?", None, "Omar al-Sorn"),
        ("Who is Ada Brack talking to?", None, None),
        ("Who is credited with finding evidence of towns?", None, None),
        ("Who controls Velm?", None, None),
        ("What is Velm?", None, None),
    ],
)
def test_what_is_asked_of_whom(question: str, role: str | None, person: str | None) -> None:
    assert (role_asked(question), person_asked(question)) == (role, person)


@pytest.mark.parametrize(
    "told",
    [
        "The mayor, Ada Brack, said so.",
        "Mayor Ada Brack said so.",
        "The mayor of Velm, Ada Brack, said so.",
        "Ada Brack, the mayor of Velm, said so.",
        "Ada Brack is the mayor of Velm.",
        "Ada Brack, who is its mayor, said so.",
        "Ada Brack became the first mayor of Velm.",
        "The mayor is Ada Brack.",
    ],
)
def test_a_sentence_gives_the_role(told: str) -> None:
    found = fitting("Who is the mayor of Velm?", [], [finding(told, "Ada Brack")])
    assert found == [finding(told, "Ada Brack")]


@pytest.mark.parametrize(
    "told",
    [
        "Ada Brack, who speaks for the mayor, said so.",
        "The mayor's brother, Ada Brack, said so.",
        "The spokesman for the mayor, Ada Brack, said so.",
        "The deputy mayor, Ada Brack, said so.",
        "Ada Brack met the people; the mayor stayed away.",
        "A colonel in Velm named Ada Brack said so.",
    ],
)
def test_a_sentence_gives_the_role_to_somebody_else(told: str) -> None:
    (found,) = fitting("Who is the mayor of Velm?", [], [finding(told, "Ada Brack", confidence=0.7)])
    assert found.confidence == pytest.approx(UNLIKE * 0.7)
    better = finding("Omar Sorn, the mayor, said so.", "Omar Sorn", "b", 0.5)
    assert fitting("Who is the mayor of Velm?", [], [finding(told, "Ada Brack", confidence=0.7), better])[0] == better


def test_words_in_a_row_with_the_name_asked_about_are_no_answer() -> None:
    told = "The others are Rawa and al-Qaim."
    assert fitting("Who liberated Rawa?", [], [finding(told, "al-Qaim", confidence=0.6)])[0].confidence == 0.3
    alone = finding("The army freed Rawa.", "The army")
    assert fitting("Who liberated Rawa?", [], [alone]) == [alone]
    assert fitting("When was Rawa liberated?", [], [finding(told, "al-Qaim")])[0] == finding(told, "al-Qaim")


@pytest.mark.parametrize(
    ("told", "is_"),
    [
        ("The mayor, Ada Brack, said so.", "The mayor"),
        ("Ada Brack, the head of the harbour, said so.", "the head of the harbour"),
        ("Ada Brack, head of the harbour, said so.", "head of the harbour"),
        ("“It is over”, said one of its commanders, Ada Brack.", "one of its commanders"),
        ("The port's spokesman, Colonel Ada Brack, said so.", "The port's spokesman"),
        ("General Ada Brack, who leads the third army, said so.", "who leads the third army"),
        ("Prime Minister Ada Brack said so.", "Prime Minister"),
        ("Ada Brack was a teacher at Velm.", "a teacher at Velm"),
    ],
)
def test_a_person_is_told_by_what_they_are(told: str, is_: str) -> None:
    found = finding(told, told[:3], confidence=0.2)
    best = fitting("Who is Ada Brack?", [found.hit], [found])[0]
    assert (shorts([best]), best.confidence) == ([is_], ANSWER_FROM)


def test_the_form_that_says_most_stands_first_and_names_are_found_without_their_article() -> None:
    title = finding("Colonel Ada al-Brack said so.", "Colonel", "a")
    role = finding("Ada al-Brack, the harbour's spokeswoman, said more.", "Ada", "b")
    assert shorts(described("Ada Brack", [title.hit, role.hit])) == ["the harbour's spokeswoman"]


def test_of_a_person_of_whom_nothing_is_said_somebody_else_is_no_answer() -> None:
    other = finding("General Omar Sorn met the men.", "General Omar Sorn", confidence=0.6)
    assert fitting("Who is Ada Brack?", [other.hit], [other])[0].confidence == pytest.approx(UNLIKE * 0.6)
