"""Whether one run is better than another, on which questions, and whether that is luck.

    python -m evals.compare A B                     what changed from run A to run B
    python -m evals.compare A B --gate 0.01         exit status 1 where B is worse by more than 0.01, not by luck

A run is the folder that evals.run wrote. Both must have the same questions. Each measure is compared question by
question: the interval is that of a paired bootstrap, the chance that of a paired randomisation test (`evals.chance`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.chance import Values, chance, interval
from evals.runs import Run, read_run
from qa.errors import DatelineError, EvaluationError

SURE = 0.05
"""A difference of no more chance than this is taken for one."""
GATED = ("right", "right_and_cited", "abstained_right", "squad2_f1")
"""Measures whose fall fails the gate."""
LISTED = 20
"""Wins and losses shown, each."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two runs."""

    measure: str
    questions: int
    before: float
    after: float
    low: float
    high: float
    """The 95 per cent interval of after - before."""
    chance: float
    """Of a difference as large, were the runs alike."""

    def worse(self, tolerance: float) -> bool:
        """Whether it fell by more than `tolerance`, and that is no luck."""
        return self.after - self.before < -tolerance and self.chance <= SURE


def compare(before: Run, after: Run) -> list[Difference]:
    """Every measure that both runs have.

    Raises:
        EvaluationError: They asked other questions.
    """
    if before.questions != after.questions:
        raise EvaluationError(f"{before.folder} and {after.folder} asked other questions: nothing can be compared.")
    one, other = before.scores, after.scores
    found = []
    for measure in one:
        if measure in other and one[measure].keys() == other[measure].keys():
            ids = list(one[measure])
            found.append(
                _difference(
                    measure,
                    np.array([one[measure][key] for key in ids]),
                    np.array([other[measure][key] for key in ids]),
                )
            )
    return found


def _difference(measure: str, before: Values, after: Values) -> Difference:
    low, high = interval(after - before)
    return Difference(measure, len(after), float(before.mean()), float(after.mean()), low, high, chance(before, after))


def table(differences: Sequence[Difference]) -> str:
    """The differences as a Markdown table."""
    rows = [
        f"| {d.measure} | {d.questions} | {d.before:.4f} | {d.after:.4f} | {d.after - d.before:+.4f} | "
        f"{d.low:+.4f} to {d.high:+.4f} | {d.chance:.3f} |"
        for d in differences
    ]
    head = "| measure | questions | before | after | change | 95 % interval | chance |\n" + "|---" * 7 + "|"
    return "\n".join([head, *rows])


def changed(before: Run, after: Run, measure: str) -> tuple[list[str], list[str]]:
    """Which questions the second run wins and which it loses by a measure, each with both answers."""
    one, other = before.scores[measure], after.scores[measure]
    asked = {question.id: question for question in after.questions}

    def told(key: str) -> str:
        was, now = (run.rows[key]["short"] or run.rows[key]["text"][:60] for run in (before, after))
        return " ".join(f"{key}: {asked[key].question} | {was} -> {now}".split())

    wins = [told(key) for key in one if key in other and other[key] > one[key]]
    return wins, [told(key) for key in one if key in other and other[key] < one[key]]


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 with one sentence where the runs cannot be compared, or where the gate is shut."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, metavar="A", help="the folder of a run")
    parser.add_argument("after", type=Path, metavar="B", help="the folder of the run to be judged")
    parser.add_argument("--measure", default="right", help="by which wins and losses are listed [%(default)s]")
    parser.add_argument("--gate", type=float, metavar="TOLERANCE", help="fail where B is worse by more than this")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        before, after = read_run(options.before), read_run(options.after)
        differences = compare(before, after)
        if options.measure not in {d.measure for d in differences}:
            raise EvaluationError(f"There is no measure {options.measure!r} in both runs.")
        wins, losses = changed(before, after, options.measure)
    except DatelineError as error:
        print(error, file=sys.stderr)
        return 1
    shut = [d for d in differences if d.measure in GATED and options.gate is not None and d.worse(options.gate)]
    if options.json:
        rows = [{name: getattr(d, name) for name in Difference.__slots__} for d in differences]
        print(json.dumps({"differences": rows, "wins": wins, "losses": losses, "worse": [d.measure for d in shut]}))
    else:
        print(table(differences))
        for name, told in (("Won", wins), ("Lost", losses)):
            print(f"\n{name} ({options.measure}): {len(told)}", *told[:LISTED], sep="\n  ")
    for difference in shut:
        print(f"Worse: {difference.measure} {difference.before:.4f} -> {difference.after:.4f}.", file=sys.stderr)
    return 1 if shut else 0


if __name__ == "__main__":
    sys.exit(main())
