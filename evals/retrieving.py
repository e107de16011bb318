"""Measures of retrieval, by article and by passage, all from ir-measures (trec_eval's own for nDCG, AP, RR and recall).

By article, what counts is each article once, at its best passage. By passage, what counts is each piece of evidence
once, at the first passage that holds it; a second passage with the same counts as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import ir_measures
from ir_measures import AP, RR, Measure, Qrel, R, ScoredDoc, Success, nDCG

from evals.evidence import Place, Places, Row
from evals.questions import Question

MEASURES: dict[str, Measure] = {
    "ndcg@10": nDCG @ 10,
    "mrr@10": RR @ 10,
    "map@20": AP @ 20,
    "recall@20": R @ 20,
    **{f"hit@{k}": Success @ k for k in (1, 5, 10)},
}
"""By the name they have in a report, after "article_" or "passage_"."""
Graded = Mapping[str, Mapping[str, int]]
"""What is relevant and how much, by question id."""
Ranked = Mapping[str, Sequence[str]]
"""Names of what was found, best first, by question id."""


def by_article(questions: Sequence[Question], rows: Mapping[str, Row]) -> dict[str, dict[str, float]]:
    """Each measure by question id, over the answerable questions with evidence."""
    judged = [q for q in questions if q.answerable and q.evidence and q.id in rows]
    found = {q.id: list(dict.fromkeys(passage["article"] for passage in rows[q.id]["passages"])) for q in judged}
    return _measured("article", {q.id: {e.article: e.grade for e in q.evidence} for q in judged}, found)


def by_passage(questions: Sequence[Question], rows: Mapping[str, Row], places: Places) -> dict[str, dict[str, float]]:
    """Each measure by question id, over the answerable questions whose evidence stands in the archive, or is not in it.

    Evidence whose article is there but without its words is not judged: nobody can say which passage holds it.
    """
    expected: dict[str, Mapping[str, int]] = {}
    found: dict[str, list[str]] = {}
    for question in questions:
        judged = [place for place in places.get(question.id, ()) if place.end > place.start or not place.there]
        if question.answerable and judged and question.id in rows:
            expected[question.id] = {f"evidence {number}": 1 for number in range(len(judged))}
            found[question.id] = list(_held(rows[question.id]["passages"], judged))
    return _measured("passage", expected, found)


def _held(passages: Sequence[Row], places: Sequence[Place]) -> Iterator[str]:
    """What each passage is the first to hold, else a name of its own."""
    left = dict(enumerate(places))
    for rank, passage in enumerate(passages):
        here = [number for number, place in left.items() if place.held_by(passage)]
        for number in here:
            del left[number]
            yield f"evidence {number}"
        if not here:
            yield f"passage {rank}"


def _measured(kind: str, expected: Graded, found: Ranked) -> dict[str, dict[str, float]]:
    if not expected:
        return {}
    qrels = [Qrel(key, name, grade) for key, names in expected.items() for name, grade in names.items()]
    run = [ScoredDoc(key, name, -rank) for key, names in found.items() for rank, name in enumerate(names)]
    names = {measure: f"{kind}_{name}" for name, measure in MEASURES.items()}
    # A question for which nothing was retrieved is told of by no measure; it has found nothing.
    measured = {name: dict.fromkeys(expected, 0.0) for name in names.values()}
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        measured[names[metric.measure]][metric.query_id] = float(metric.value)
    return measured
