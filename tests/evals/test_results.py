"""The record of a revision: every measure in a file of its own, one table over all."""

import json
from pathlib import Path

from evals.results import MEASURES, keep, main, table


def a_run(folder: Path, commit: str, right: float) -> Path:
    folder.mkdir(parents=True)
    made = {"dateline": "0.1.0", "commit": commit, "corpus": "c", "questions": "q", "limit": None}
    (folder / "run.json").write_text(json.dumps({**made, "finished": True}), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps({"questions": 1200, "right_short": right}), encoding="utf-8")
    return folder


def test_the_newest_revision_stands_first_and_what_was_not_measured_is_empty(tmp_path: Path) -> None:
    results = tmp_path / "results"
    keep(a_run(tmp_path / "one", "bbb", 0.25), results, "corpus", "2026-01-01")
    kept = keep(a_run(tmp_path / "two", "aaa", 0.5), results, "corpus", "2026-02-01")
    keep(a_run(tmp_path / "three", "aaa", 0.75), results, "articles", "2026-02-01")
    assert kept == results / "aaa" / "corpus.json"
    assert json.loads(kept.read_text("utf-8"))["figures"]["right_short"] == 0.5
    rows = table(results).splitlines()[2:]
    assert [row[: row.index(" |  | ")] for row in rows] == [
        "| aaa | articles | 1,200",
        "| aaa | corpus | 1,200",
        "| bbb | corpus | 1,200",
    ]
    assert " | 0.750 | " in rows[0] and rows[0].count("|") == len(MEASURES) + 3


def test_the_table_stands_between_its_marks(tmp_path: Path) -> None:
    text = "Before.\n<!-- table -->\nold\n<!-- end of table -->\nAfter.\n"
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert main(["--work", str(tmp_path / "work"), "--results", str(tmp_path), "--only", "none"]) == 0
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.startswith("Before.") and text.endswith("After.\n") and "old" not in text and "| revision |" in text
