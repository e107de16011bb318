"""A run's measures for a terminal, and its questions for a browser without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from evals.metrics import Row, reliability, score
from evals.questions import Question

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
border-bottom: 1px solid #8884; }
.figures { width: auto; } .figures td { font-variant-numeric: tabular-nums; text-align: right; }
.wrong td:first-child { border-left: 4px solid #c0392b; } .right td:first-child { border-left: 4px solid #2e8b57; }
.pair { display: flex; flex-wrap: wrap; gap: 2rem; align-items: start; } .axes { fill: none; stroke: currentColor; }
.dots { fill: #c98a1b; fill-opacity: .7; } .labels { fill: currentColor; font-size: 12px; text-anchor: end; }
blockquote { margin: .2rem 0; padding-left: .7rem; border-left: 3px solid #c98a1b; } small { opacity: .75; }
"""


def table(report: Mapping[str, Any]) -> str:
    """The measures, a line each."""
    lines = [f"{name:30} {_figure(value)}" for name, value in report.items() if name != "by_kind"]
    lines += [f"  {kind:28} {count}" for kind, count in report["by_kind"].items()]
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")


def html_report(questions: Sequence[Question], rows: Mapping[str, Row], report: Mapping[str, Any]) -> str:
    """One page: the measures, then every question, those answered wrongly first."""
    figures = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{_figure(value)}</td></tr>"
        for name, value in report.items()
        if name != "by_kind"
    )
    kinds = "".join(
        f"<tr><th scope=row>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in report["by_kind"].items()
    )
    listed = sorted(questions, key=lambda question: _right(question, rows[question.id]))
    asked = "".join(_asked(question, rows[question.id]) for question in listed)
    return (
        f"<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Dateline: evaluation</title><style>{_STYLE}</style><h1>Evaluation</h1>"
        f"<table class=figures>{figures}</table><h2>By kind</h2><table class=figures>{kinds}</table>"
        f"<h2>Reliability</h2>{_reliability(questions, rows)}<h2>Questions</h2>"
        f"<table><thead><tr><th>question<th>expected<th>given<th>quoted</tr></thead><tbody>{asked}</tbody></table></html>"
    )


def _reliability(questions: Sequence[Question], rows: Mapping[str, Row]) -> str:
    """How often answers of a confidence are right, as a plot and the table it shows."""
    tenths = reliability(questions, rows)
    dots = "".join(
        f"<circle cx={40 + 240 * confidence:.0f} cy={250 - 240 * right:.0f} r={3 + count**0.5:.1f} />"
        for confidence, right, count in tenths
    )
    cells = "".join(f"<tr><td>{c:.2f}<td>{right:.2f}<td>{count}</tr>" for c, right, count in tenths)
    return (
        "<p>The answers given, by tenths of confidence. On the line, confidence is the chance of being right."
        "<div class=pair><svg viewBox='0 0 300 290' width=300 role=img aria-label='Share right over confidence'>"
        "<g class=axes><path d='M40 10V250H280'/><path d='M40 250L280 10' stroke-dasharray='4'/></g>"
        f"<g class=dots>{dots}</g><g class=labels><text x=160 y=284>confidence</text><text x=34 y=254>0</text>"
        "<text x=34 y=16>1</text><text x=280 y=266>1</text><text x=34 y=130>right</text></g></svg><table class=figures>"
        f"<thead><tr><th>confidence<th>right<th>answers</tr></thead><tbody>{cells}</tbody></table></div>"
    )


def _right(question: Question, row: Row) -> bool:
    scores = score(question, row)
    return bool(scores.get("right_and_cited", scores.get("right", scores.get("abstained_right"))))


def _asked(question: Question, row: Row) -> str:
    expected = " / ".join(question.answers) if question.answerable else "nothing: unanswerable"
    given = "abstained" if row["abstained"] else row["short"] or "quotes alone"
    quotes = "".join(
        f"<blockquote>{escape(c['quote'])} <small>{escape(c['article'])}</small></blockquote>" for c in row["citations"]
    )
    return (
        f"<tr class={'right' if _right(question, row) else 'wrong'}>"
        f"<td>{escape(question.question)}<br><small>{escape(question.id)} · {escape(question.kind)}</small></td>"
        f"<td>{escape(expected)}</td><td>{escape(given)} <small>{row['confidence']:.2f}</small></td>"
        f"<td>{quotes}</td></tr>"
    )
