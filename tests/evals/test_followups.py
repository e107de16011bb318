"""The test of finding by follow-ups is built right from its files, and scores what is ranked right."""

import gzip
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from evals import followups
from evals.followups import (
    Exchange,
    FollowUps,
    canard,
    cast,
    mtrag,
    ndcg,
    part,
    pooled,
    queries,
    rewritten,
    share_of_way,
    table,
)
from qa.search.fusion import Ranking

DAM = "Who repaired the Mosul Dam?"


def write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def conversation(half: str) -> str:
    return next(name for name in "abcdefgh" if part(name) == half)


def spoken(*texts: str) -> list[dict[str, str]]:
    return [{"speaker": ("user", "agent")[place % 2], "text": text} for place, text in enumerate(texts)]


def test_mtrag_judges_the_turns_that_have_a_rewrite_and_passages(tmp_path: Path) -> None:
    def task(number: int, passages: list[str], *texts: str) -> dict[str, object]:
        contexts = [{"document_id": name, "text": f"Text {name}."} for name in passages]
        return {"task_id": f"a<::>{number}", "conversation": "a", "input": spoken(*texts), "contexts": contexts}

    told = (DAM, "Trevi did.", "When?")
    human_eval, un = followups.TASKS
    write(tmp_path / human_eval, [task(1, ["p"], DAM), task(2, ["q", "p"], *told)])
    write(tmp_path / un, [{**task(1, ["r"], "Why?"), "task_id": "z<::>1", "conversation": "z"}])
    rewrites = [{"id": "a<::>2", "rewrite": "When did Trevi repair it?"}, {"id": "b<::>2", "rewrite": "What?"}]
    write(tmp_path / followups.REWRITES, rewrites)
    test = mtrag(tmp_path)
    assert test.documents == {"p": ("", "Text p."), "q": ("", "Text q."), "r": ("", "Text r.")}
    second = Exchange("When?", "", "When did Trevi repair it?", frozenset({"p", "q"}))
    assert test.conversations == {"a": [Exchange(DAM, "Trevi did."), second]}


def test_canard_finds_the_answer_that_follows_the_question(tmp_path: Path) -> None:
    opening = ["Ada Lovelace (mathematician)", "Early years"]
    asked = ["Where was she born?", "Any pets?", "When?"]
    answers = ["London", followups.NO_ANSWER]
    rows = [
        {
            "QuAC_dialog_id": "d",
            "Question_no": number,
            "Question": asked[number - 1],
            "Rewrite": f"Human {number}",
            "History": opening
            + [text for pair in zip(asked, answers, strict=False) for text in pair][: 2 * number - 2],
        }
        for number in (2, 1, 3)
    ]
    write(tmp_path / followups.DIALOGUES, rows)
    test = canard(tmp_path)
    assert test.documents == {"d#1": ("Ada Lovelace (mathematician): Early years", "London")}
    assert test.conversations == {
        "Ada Lovelace (mathematician)/d": [
            Exchange("Tell me about Ada Lovelace: Early years"),
            Exchange("Where was she born?", "London", "Human 1", frozenset({"d#1"})),
            Exchange("Any pets?", followups.NO_ANSWER, "Human 2"),
            Exchange("When?", "", "Human 3"),
        ]
    }


def test_cast_finds_the_passage_that_was_shown(tmp_path: Path) -> None:
    row = {"year": 2021, "topic": "7", "turn": "1", "raw": "Why?", "resolved": "Why so?", "system": "So."}
    write(tmp_path / followups.TOPICS, [row, {**row, "year": 2020}, {**row, "turn": "2", "resolved": None}])
    test = cast(tmp_path)
    assert test.documents == {"7#1": ("", "So.")}
    assert test.conversations == {"7": [Exchange("Why?", "So.", "Why so?", frozenset({"7#1"}))]}


def test_a_question_is_rewritten_after_those_before_as_they_were_understood() -> None:
    turns = [Exchange(text) for text in (DAM, "When was it closed?", "Why?")]
    assert rewritten(turns) == [DAM, "When was the Mosul Dam closed?", "Why was the Mosul Dam closed?"]


def ranking(asked: Sequence[str]) -> list[Ranking]:
    """The right passage first for a question with "dam", second for others."""
    return [[("p", 2.0), ("o", 1.0)] if "Dam" in question else [("o", 2.0), ("p", 1.0)] for question in asked]


def test_the_systems_are_scored_over_the_follow_ups_of_a_half() -> None:
    right = frozenset({"p"})
    one = [Exchange(DAM, "", DAM, right), Exchange("When was it shut?", "", "When was the Mosul Dam shut?", right)]
    two = [Exchange(DAM), Exchange("Did Iraq pay?", "", "Did Iraq pay for the Mosul Dam?", right)]
    name = conversation("tune")
    test = FollowUps({}, {f"{name}/1": one, f"{name}/2": two, conversation("report"): two})
    assert list(queries(test, "tune")) == [f"{name}/1#1", f"{name}/2#1"]
    second = 1 / math.log2(3)
    scores = ndcg(test, "tune", ranking)
    assert scores == pytest.approx({"turns": 2, "last turn": second, "ours": (1 + second) / 2, "human": 1.0})
    assert ndcg(test, "report", ranking)["turns"] == 1


def test_the_share_of_the_way_is_from_the_last_turn_to_the_human_rewrite() -> None:
    scores = {"turns": 4.0, "last turn": 0.2, "ours": 0.5, "human": 0.6}
    none = {"turns": 1.0, "last turn": 0.7, "ours": 0.5, "human": 0.6}
    assert share_of_way(scores) == pytest.approx(0.75) and share_of_way(none) is None
    assert pooled([scores, none]) == pytest.approx({"turns": 5, "last turn": 0.3, "ours": 0.5, "human": 0.6})
    assert table({("CANARD", "tune"): scores, ("MTRAG", "tune"): none}).splitlines()[2:] == [
        "| CANARD | tune | 4 | 0.200 | 0.500 | 0.600 | 75% |",
        "| MTRAG | tune | 1 | 0.700 | 0.500 | 0.600 | – |",
    ]
