"""Questions in a table of comma-separated values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evals.importing.files import files_in, table_of
from evals.importing.made import Made
from evals.importing.rows import Row, question_row

_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


def read_csv(sources: Sequence[Path], made: Made) -> None:
    """Columns `question` and `answer` or `answers` (several with | between), and any of our keys.

    `history` is split at | too, `evidence` is JSON as in our form. No articles are made.
    """
    for path in files_in(sources, "*.csv"):
        for place, row in table_of(path, made, ["question"]):
            with made.record(place):
                made.add_question(_question(row, place.rpartition(" ")[2]))


def _question(row: dict[str, str], line: str) -> Row:
    answers = _several(row.get("answers") or row.get("answer") or "")
    made = question_row(row.get("id") or line, row["question"].strip(), answers)
    if told := row.get("answerable", "").strip().lower():
        if told not in _TRUE | _FALSE:
            raise ValueError(f"answerable is neither true nor false ({told!r})")
        made["answerable"] = told in _TRUE
    if row.get("evidence", "").strip():
        made["evidence"] = _evidence(row["evidence"])
    if history := _several(row.get("history", "")):
        made["history"] = history
    return made | {name: row[name].strip() for name in ("asked", "kind") if row.get(name, "").strip()}


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _evidence(cell: str) -> list[Row]:
    try:
        found = json.loads(cell)
    except ValueError:
        raise ValueError("evidence is no JSON") from None
    if not isinstance(found, list) or not all(isinstance(e, dict) and {"article", "quote"} <= e.keys() for e in found):
        raise ValueError('evidence is no list of {"article": …, "quote": …}')
    return found
