"""The safety tests, the slow ones too, and a table of what they found.

`python -m evals.bench.safety` runs every test marked `nightly`; `--sample` runs the small ones of tests/safety instead,
as CI does, and names of files or folders narrow both. A test has a row in the table where it records the properties
`row`, `n` and `result` (pytest's `record_property`). The exit status is pytest's: 0 where every test passed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

SAMPLE = ["tests/safety"]


def rows(report: Path) -> list[tuple[str, str, str, str]]:
    """What was tried, how often, what came of it, and "passed" or "FAILED", of each test in a JUnit file that says."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by the tests just run
        told = {item.get("name"): item.get("value", "") for item in case.iter("property")}
        failed = case.find("failure") is not None or case.find("error") is not None
        if "row" in told:
            end = "FAILED" if failed else "passed"
            found.append((told["row"], told.get("n", ""), told.get("result", ""), end))
        elif failed:
            found.append((case.get("name", ""), "", "", "FAILED"))
    return found


def table(found: list[tuple[str, str, str, str]]) -> str:
    """The rows as a Markdown table."""
    lines = ["| test | N | result | |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in found)])


def main() -> int:
    """Pytest's exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help="the small tests instead of the slow ones")
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders of tests")
    options = parser.parse_args()
    paths = [str(path) for path in options.paths] or (SAMPLE if options.sample else ["tests"])
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        marker = "not nightly" if options.sample else "nightly"
        written = [f"--junitxml={report}", "-o", "junit_family=xunit1"]  # the one that keeps properties
        command = [sys.executable, "-m", "pytest", "-q", "-m", marker, *written, *paths]
        status = subprocess.run(command).returncode
        if report.exists():
            print(table(rows(report)))
    return status


if __name__ == "__main__":
    sys.exit(main())
