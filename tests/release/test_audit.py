"""A known hole stops a release unless it is excepted in writing; a service that does not answer stops nothing."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from release.audit import AuditError, Excepted, Unreachable, audited, exceptions, told

TODAY = date(2030, 5, 1)
HOLE = {"id": "PYSEC-2030-1", "fix_versions": ["2.1"], "aliases": ["CVE-2030-1", "GHSA-aaaa"]}
KNOWN = Excepted("CVE-2030-1", "chroma", "Not used here.", date(2030, 1, 1), date(2030, 6, 1))


def report(*vulns: dict[str, Any]) -> dict[str, Any]:
    """As pip-audit writes it: one package with these holes, one without, one that it does not know."""
    return {
        "dependencies": [
            {"name": "chroma", "version": "2.0", "vulns": list(vulns)},
            {"name": "click", "version": "8.3", "vulns": []},
            {"name": "ours", "skip_reason": "Dependency not found on PyPI"},
        ]
    }


def test_nothing_found_is_well_and_says_what_was_not_looked_at() -> None:
    well, sentences = told(report(), [], TODAY)
    assert well and sentences == [
        "Not known to the service, so not looked at: ours.",
        "2 packages looked at: nothing stands open.",
    ]


def test_a_finding_that_is_not_excepted_stops() -> None:
    other = Excepted("CVE-2030-2", "chroma", "Not used here.", date(2030, 1, 1), date(2030, 6, 1))
    elsewhere = Excepted("CVE-2030-1", "click", "Not used here.", date(2030, 1, 1), date(2030, 6, 1))
    for excepted in ([], [other], [elsewhere]):
        well, sentences = told(report(HOLE), excepted, TODAY)
        assert not well
        assert any("chroma 2.0: CVE-2030-1, GHSA-aaaa, PYSEC-2030-1: update it to 2.1" in line for line in sentences)
    assert not told(report(HOLE, {**HOLE, "id": "PYSEC-2030-3", "aliases": []}), [KNOWN], TODAY)[0]


@pytest.mark.parametrize(("day", "holds"), [(date(2030, 6, 1), True), (date(2030, 6, 2), False)])
def test_an_exception_holds_by_any_name_of_the_advisory_until_its_review(day: date, holds: bool) -> None:
    well, sentences = told(report(HOLE), [KNOWN], day)
    assert well is holds
    assert any(("Excepted until 2030-06-01" if holds else "look at it again") in line for line in sentences)


def test_an_exception_that_nothing_matches_any_more_is_told() -> None:
    well, sentences = told(report(), [KNOWN], TODAY)
    assert well and "CVE-2030-1 of chroma is reported no more: take it out of audit.toml." in sentences


def test_a_service_that_knows_nothing_has_not_answered() -> None:
    with pytest.raises(Unreachable):
        told({"dependencies": [{"name": "chroma", "skip_reason": "Dependency not found on PyPI"}]}, [], TODAY)


def test_no_connection_is_told_from_a_failure_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    needed, out = tmp_path / "requirements.txt", tmp_path / "report.json"
    needed.write_text(f"click==8.3.1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(Unreachable, match="ProxyError"):
        audited(needed, out)
    needed.write_text("click\n", encoding="utf-8")
    with pytest.raises(AuditError, match="does not contain a hash"):
        audited(needed, out)


def test_the_exceptions_of_this_repository_have_reasons_and_dates() -> None:
    assert {one.id for one in exceptions()} >= {"CVE-2026-45829"}


@pytest.mark.parametrize(
    "text",
    [
        "[[exception]]\nid = 'CVE-1'\n",
        "[[exception]]\nid='CVE-1'\npackage='a'\nreason=' '\nreviewed=2030-01-01\nreview_by=2030-06-01\n",
        "[[exception]]\nid='CVE-1'\npackage='a'\nreason='b'\nreviewed=2030-06-01\nreview_by=2030-01-01\n",
        "[[exception",
    ],
)
def test_an_exception_without_reason_or_date_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AuditError, match=r"audit\.toml"):
        exceptions(tmp_path / "audit.toml")


def test_chroma_s_server_is_never_imported(tmp_path: Path) -> None:
    """What the exception for CVE-2026-45829 rests on."""
    code = f"""
import sys
import numpy as np
from pathlib import Path
from qa.index.vectors import Vectors
vectors = Vectors(Path({str(tmp_path)!r}))
with vectors.writing(1, 1):
    vectors.apply(["a"], ["a"], np.ones((1, 384), dtype=np.float32))
assert vectors.search(np.ones(384, dtype=np.float32), 1)[0][0] == "a"
assert "chromadb" in sys.modules
print([name for name in sys.modules if name.startswith(("chromadb.server", "chromadb.app"))])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr[-2000:]
