"""The measures on rows worked by hand."""

from typing import Any

import pytest

from evals import squad
from evals.evidence import Place
from evals.metrics import (
    calibration_error,
    citations,
    contains,
    forms,
    normalised,
    reliability,
    risk_coverage,
    score,
    summary,
    token_f1,
)
from evals.questions import Evidence, Question
from evals.retrieving import by_article, by_passage


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
        "citation_recall": 1.0,
        "citation_precision": 1.0,
        "date_exact": 1.0,
        "date_overlap": 1.0,
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
    found = by_article(questions, rows)
    # The second question's article is second once c's two passages are one article: 1 / log2(3).
    assert found["article_ndcg@10"] == {"1": 1.0, "2": pytest.approx(0.6309, abs=1e-4)}
    assert found["article_mrr@10"] == found["article_map@20"] == {"1": 1.0, "2": 0.5}
    assert (found["article_hit@1"], found["article_hit@5"]) == ({"1": 1.0, "2": 0.0}, {"1": 1.0, "2": 1.0})


def test_retrieval_by_passage_counts_each_piece_of_evidence_once() -> None:
    evidence = (Evidence("a", "q"), Evidence("b", "r"))
    questions = [Question("1", "?", ("x",), True, evidence), Question("2", "?", ("x",), True, evidence[:1])]
    places = {
        "1": [Place("a", True, 10, 20), Place("b", True, 0, 10)],
        "2": [Place("a", there=False)],
    }
    passages = [
        {"article": "a", "start": 0, "end": 14},  # 4 of the 10 characters
        {"article": "a", "start": 0, "end": 30},
        {"article": "a", "start": 8, "end": 30},  # the same again
        {"article": "b", "start": 0, "end": 5},
    ]
    rows = {"1": row(passages=passages), "2": row(passages=passages)}
    found = by_passage(questions, rows, places)
    assert found["passage_hit@1"] == {"1": 0.0, "2": 0.0} and found["passage_hit@5"] == {"1": 1.0, "2": 0.0}
    assert found["passage_mrr@10"] == {"1": 0.5, "2": 0.0}
    assert found["passage_map@20"]["1"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found["passage_recall@20"] == {"1": 1.0, "2": 0.0}
    assert by_passage(questions, rows, {}) == {}
    # An article that is there without the words cannot be judged.
    assert by_passage(questions[1:], rows, {"2": [Place("a", there=True)]}) == {}


def test_of_a_question_whose_answers_are_not_known_only_what_is_found_counts() -> None:
    question = Question("1", "?", (), True, (Evidence("a", "", 2), Evidence("b", "", 1)), kind="search")
    rows = {
        "1": row(short="x", passages=[{"article": "b", "start": 0, "end": 1}, {"article": "a", "start": 0, "end": 1}])
    }
    rows["1"]["citations"] = [cited("a", "Some words.")]
    scores = score(question, rows["1"])
    assert scores["right"] == scores["cited_right"] == 1.0 and "f1" not in scores and "exact_match" not in scores
    # The better one stands second; gains are linear, as in trec_eval.
    assert by_article([question], rows)["article_ndcg@10"]["1"] == pytest.approx(
        (1 + 2 * 0.6309) / (2 + 0.6309), abs=1e-4
    )
    found = summary([question], rows, {}, {"1": [Place("a", True), Place("b", True)]})
    assert found["by_kind"] == {"search": "1/1"} and "squad_f1" not in found and "lost" in found


def test_citations_by_sentence() -> None:
    question = Question("1", "?", ("x",), True, (Evidence("a", "It fell on Sunday."), Evidence("b", "It rose.")))
    citations = [cited("a", "It fell on Sunday."), cited("a", "Nobody knows why."), cited("c", "It rose.")]
    scores = score(question, row(text="x", citations=citations))
    assert (scores["citation_precision"], scores["citation_recall"]) == (pytest.approx(1 / 3), 0.5)
    declined = score(question, row(abstained=True, citations=citations))
    assert declined["citation_recall"] == 0.0 and "citation_precision" not in declined


@pytest.mark.parametrize(
    ("short", "exact", "overlap"),
    [
        ("Sunday 17 May 2015", 1.0, 1.0),
        ("May 17, 2015", 1.0, 1.0),
        ("May 2015", 0.0, 1 / 31),
        ("16–17 May 2015", 0.0, 1 / 2),
        ("June 2015", 0.0, 0.0),
        ("the Sunday of the vote", 0.0, 0.0),
        (None, 0.0, 0.0),
    ],
)
def test_dates_are_compared_by_the_days_they_mean(short: str | None, exact: float, overlap: float) -> None:
    scores = score(Question("1", "When?", ("17 May 2015",), True), row(short=short, text="x"))
    assert (scores["date_exact"], scores["date_overlap"]) == (exact, pytest.approx(overlap))


@pytest.mark.parametrize("answer", ["2015", "the raid of 17 May 2015", "450 in May 2015", "Ali"])
def test_what_is_more_than_a_date_is_not_compared_as_one(answer: str) -> None:
    assert "date_exact" not in score(Question("1", "?", (answer,), True), row(short="17 May 2015"))


def test_long_answers_are_compared_by_rouge() -> None:
    expected = "The bridge was closed on Sunday after the river rose and has not been opened again to any traffic since"
    question = Question("1", "Why?", (expected, "the river"), True)
    # 7 of 7 stems in order, of the 20 expected: 2 * 1 * 0.35 / 1.35.
    found = score(question, row(short="x", text="The bridges closed after the river rises"))
    assert found["rouge_l"] == pytest.approx(2 * (6 / 7) * (6 / 20) / (6 / 7 + 6 / 20))
    assert "rouge_l" not in score(Question("1", "?", ("the river",), True), row(short="x", text="x"))
    assert "rouge_l" not in score(question, row(abstained=True, text="x"))


@pytest.mark.parametrize(
    ("given", "expected", "exact", "f1"),
    [
        ("The Zero-Hour!", ["zerohour"], 1.0, 1.0),  # punctuation goes, and leaves no gap
        ("2,000 men", ["2000"], 0.0, 2 / 3),
        ("", [], 1.0, 1.0),
        ("", ["the"], 1.0, 1.0),  # of which nothing is left: no answer
        ("", ["the", "Ali"], 0.0, 0.0),  # of which one is left
        ("Ali", [], 0.0, 0.0),
        ("", ["Ali"], 0.0, 0.0),
        ("in the old town of Hit", ["Hit", "old town"], 0.0, 2 * (2 / 5) / (2 / 5 + 1)),
    ],
)
def test_squad_as_its_scripts_have_it(given: str, expected: list[str], exact: float, f1: float) -> None:
    assert (squad.exact(given, expected), squad.f1(given, expected)) == (exact, pytest.approx(f1))


def test_risk_over_coverage_begins_with_the_surest() -> None:
    asked = [Question(str(n), "Who?", ("Ali",), n != 2) for n in range(5)]
    confidences = (0.9, 0.7, 0.7, 0.4)
    rows = {str(n): row(short="Ali", confidence=sure) for n, sure in enumerate(confidences)}
    rows |= {"4": row(abstained=True, confidence=1.0)}
    # The second is right and the third, as sure, is wrong: one point. Whoever declines is on no point.
    assert risk_coverage(asked, rows) == [(0.2, 0.0), (0.6, pytest.approx(1 / 3)), (0.8, 0.25)]
    figures = summary(asked, rows, {})
    assert (figures["coverage"], figures["risk"]) == (0.8, 0.25)
    assert figures["risk_coverage_area"] == pytest.approx((0 + 1 / 3 + 1 / 4) / 3)


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
    assert found["lost"] == {"wrongly answered": 1}
    low, high = found["intervals"]["squad_em"]
    assert 0 <= low < 0.5 < high <= 1 and "cost" not in found
    used = {"read": 1000, "written": 50, "cost": 0.25}
    found = summary(questions, {"1": rows["1"] | {"usage": used}, "2": rows["2"] | {"usage": used}}, {})
    assert (found["read_tokens"], found["written_tokens"], found["cost"]) == (2000, 100, 0.5)


def test_reliability_of_the_answers_given() -> None:
    """Two sure and right, one sure about what cannot be answered, one doubtful and wrong, one abstention."""
    asked = [Question(str(n), "Who?", ("Ali",), n != 2) for n in range(5)]
    rows = {str(n): row(short="Ali", confidence=0.9) for n in range(3)}
    rows |= {"3": row(short="Omar", confidence=0.4), "4": row(abstained=True, confidence=0.1)}
    tenths = reliability(asked, rows)
    assert tenths == [(0.4, 0.0, 1), (pytest.approx(0.9), pytest.approx(2 / 3), 3)]
    assert calibration_error(tenths) == pytest.approx((0.4 + 3 * (0.9 - 2 / 3)) / 4)
