"""Measures of answers, citations, retrieval, abstention and calibration, each from 0 to 1.

Exact match and token F1 are those of SQuAD (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250), with numbers,
hyphens and typographic quotes normalised as well (`evals.squad` has the plain ones); measures of retrieval are in
`evals.retrieving`.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import fmean
from typing import Any

import numpy as np

from evals import squad
from evals.chance import interval
from evals.evidence import LOST, Places, Row, lost
from evals.questions import Question
from evals.retrieving import by_article, by_passage
from qa.language.dates import expressions
from qa.language.intervals import MONTHS
from qa.search.reranking import READ

SHORT_WORDS = 15
"""A longer text does not count as a short answer."""
OVERLAP_F1 = 0.4
"""Token F1 from which a quote and the evidence are taken for the same sentence."""
RESAMPLED = 2_000
"""Resamples of the intervals in a report."""
Scores = dict[str, float]
Interval = tuple[date, date]


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

    An unanswerable question has only `abstained_right`; one without evidence has no measure of citations or retrieval;
    one whose answers are not known is right where its evidence is cited.
    """
    if not question.answerable:
        return {"abstained_right": float(row["abstained"])}
    answers = [form for answer in question.answers for form in forms(answer)]
    answered, short, text = not row["abstained"], row["short"] or "", row["text"] or ""
    if not answers:
        cited = _cited(question, row, True)
        return {"answered": float(answered), "right": cited.get("cited_right", 0.0)} | cited
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
    if answered and (text or short) and (long := [answer for answer in answers if len(answer.split()) > SHORT_WORDS]):
        scores["rouge_l"] = max(rouge_l(text, answer) for answer in long)
    return scores | _cited(question, row, right) | _days(short, question, answered)


def _cited(question: Question, row: Row, right: bool) -> Scores:
    """Whether the citations are the evidence, all of it, and nothing else; nothing where there is none."""
    if not question.evidence:
        return {}
    citations = [] if row["abstained"] else row["citations"]
    rests = [[overlaps(c, e.article, e.quote) for c in citations] for e in question.evidence]
    cited = any(map(any, rests))
    scores = {
        "cited_right": float(cited),
        "right_and_cited": float(cited and right),
        "citation_recall": fmean(map(any, rests)),
    }
    if citations:
        scores["citation_precision"] = fmean(any(column) for column in zip(*rests, strict=True))
    return scores


def _days(short: str, question: Question, answered: bool) -> Scores:
    """Whether the short answer names the days that an expected one means, and how far the two overlap.

    The overlap is the days in both over the days in either (Jaccard); 0 where no answer is given or it names no day.
    """
    expected = [days for answer in question.answers if (days := _means(answer))]
    if not expected:
        return {}
    given = _means(short) if answered else None
    overlaps = [_jaccard(given, days) if given else 0.0 for days in expected]
    return {"date_exact": float(given in expected), "date_overlap": max(overlaps)}


def _means(answer: str) -> Interval | None:
    """The days that an answer means which is nothing but a date; a year alone may be any number."""
    found = expressions(answer, None)
    if len(found) != 1 or not found[0].first or not found[0].last or answer.strip().isdigit():
        return None
    rest = answer[: found[0].start] + answer[found[0].end :]
    return (found[0].first, found[0].last) if not normalised(rest.replace(found[0].words, "")) else None


def _jaccard(one: Interval, other: Interval) -> float:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    both = max(0, (last - first).days + 1)
    return both / (sum((days[1] - days[0]).days + 1 for days in (one, other)) - both)


def rouge_l(text: str, expected: str) -> float:
    """ROUGE-L (Lin 2004), F1 with stemming, by Google's rouge-score: for expected answers of several sentences."""
    from rouge_score.rouge_scorer import RougeScorer

    return float(RougeScorer(["rougeL"], use_stemmer=True).score(expected, text)["rougeL"].fmeasure)


def overlaps(citation: Row, article: str, quote: str) -> bool:
    """Whether a citation rests on the evidence: one holds the other, or they share most of their words."""
    ours, theirs = " ".join(citation["quote"].split()), " ".join(quote.split())
    same = theirs in ours or ours in theirs or token_f1(ours, theirs) > OVERLAP_F1
    return bool(citation["article"] == article and same)


