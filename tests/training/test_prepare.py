"""Training examples: the offsets hold, and a passage less its answer does not answer."""

import gzip
import random
from pathlib import Path

import pytest

from evals.sets import WRITTEN, rows
from tests.conftest import ROOT
from training.reader.prepare import MARKED, cut, example, pairs, passages, places, prose, swapped, written


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
    assert less is not None and less["spans"] == []
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
    assert found["context"] == context


def test_a_question_with_nothing_to_swap_is_left_out() -> None:
    assert swapped(example("squad", "Why did he go?", "Mayors", "He went home.", [(8, 12)]), fixed()) is None


def test_neither_the_answer_nor_the_name_asked_about_takes_its_place() -> None:
    context = "The mayor of Lindau resigned on Sunday."
    whole = example("squad", "When did the mayor of Lindau resign?", "Mayors", context, places("Sunday", context))
    assert swapped(whole, fixed()) is None


def test_written_answers_stand_at_their_places() -> None:
    found, told = list(written()), list(rows(WRITTEN))
    answers = [answer for row in told for _, answer in [*row["answered"], *row["quizzed"]]]
    assert [e["context"][start:end] for e in found for start, end in e["spans"]] == answers
    assert sum(not e["spans"] for e in found) == 4 * len(told)
    assert sum(len(row["quizzed"]) for row in told) > 1_200


def test_sentences_of_pairs_make_up_passages_in_their_order() -> None:
    sentences = [f"{number} {'word ' * 38}end" for number in (1, 2, 2, 3, 4, 2, 5)]
    assert [passage.count("end") for passage in passages(sentences)] == [3, 2]
    assert passages(sentences)[1].startswith("4 ")


def test_what_is_marked_is_by_offsets_and_each_passage_has_questions_of_both_kinds() -> None:
    told = list(rows(MARKED))
    numbers = [number for row in told for number, _, _ in row["answers"]]
    assert len(numbers) == len(set(numbers)) > 11_000
    assert all(0 <= start < end for row in told for _, start, end in [*row["answers"], *row["asked"]])
    assert sum(len(row["asked"]) for row in told) >= 2 * len(told) > 2_700
    assert sum(len(row["seeming"]) for row in told) >= 4 * len(told)


def test_pairs_have_their_answers_marked_at_whole_words() -> None:
    folder = ROOT.parent / "shared/data/squad"
    if not folder.exists():
        pytest.skip("the public sets are not here")
    found = list(pairs(folder))
    first = found[0]
    assert first["question"].startswith("to whom did the virgin mary") and first["spans"]
    assert first["context"][slice(*first["spans"][0])] == "saint bernadette soubirous"
    spans = [(e["context"], *span) for e in found for span in e["spans"]]
    assert all(text[start:end].strip() == text[start:end] != "" for text, start, end in spans)
    inside = [
        t
        for t, s, e in spans
        if (t[s - 1 : s].isalnum() and t[s].isalnum()) or (t[e : e + 1].isalnum() and t[e - 1].isalnum())
    ]
    assert len(inside) < len(spans) / 100


def test_other_pairs_are_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "squad_v1.1_train_subset_pairs.jsonl.gz", "wt") as file:
        file.write('{"question": "who ?", "sentence": "he ."}\n')
    with pytest.raises(ValueError, match=r"is not what marked\.jsonl was made for\.$"):
        next(pairs(tmp_path))
