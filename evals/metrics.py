"""Measures of answers, citations, retrieval, abstention and calibration, each from 0 to 1.

Exact match and token F1 are those of SQuAD (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250), with numbers,
hyphens and typographic quotes normalised as well; nDCG and hit@k come from ir-measures.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from evals.questions import Question
from qa.language.intervals import MONTHS

SHORT_WORDS = 15
"""A longer text does not count as a short answer."""
OVERLAP_F1 = 0.4
"""Token F1 from which a quote and the evidence are taken for the same sentence."""
Row = Mapping[str, Any]
"""A row of predictions.jsonl."""
Scores = dict[str, float]


def normalised(text: str) -> str:
    """Lower case, articles and punctuation out, white space folded."""
    text = text.lower().replace("\u00a0", " ")
    for curly, straight in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("-", " "), (",", "")):
        text = text.replace(curly, straight)
    text = "".join(" " if char in string.punctuation else char for char in text)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def token_f1(predicted: str, expected: str) -> float:
    """Harmonic mean of precision and recall of the normalised tokens."""
    ours, theirs = normalised(predicted).split(), normalised(expected).split()
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs))


def contains(text: str, answer: str) -> bool:
    """Whether the normalised answer stands in the normalised text as whole words."""
    return re.search(rf"(?<!\w){re.escape(normalised(answer))}(?!\w)", normalised(text)) is not None


def forms(answer: str) -> list[str]:
    """The answer and, for a day like "17 May 2015", its other common forms."""
    match = re.fullmatch(r"(\d{1,2}) (\w+) (\d{4})", answer)
    if not match or match[2] not in MONTHS:
        return [answer]
    day, month, year = int(match[1]), match[2], match[3]
    number = MONTHS.index(month) + 1
    american, iso = f"{month} {day} {year}", f"{year}-{number:02d}-{day:02d}"
    return [answer, american, iso, f"{day} {month[:3]} {year}", f"{day:02d} {month} {year}"]


def score(question: Question, row: Row) -> Scores:
    """The measures that apply to one question's row.

    An unanswerable question has only `abstained_right`; one without evidence has no measure of citations or retrieval.
    """
    if not question.answerable:
        return {"abstained_right": float(row["abstained"])}
    answers = [form for answer in question.answers for form in forms(answer)]
    answered, short, text = not row["abstained"], row["short"] or "", row["text"] or ""
    brief = len(short.split()) <= SHORT_WORDS
    right_short = answered and brief and any(contains(short, answer) for answer in answers)
    right = right_short or (answered and any(contains(text, answer) for answer in answers))
    scores = {
        "exact_match": float(answered and any(normalised(short) == normalised(answer) for answer in answers)),
        "f1": max((token_f1(short, answer) for answer in answers), default=0.0) if answered else 0.0,
        "right_short": float(right_short),
        "right": float(right),
        "answered": float(answered),
    }
    if question.evidence:
        cited = answered and any(overlaps(c, e.article, e.quote) for c in row["citations"] for e in question.evidence)
        scores |= {"cited_right": float(cited), "right_and_cited": float(cited and right)}
    return scores


def overlaps(citation: Row, article: str, quote: str) -> bool:
    """Whether a citation rests on the evidence: one holds the other, or they share most of their words."""
    ours, theirs = " ".join(citation["quote"].split()), " ".join(quote.split())
    same = theirs in ours or ours in theirs or token_f1(ours, theirs) > OVERLAP_F1
    return bool(citation["article"] == article and same)


def retrieval(questions: Sequence[Question], rows: Mapping[str, Row]) -> Scores:
    """nDCG@10 and hit@1, @5, @10 by article, over the questions with evidence."""
    return {name: fmean(values.values()) for name, values in retrieved(questions, rows).items()}


def retrieved(questions: Sequence[Question], rows: Mapping[str, Row]) -> dict[str, Scores]:
    """The measures of `retrieval` by question id."""
    import ir_measures
    from ir_measures import Qrel, ScoredDoc, Success, nDCG

    judged = [q for q in questions if q.answerable and q.evidence and q.id in rows]
    if not judged:
        return {}
    grades = ((q.id, sorted({e.article: e.grade for e in q.evidence}.items())) for q in judged)
    qrels = [Qrel(key, article, grade) for key, articles in grades for article, grade in articles]
    run = []
    for question in judged:
        articles = dict.fromkeys(passage["article"] for passage in rows[question.id]["passages"])
        run += [ScoredDoc(question.id, article, -rank) for rank, article in enumerate(articles)]
    measures = {"article_ndcg@10": nDCG @ 10, **{f"article_hit@{k}": Success @ k for k in (1, 5, 10)}}
    names = {measure: name for name, measure in measures.items()}
    found: dict[str, Scores] = {name: {} for name in measures}
    for metric in ir_measures.iter_calc(list(measures.values()), qrels, run):
        found[names[metric.measure]][metric.query_id] = float(metric.value)
    # A question for which nothing was retrieved is told of by no measure; it has found nothing.
    return {name: {q.id: values.get(q.id, 0.0) for q in judged} for name, values in found.items()}


def by_question(questions: Sequence[Question], rows: Mapping[str, Row]) -> dict[str, Scores]:
    """Every measure that is a mean over questions, by question id: what two runs are compared by."""
    found: dict[str, Scores] = {}
    for question in questions:
        scores = score(question, rows[question.id])
        scores["squad2_f1"] = scores["f1" if question.answerable else "abstained_right"]
        for name, value in scores.items():
            found.setdefault(name, {})[question.id] = value
    return found | retrieved(questions, rows)


def auroc(questions: Sequence[Question], rows: Mapping[str, Row]) -> float | None:
    """The chance that an answerable question has a higher confidence than one that is not; None without both."""
    told = [[rows[q.id]["confidence"] for q in questions if q.answerable is kind] for kind in (True, False)]
    if not all(told):
        return None
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(*told).statistic / (len(told[0]) * len(told[1])))


def citations(rows: Iterable[Row], texts: Mapping[str, str]) -> Scores:
    """Share of citations whose words stand in the article at their offsets, and how many there are.

    Args:
        rows: Predictions.
        texts: Text by article id.
    """
    cited = [citation for row in rows for citation in row["citations"]]
    exact = [texts.get(c["article"], "")[c["start"] : c["end"]] == c["quote"] for c in cited]
    return {"citations": float(len(cited)), **({"citations_verbatim": fmean(exact)} if exact else {})}


def reliability(questions: Sequence[Question], rows: Mapping[str, Row]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of the answers given, by tenths of confidence; empty tenths left out.

    Who answers an unanswerable question is wrong.
    """
    given = [(question, rows[question.id]) for question in questions if not rows[question.id]["abstained"]]
    return by_tenths((row["confidence"], score(q, row)["right"] if q.answerable else 0.0) for q, row in given)


