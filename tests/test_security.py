"""What SECURITY.md rests on exists: each file it names, and each test in it."""

import re

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_guard_and_proof_that_is_named_exists() -> None:
    named = re.findall(r"`((?:qa|tests|evals|release|docs)/[\w./-]+)(?:::(\w+))?`", TEXT)
    assert len(named) > 50
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file() or (test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_all_ten_are_spoken_of() -> None:
    rows = re.findall(r"^\| (LLM\d\d) [^|]+\| ([^|]+)\| ([^|]+)\| ([^|]+)\|$", TEXT, re.MULTILINE)
    assert [row[0] for row in rows] == [f"LLM{number:02}" for number in range(1, 11)]
    assert all(cell.strip() for row in rows for cell in row)
