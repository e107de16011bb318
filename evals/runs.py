"""What a run is: its questions, its answers, what it was made with. One that was ended early is taken up again."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evals.evidence import Places, Row, read_places
from evals.metrics import Scores, by_question
from evals.questions import Question, asked_of
from qa.archive import Archive
from qa.errors import EvaluationError
from qa.models.engine import DATA, checksums

QUESTIONS, PREDICTIONS, RECORD, EVIDENCE = "questions.jsonl", "predictions.jsonl", "run.json", "evidence.jsonl"
"""Files of a run's folder: its questions, the answers, what they were made with, where the evidence stands."""
_PLACES = {"corpus", "index", "data", "host", "threads", "openai_api_key"}
"""Settings that do not decide what is answered, or are secret."""


@dataclass(frozen=True)
class Run:
    """A run that was written."""

    folder: Path
    questions: tuple[Question, ...]
    rows: Mapping[str, Row]
    """Predictions by question id."""
    record: Mapping[str, Any]
    places: Places

    @cached_property
    def scores(self) -> Mapping[str, Scores]:
        """Every measure by question id."""
        return by_question(self.questions, self.rows, self.places)


def record_of(archive: Archive, questions: Path, limit: int | None) -> dict[str, Any]:
    """What decides the answers: the code, the models, the settings, the articles, the questions."""
    settings = archive.settings.model_dump(mode="json", exclude=_PLACES)
    return {
        "dateline": version("dateline"),
        "commit": _commit(),
        "models": dict(checksums(DATA)),
        "settings": settings,
        "corpus": archive.fingerprint(),
        "questions": hashlib.sha256(questions.read_bytes()).hexdigest()[:16],
        "limit": limit,
    }


def _commit() -> str:
    """The revision of the code, with "+" where it was changed since; empty outside a checkout."""
    try:
        root = Path(__file__).parent
        told = [
            subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()
            for words in (("rev-parse", "--short=12", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        ]
    except (OSError, subprocess.CalledProcessError):
        return ""
    return told[0] + ("+" if told[1] else "")


def begin(out: Path, questions: Path, record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows of an earlier run into `out` that was ended early and was made with the same; else none, begun anew."""
    out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, dict[str, Any]] = {}
    earlier = out / RECORD
    if earlier.exists() and _json(earlier) == {**record, "finished": False}:
        rows = {row["id"]: row for row in _whole_rows(out / PREDICTIONS)}
    if questions.resolve() != (out / QUESTIONS).resolve():
        shutil.copyfile(questions, out / QUESTIONS)
    with (out / PREDICTIONS).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())
    _write(earlier, {**record, "finished": False})
    return rows


def end(out: Path, record: Mapping[str, Any], cost: Mapping[str, float]) -> None:
    """Note that every question was asked, and what the last sitting cost."""
    _write(out / RECORD, {**record, "cost": dict(cost), "finished": True})


def read_run(folder: Path) -> Run:
    """A run that was written.

    Raises:
        EvaluationError: It cannot be read, or was not finished.
    """
    record = _json(folder / RECORD) if (folder / RECORD).exists() else None
    if not record or not record.get("finished"):
        raise EvaluationError(
            f"{str(folder)!r} holds no finished run: make one with python -m evals.run --out {folder}."
        )
    questions = asked_of(folder / QUESTIONS)[: record["limit"]]
    rows = {row["id"]: row for row in _whole_rows(folder / PREDICTIONS)}
    return Run(folder, tuple(questions), rows, record, read_places(folder / EVIDENCE))


def _whole_rows(path: Path) -> Sequence[dict[str, Any]]:
    """The rows of predictions; a last one that was cut off is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            break
    return rows


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(path: Path, value: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)
