from datetime import date

import pytest

from qa.search.dialogue import dated, stand_alone
from qa.types import Turn


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        ("When did Ramadi fall?", "Why?", "Why did Ramadi fall?"),
        ("When did Ramadi fall?", "And Fallujah?", "When did Fallujah fall?"),
        ("What happened in Ramadi in 2015?", "What about in 2016?", "What happened in Ramadi in 2016?"),
        ("When did Ramadi fall?", "How far is it from Baghdad?", "How far is Ramadi from Baghdad?"),
        ("Which tribe fights in Haditha?", "Who lives there?", "Who lives in Haditha?"),
        ("When did Ramadi fall?", "How many people died?", "How many people died? (Ramadi)"),
        ("When did Ramadi fall?", "What is the capital of France?", "What is the capital of France?"),
    ],
)
def test_a_follow_up_stands_alone(before: str, asked: str, understood: str) -> None:
    assert stand_alone(asked, [Turn(before)]) == understood


def test_a_pronoun_takes_the_person_that_was_the_answer() -> None:
    before = Turn("Who is the coalition's spokesman?", "**Col John Dorrian**\n\n> …")
    assert stand_alone("What did he say about Mosul?", [before]) == "What did Col John Dorrian say about Mosul?"


def test_a_first_question_is_left_alone() -> None:
    assert stand_alone("  Who led it? ", []) == "Who led it?"


def test_the_day_of_asking_gives_relative_words_their_days() -> None:
    assert dated("What happened last week?", date(2015, 5, 18)) == ("What happened last week (11–17 May 2015)?")