def by_question(
    questions: Sequence[Question], rows: Mapping[str, Row], places: Places | None = None
) -> dict[str, Scores]:
    """Every measure that is a mean over questions, by question id: what two runs are compared by.

    Args:
        questions: Those asked.
        rows: Predictions by question id.
        places: Where the evidence stands, for the measures of retrieval by passage.
    """
    found: dict[str, Scores] = {}
    for question in questions:
        row = rows[question.id]
        scores = score(question, row)
        if question.answers or not question.answerable:
            scores["squad2_f1"] = scores["f1" if question.answerable else "abstained_right"]
            given = "" if row["abstained"] else row["short"] or ""
            scores |= {"squad_em": squad.exact(given, question.answers), "squad_f1": squad.f1(given, question.answers)}
        for name, value in scores.items():
            found.setdefault(name, {})[question.id] = value
    return found | by_article(questions, rows) | by_passage(questions, rows, places or {})


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
    return {"citations": len(cited), **({"citations_verbatim": fmean(exact)} if exact else {})}


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


def risk_coverage(questions: Sequence[Question], rows: Mapping[str, Row]) -> list[tuple[float, float]]:
    """Share of the questions answered, and share of these answered wrongly, were only the surest answers given.

    A point for each answer given, the surest first (El-Yaniv and Wiener 2010); answers as sure make one point. Who
    answers an unanswerable question is wrong.
    """
    given = sorted(
        (-rows[q.id]["confidence"], 1 - score(q, rows[q.id]).get("right", 0.0))
        for q in questions
        if not rows[q.id]["abstained"]
    )
    found: list[tuple[float, float]] = []
    wrong = 0.0
    for place, (confidence, missed) in enumerate(given, start=1):
        wrong += missed
        if place == len(given) or given[place][0] != confidence:
            found.append((place / len(questions), wrong / place))
    return found


def _abstaining(questions: Sequence[Question], rows: Mapping[str, Row], means: Scores) -> Scores:
    """Measures of how well it is known what is known."""
    found: Scores = {}
    if "answered" in means and "abstained_right" in means:
        found["abstention_balanced_accuracy"] = (means["answered"] + means["abstained_right"]) / 2
    if (area := auroc(questions, rows)) is not None:
        found["confidence_auroc"] = area
    if curve := risk_coverage(questions, rows):
        found |= {"coverage": curve[-1][0], "risk": curve[-1][1], "risk_coverage_area": fmean(r for _, r in curve)}
    if tenths := reliability(questions, rows):
        found["expected_calibration_error"] = calibration_error(tenths)
    return found


def summary(
    questions: Sequence[Question],
    rows: Mapping[str, Row],
    texts: Mapping[str, str],
    places: Places | None = None,
    read: int = READ,
) -> dict[str, Any]:
    """Every measure over a run: means with their intervals, abstention, seconds, and right answers by kind.

    Args:
        questions: All questions of the run.
        rows: Predictions by question id.
        texts: Text by article id.
        places: Where the evidence stands.
        read: How many of the passages found are read, for telling where answers are lost.
    """
    measured = by_question(questions, rows, places)
    means = {name: fmean(values.values()) for name, values in measured.items()}
    found: dict[str, Any] = {"questions": len(questions), **means}
    found |= _abstaining(questions, rows, means) | citations(rows.values(), texts)
    seconds = sorted(row["seconds"]["total"] for row in rows.values())
    found |= {"p50_seconds": seconds[len(seconds) // 2], "p95_seconds": seconds[int(len(seconds) * 0.95)]}
    usage = [row["usage"] for row in rows.values() if row.get("usage")]
    found |= {f"{name}_tokens": sum(one[name] for one in usage) for name in ("read", "written") if usage}
    found |= {"cost": sum(one["cost"] for one in usage)} if usage else {}
    kinds: dict[str, list[float]] = {}
    stages: Counter[str] = Counter()
    for question in questions:
        own = {name: values[question.id] for name, values in measured.items() if question.id in values}
        kinds.setdefault(question.kind, []).append(own["right" if question.answerable else "abstained_right"])
        stages[lost(question, rows[question.id], own, (places or {}).get(question.id, ()), read)] += 1
    found["by_kind"] = {kind: f"{sum(values):.0f}/{len(values)}" for kind, values in sorted(kinds.items())}
    found["lost"] = {stage: stages[stage] for stage in LOST if stages[stage]}
    found["intervals"] = {
        name: interval(np.array(list(values.values())), RESAMPLED) for name, values in measured.items()
    }
    return found