def by_tenths(answers: Iterable[tuple[float, float]]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of answers, each a confidence and 1 if right, by tenths of confidence."""
    tenths: dict[int, list[tuple[float, float]]] = {}
    for confidence, right in answers:
        tenths.setdefault(min(int(confidence * 10), 9), []).append((confidence, right))
    return [(fmean(c for c, _ in given), fmean(r for _, r in given), len(given)) for _, given in sorted(tenths.items())]


def calibration_error(tenths: Sequence[tuple[float, float, int]]) -> float:
    """Expected calibration error over the tenths of `reliability` (Naeini et al. 2015): 0 is best."""
    total = sum(count for *_, count in tenths)
    return sum(count * abs(confidence - right) for confidence, right, count in tenths) / total


def summary(questions: Sequence[Question], rows: Mapping[str, Row], texts: Mapping[str, str]) -> dict[str, Any]:
    """Every measure over a run: means, balanced accuracy of abstention, seconds, and right answers by kind.

    Args:
        questions: All questions of the run.
        rows: Predictions by question id.
        texts: Text by article id.
    """
    gathered: dict[str, list[float]] = {}
    kinds: dict[str, list[float]] = {}
    for question in questions:
        scores = score(question, rows[question.id])
        for name, value in scores.items():
            gathered.setdefault(name, []).append(value)
        kinds.setdefault(question.kind, []).append(scores["right" if question.answerable else "abstained_right"])
    found: dict[str, Any] = {"questions": len(questions), **{name: fmean(values) for name, values in gathered.items()}}
    if "answered" in found and "abstained_right" in found:
        found["abstention_balanced_accuracy"] = (found["answered"] + found["abstained_right"]) / 2
        both = gathered["f1"] + gathered["abstained_right"]
        found["squad2_f1"] = fmean(both)
    if (area := auroc(questions, rows)) is not None:
        found["confidence_auroc"] = area
    if tenths := reliability(questions, rows):
        found["expected_calibration_error"] = calibration_error(tenths)
    found |= retrieval(questions, rows) | citations(rows.values(), texts)
    seconds = sorted(row["seconds"]["total"] for row in rows.values())
    found |= {"p50_seconds": seconds[len(seconds) // 2], "p95_seconds": seconds[int(len(seconds) * 0.95)]}
    found["by_kind"] = {kind: f"{sum(values):.0f}/{len(values)}" for kind, values in sorted(kinds.items())}
    return found
