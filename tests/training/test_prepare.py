"""Training examples: the offsets hold, and a passage less its answer does not answer."""

import random

import pytest

from evals.sets import WRITTEN, rows
from training.reader.prepare import cut, example, places, prose, swapped, written


def fixed() -> random.Random:
    return random.Random(1)  # noqa: S311 - a fixed draw is wanted


CONTEXT = (
    "The old bridge over the river was closed to lorries in the spring of that year, and nobody said for how long. "
    "It opened on Sunday. "
    "The mayor and a band of twelve came to see the first lorry cross, and the ferry that had served was sold."
)


def test_an_answer_is_found_wherever_it_stands_as_a_word() -> None:
    text = "An ant, an elephant and an ant."
    assert [text[start:end] for start, end in places("ant", text)] == ["ant", "ant"]
    assert places("", text) == places("bee", text) == []


def test_the_sentences_that_answer_are_cut() -> None:
    whole = example("squad", "When did it open?", "Bridge", CONTEXT, places("Sunday", CONTEXT))
    less = cut(whole)
    assert less is not None and not less["answerable"] and less["spans"] == []
    assert "Sunday" not in less["context"] and "lorries" in less["context"] and "ferry" in less["context"]
    assert less["question"] == whole["question"] and less["source"] == "squad-cut"


def test_what_would_leave_too_little_is_not_cut() -> None:
    assert cut(example("squad", "When?", "Bridge", "It opened on Sunday. Rain fell.", [(13, 19)])) is None


def test_tokens_become_prose() -> None:
    assert prose("the `` old '' bridge -lrb- 1900 -rrb- ca n't stand , he 's sure .") == (
        "the \"old\" bridge (1900) can't stand, he's sure."
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did the mayor of Lindau resign?", "When did the mayor of Bregenz resign?"),
        ("Who was mayor in 1989?", "Who was mayor in 1990?"),
        ("Who was the first mayor?", "Who was the last mayor?"),
    ],
)
def test_a_question_about_something_else_has_no_answer(question: str, expected: str) -> None:
    context = "The mayor of Lindau resigned on Sunday. Like that of Bregenz he had served since 1990."
    found = swapped(example("squad", question, "Mayors", context, places("Sunday", context)), fixed())
    assert found is not None and (found["question"], found["spans"]) == (expected, [])
    assert (found["answerable"], found["context"]) == (False, context)


def test_a_question_with_nothing_to_swap_is_left_out() -> None:
    assert swapped(example("squad", "Why did he go?", "Mayors", "He went home.", [(8, 12)]), fixed()) is None


def test_neither_the_answer_nor_the_name_asked_about_takes_its_place() -> None:
    context = "The mayor of Lindau resigned on Sunday."
    whole = example("squad", "When did the mayor of Lindau resign?", "Mayors", context, places("Sunday", context))
    assert swapped(whole, fixed()) is None


def test_half_of_the_written_questions_have_an_answer_at_its_place() -> None:
    found = list(written())
    assert sum(e["answerable"] for e in found) == len(found) / 2 > 1_500
    answers = [answer for row in rows(WRITTEN) for _, answer in row["answered"]]
    assert [e["context"][start:end] for e in found for start, end in e["spans"]] == answers
