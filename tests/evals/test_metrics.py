"""The measures on rows worked by hand."""

from typing import Any

import pytest

from evals.metrics import (
    calibration_error,
    citations,
    contains,
    forms,
    normalised,
    reliability,
    retrieval,
    score,
    summary,
    token_f1,
)
from evals.questions import Evidence, Question


def row(**changes: object) -> dict[str, Any]:
    base: dict[str, object] = {
        "short": None,
        "text": "",
        "abstained": False,
        "confidence": 0.5,
        "citations": [],
        "passages": [],
        "seconds": {"total": 0.1},
    }
    return base | changes


def cited(article: str, quote: str, start: int = 0) -> dict[str, Any]:
    return {"article": article, "quote": quote, "start": start, "end": start + len(quote)}


def test_normalised() -> None:
    assert normalised("The “Zero-hour”, it’s\u00a02,000!") == "zero hour it s 2000"


@pytest.mark.parametrize(
    ("predicted", "expected", "f1"),
    [
        ("the army left", "army left", 1.0),
        ("the army left", "army stayed", 0.5),  # one of two tokens on either side
        ("a b c d", "b", 0.5),  # b c d: precision 1/3, recall 1
        ("", "x", 0.0),
        ("the", "a", 1.0),
    ],
)
def test_token_f1(predicted: str, expected: str, f1: float) -> None:
    assert token_f1(predicted, expected) == pytest.approx(f1)


def test_contains_takes_whole_words() -> None:
    assert contains("some 450 advisers", "450") and not contains("some 4500 advisers", "450")


def test_forms_of_a_day() -> None:
    assert "2015-05-17" in forms("17 May 2015") and forms("450") == ["450"]


def test_score_of_an_answer() -> None:
    question = Question("1", "When?", ("17 May 2015",), True, (Evidence("a", "fell on Sunday"),))
    right = row(short="Sunday 17 May 2015", text="…", citations=[cited("a", "It fell on Sunday, they said.")])
    assert score(question, right) == {
        "exact_match": 0.0,
        "f1": pytest.approx(6 / 7),  # precision 3/4, recall 1
        "right_short": 1.0,
        "right": 1.0,
        "answered": 1.0,
        "cited_right": 1.0,
        "right_and_cited": 1.0,
    }
    other_article = row(short="17 May 2015", citations=[cited("b", "It fell on Sunday, they said.")])
    assert score(question, other_article)["cited_right"] == 0.0
    assert score(question, row(abstained=True, short="17 May 2015"))["f1"] == 0.0


def test_a_long_short_answer_is_none() -> None:
    question = Question("1", "How many?", ("450",), True)
    scores = score(question, row(short="word " * 15 + "450", text="450"))
    assert (scores["right_short"], scores["right"]) == (0.0, 1.0)


def test_score_of_an_abstention() -> None:
    question = Question("1", "Who?", (), False)
    assert score(question, row(abstained=True)) == {"abstained_right": 1.0}
    assert score(question, row(short="Me")) == {"abstained_right": 0.0}


def test_retrieval_by_article() -> None:
    questions = [
        Question("1", "?", ("x",), True, (Evidence("a", "q"), Evidence("a", "r"))),
        Question("2", "?", ("x",), True, (Evidence("b", "q"),)),
        Question("3", "?", ("x",), True),
    ]
    passages = [{"article": name} for name in ("c", "c", "b", "a")]
    rows = {"1": row(passages=[{"article": "a"}]), "2": row(passages=passages), "3": row()}
    found = retrieval(questions, rows)
    # The second question's article is second once c's two passages are one article: 1 / log2(3).
    assert found["article_ndcg@10"] == pytest.approx((1 + 0.6309) / 2, abs=1e-4)
    assert (found["article_hit@1"], found["article_hit@5"]) == (0.5, 1.0)


def test_citations_are_compared_with_the_text() -> None:
    rows = [row(citations=[cited("a", "fell", 3), cited("a", "fell", 4), cited("gone", "x")])]
    assert citations(rows, {"a": "It fell."}) == {"citations": 3.0, "citations_verbatim": pytest.approx(1 / 3)}


def test_summary_over_a_run() -> None:
    questions = [Question("1", "?", ("450",), True, kind="number"), Question("2", "?", (), False, kind="unanswerable")]
    rows = {"1": row(short="450"), "2": row(short="Me", seconds={"total": 0.3})}
    found = summary(questions, rows, {})
    assert (found["exact_match"], found["abstained_right"], found["abstention_balanced_accuracy"]) == (1.0, 0.0, 0.5)
    assert found["by_kind"] == {"number": "1/1", "unanswerable": "0/1"}
    assert (found["squad2_f1"], found["p50_seconds"]) == (0.5, 0.3)


def test_reliability_of_the_answers_given() -> None:
    """Two sure and right, one sure about what cannot be answered, one doubtful and wrong, one abstention."""
    asked = [Question(str(n), "Who?", ("Ali",), n != 2) for n in range(5)]
    rows = {str(n): row(short="Ali", confidence=0.9) for n in range(3)}
    rows |= {"3": row(short="Omar", confidence=0.4), "4": row(abstained=True, confidence=0.1)}
    tenths = reliability(asked, rows)
    assert tenths == [(0.4, 0.0, 1), (pytest.approx(0.9), pytest.approx(2 / 3), 3)]
    assert calibration_error(tenths) == pytest.approx((0.4 + 3 * (0.9 - 2 / 3)) / 4)
