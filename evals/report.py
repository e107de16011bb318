"""What a run came to: for a terminal, for a browser without a network, and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals.charts import kinds_chart, latency_chart, reliability_chart, risk_coverage_chart
from evals.evidence import LOST, Places, Row, lost
from evals.metrics import by_question, reliability, risk_coverage
from evals.questions import Question
from qa.search.reranking import READ

HEADLINE = (
    "right_and_cited",
    "right_short",
    "right",
    "squad_em",
    "squad_f1",
    "answered",
    "abstained_right",
    "abstention_balanced_accuracy",
    "citation_precision",
    "citation_recall",
    "citations_verbatim",
    "passage_hit@1",
    "article_hit@5",
    "article_ndcg@10",
    "expected_calibration_error",
    "p50_seconds",
    "p95_seconds",
)
"""Measures that stand first, those of them that a run has."""
SHOWN = 5
"""Passages found that are shown with a question that was missed."""
PASSAGE_CHARACTERS = 400
_APART = {"by_kind", "lost", "intervals"}
"""What a report holds beside measures."""
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report tells of."""

    questions: Sequence[Question]
    rows: Mapping[str, Row]
    """Predictions by question id."""
    figures: Mapping[str, Any]
    """What `evals.metrics.summary` gave."""
    places: Places
    texts: Mapping[str, str]
    """By article id."""
    record: Mapping[str, Any]
    """What the run was made with."""


class Measure(NamedTuple):
    """A line of the table of measures."""

    name: str
    value: str
    interval: str
    """Empty for what is no mean over questions."""


class Passage(NamedTuple):
    """A passage that was found."""

    article: str
    text: str
    score: float
    holds: bool
    """Whether the evidence stands in it."""


class Asked(NamedTuple):
    """A question with what was answered."""

    question: Question
    row: Row
    stage: str
    """Where the right answer was lost; empty where it was not."""
    passages: Sequence[Passage]


def table(figures: Mapping[str, Any]) -> str:
    """The measures, a line each."""
    lines = [f"{name:30} {_figure(value)}" for name, value in figures.items() if name not in _APART]
    lines += [f"  {kind:28} {count}" for kind, count in figures["by_kind"].items()]
    return "\n".join(lines)


def measures(figures: Mapping[str, Any]) -> list[Measure]:
    """The measures, those of HEADLINE first."""
    names = [name for name in HEADLINE if name in figures]
    names += [name for name in figures if name not in {*names, *_APART}]
    return [Measure(name, _figure(figures[name]), _interval(figures["intervals"].get(name))) for name in names]


def markdown_report(report: Report) -> str:
    """The measures with their intervals, right answers by kind, and where the others were lost."""
    head = "| measure | value | 95 % interval |\n|---|---|---|"
    lines = [f"| {name} | {value} | {interval} |" for name, value, interval in measures(report.figures)]
    kinds = [f"| {kind} | {count} |" for kind, count in report.figures["by_kind"].items()]
    stages = [f"| {stage} | {count} | {LOST[stage]} |" for stage, count in report.figures["lost"].items()]
    made = [f"- {name}: {value}" for name, value in report.record.items() if isinstance(value, str) and value]
    return "\n".join(
        [
            *("# Evaluation\n", *made, "", head, *lines, "\n## By kind\n\n| kind | right |\n|---|---|", *kinds),
            *("\n## Where answers were lost\n\n| stage | questions | meaning |\n|---|---|---|", *stages, ""),
        ]
    )


def html_report(report: Report) -> str:
    """One page that opens without a network: measures, plots, and every question, those lost first."""
    figures, questions, rows = report.figures, report.questions, report.rows
    listed = _asked(report)
    found = measures(figures)
    headline = sum(one.name in HEADLINE for one in found)
    tenths, curve = reliability(questions, rows), risk_coverage(questions, rows)
    kinds = {kind: (int(r), int(n)) for kind, (r, n) in ((k, v.split("/")) for k, v in figures["by_kind"].items())}
    charts = {
        "Risk and coverage": risk_coverage_chart(curve),
        "Reliability": reliability_chart(tenths),
        "Latency": latency_chart([row["seconds"]["total"] for row in rows.values()]),
        "By kind": kinds_chart(kinds),
    }
    return _TEMPLATES.get_template("report.html").render(
        record=report.record,
        headline=found[:headline],
        further=found[headline:],
        charts={name: Markup(drawn) for name, drawn in charts.items()},  # noqa: S704 - drawn from numbers and kinds
        tenths=tenths,
        curve=curve,
        stages=figures["lost"],
        meanings=LOST,
        missed=[one for stage in LOST for one in listed if one.stage == stage],
        right=[one for one in listed if not one.stage],
    )


def _asked(report: Report) -> list[Asked]:
    measured = by_question(report.questions, report.rows, report.places)
    found = []
    for question in report.questions:
        row, where = report.rows[question.id], report.places.get(question.id, ())
        scores = {name: values[question.id] for name, values in measured.items() if question.id in values}
        stage = lost(question, row, scores, where, READ)
        passages = [
            Passage(
                passage["article"],
                _start(report.texts.get(passage["article"], "")[passage["start"] : passage["end"]]),
                passage["score"],
                any(place.held_by(passage) for place in where),
            )
            for passage in (row["passages"][:SHOWN] if stage else ())
        ]
        found.append(Asked(question, row, stage, passages))
    return found


def _start(text: str) -> str:
    """The beginning of a passage, cut between words."""
    return text if len(text) <= PASSAGE_CHARACTERS else f"{text[:PASSAGE_CHARACTERS].rpartition(' ')[0]} …"


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _interval(bounds: Sequence[float] | None) -> str:
    return f"{bounds[0]:.3f} – {bounds[1]:.3f}" if bounds else ""
