"""Look through drafted questions: accept, edit or drop each. `python -m evals.review FILE.jsonl`.

The file is written after every decision, so that nothing is lost: quit at any time and go on later.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from evals.questions import ACCEPTED, DRAFT, DROPPED, read_questions
from qa.errors import DatelineError

DECIDED = {"a": ACCEPTED, "e": ACCEPTED, "d": DROPPED}
HELP = "a accept, e edit, d drop, s skip, q quit"
Row = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was looked through or quit, 1 with one sentence where the file cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.review", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="what evals.drafting wrote")
    options = parser.parse_args(arguments)
    try:
        read_questions(options.file)  # what is wrong in it is told by line
        rows = [json.loads(line) for line in options.file.read_text("utf-8-sig").split("\n") if line.strip()]
        review(options.file, rows)
    except click.Abort:  # Ctrl-C, or the end of the input: every decision is kept
        click.echo()
    except (DatelineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    left = sum(row.get("status") == DRAFT for row in rows)
    click.echo(f"{sum(row.get('status', ACCEPTED) == ACCEPTED for row in rows)} accepted, {left} drafts left.")
    return 0


def review(path: Path, rows: list[Row]) -> None:
    """Ask for a decision on every draft of `rows`, and write them to `path` after each."""
    drafts = [row for row in rows if row.get("status") == DRAFT]
    for number, row in enumerate(drafts, start=1):
        click.echo(f"\n{number} of {len(drafts)}\n{shown(row)}")
        choice = click.prompt(HELP, type=click.Choice([*"aedsq"]), show_choices=False)
        if choice == "q":
            return
        if choice == "e":
            _edit(row)
        if choice in DECIDED:
            row["status"] = DECIDED[choice]
            write(path, rows)


def shown(row: Row) -> str:
    """A draft as it is read: question, answers, the sentence with its outlet and day, and the note."""
    answers = " | ".join(row["answers"]) or "(the archive does not say)"
    lines = [f"  {row['kind']}: {row['question']}", f"  answer: {answers}"]
    for drawn in row.get("evidence") or ([row["drawn_from"]] if "drawn_from" in row else []):
        lines.append(f"  “{' '.join(drawn['quote'].split())}”")
    lines += [f"  {row['told_by']}"] if row.get("told_by") else []
    return "\n".join([*lines, *([f"  note: {row['note']}"] if row.get("note") else [])])


def _edit(row: Row) -> None:
    """Change question and answers by prompts; the evidence goes with the answers."""
    row["question"] = click.prompt("question", default=row["question"]).strip()
    given = click.prompt("answers, | between; - for none", default=" | ".join(row["answers"]) or "-")
    answers = [part.strip() for part in given.split("|") if part.strip() not in ("", "-")]
    if answers and "drawn_from" in row:
        row |= {"evidence": [row.pop("drawn_from")], "kind": "other"}
    elif not answers and row.get("evidence"):
        row |= {"drawn_from": row["evidence"][0], "evidence": [], "kind": "unanswerable"}
    row |= {"answers": answers, "answerable": bool(answers)}


def write(path: Path, rows: Sequence[Row]) -> None:
    """The file anew, in one step: either as it was or as it is now."""
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main())
