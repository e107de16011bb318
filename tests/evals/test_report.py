"""A report tells where answers were lost, opens without a network, and shows what is given as text."""

import re
from typing import Any

from evals.evidence import Place
from evals.metrics import summary
from evals.questions import Evidence, Question
from evals.report import Report, html_report, markdown_report, table

EVIL = "<script>alert(1)</script><img src=x>"
TEXT = f"{EVIL} The bridge fell on Sunday. " + "It was old. " * 60


def row(short: str | None, confidence: float = 0.8) -> dict[str, Any]:
    return {
        "short": short,
        "text": short or "",
        "abstained": short is None,
        "confidence": confidence,
        "citations": [],
        "passages": [{"article": EVIL, "start": 0, "end": len(TEXT), "score": 0.5}],
        "seconds": {"total": 0.1},
    }


def report() -> Report:
    evidence = (Evidence(EVIL, "The bridge fell on Sunday."),)
    questions = [
        Question("1", f"When {EVIL}?", ("Sunday",), True, evidence, kind=EVIL),
        Question("2", "Right?", ("Sunday",), True, kind="date"),
        Question("3", "Nothing?", (), False, kind="unanswerable"),
    ]
    rows = {"1": row(None), "2": row("Sunday", 0.9), "3": row("Ali", 0.3)}
    start = TEXT.index("The bridge")
    places = {"1": [Place(EVIL, True, start, start + 26)]}
    figures = summary(questions, rows, {}, places)
    return Report(questions, rows, figures, places, {EVIL: TEXT}, {"commit": "abc", "limit": None})


def test_the_page_has_what_was_lost_first_each_with_its_stage_and_passages() -> None:
    page = html_report(report())
    assert page.index("When &lt;script") < page.index("Nothing?") < page.index("Right?")
    assert "Lost: 2" in page and "Right: 1" in page and "holds the evidence" in page
    assert re.findall(r'class="stage">(.*?)<', page) == ["wrongly abstained", "wrongly answered"]
    assert "It was old. …" in page and "commit abc" in page and "limit" not in page
    assert page.count("<svg") == 4 and "95 % interval" in page


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = html_report(report())
    assert not re.search(r"<script|<img|<link|http:|https:|url\((?!#)", page)
    assert "&lt;script&gt;alert(1)" in page


def test_the_plots_take_the_colours_of_the_page() -> None:
    page = html_report(report())
    assert "#010203" not in page and "currentColor" in page
    assert page == html_report(report())


def test_the_forms_agree() -> None:
    told = report()
    figure = f"{told.figures['squad_f1']:.4f}"
    assert f"| squad_f1 | {figure} | 0.000 – 1.000 |" in markdown_report(told)
    assert re.search(rf"^squad_f1 +{figure}$", table(told.figures), re.MULTILINE)
    assert "| wrongly abstained | 1 |" in markdown_report(told) and "| date | 1/1 |" in markdown_report(told)
