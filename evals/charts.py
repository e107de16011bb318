"""The plots of a report, drawn by matplotlib as SVG that takes the colours of the page it stands in."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

INK = "#010203"
"""Drawn in this, shown in the colour of the page's text."""
ACCENT = "#c98a1b"
SIZE = (4.4, 3.4)
"""Inches."""


def risk_coverage_chart(points: Sequence[tuple[float, float]]) -> str:
    """Share of wrong answers over share of questions answered, the surest first."""
    figure, axes = _axes("questions answered", "of these, wrong")
    axes.plot([x for x, _ in points], [y for _, y in points], color=ACCENT, marker="o", markersize=2.5)
    axes.set(xlim=(0, 1), ylim=(0, max([0.1, *(y for _, y in points)]) * 1.05))
    return _svg(figure)


def reliability_chart(tenths: Sequence[tuple[float, float, int]]) -> str:
    """Share right over confidence; a dot for each tenth, larger for more answers."""
    figure, axes = _axes("confidence", "right")
    axes.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=0.8)
    sizes = [12 + 6 * count**0.5 for *_, count in tenths]
    axes.scatter([x for x, _, _ in tenths], [y for _, y, _ in tenths], s=sizes, color=ACCENT, zorder=2)
    axes.set(xlim=(0, 1), ylim=(0, 1.03))
    return _svg(figure)


def latency_chart(seconds: Sequence[float]) -> str:
    """Share of the questions that took at most so long."""
    figure, axes = _axes("seconds", "questions answered by then")
    axes.ecdf(list(seconds), color=ACCENT)
    axes.set(xlim=(0, max([0.1, *seconds]) * 1.02), ylim=(0, 1.03))
    return _svg(figure)


def kinds_chart(kinds: Mapping[str, tuple[int, int]]) -> str:
    """Share right by kind of question, each a bar with its numbers (right, asked)."""
    figure, axes = _axes("right, or rightly declined", "", height=0.9 + 0.27 * len(kinds))
    names = list(kinds)[::-1]
    bars = axes.barh(names, [kinds[name][0] / kinds[name][1] for name in names], color=ACCENT, height=0.62)
    axes.bar_label(bars, [f"{kinds[name][0]}/{kinds[name][1]}" for name in names], padding=3, color=INK, fontsize=8)
    axes.set_xlim(0, 1.18)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    return _svg(figure)


def _axes(across: str, up: str, height: float = SIZE[1]) -> tuple[Any, Any]:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: Any = dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "text.color"), INK)
    with rc_context(style | {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(SIZE[0], height), layout="constrained")
        axes = figure.subplots()
        axes.set(xlabel=across, ylabel=up)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    return figure, axes


def _svg(figure: Any) -> str:  # noqa: ANN401 - matplotlib is imported late
    """The figure as an element, the same bytes each time."""
    from matplotlib import rc_context

    file = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "dateline"}):
        figure.savefig(file, format="svg")
    drawn = file.getvalue()
    drawn = drawn[drawn.index("<svg") :].replace(INK, "currentColor")
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r' xmlns(?::xlink)?="[^"]*"', "", drawn).replace("xlink:href", "href")
    return re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px system-ui, sans-serif", drawn)
