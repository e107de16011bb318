"""Whether a package that Dateline runs on has a known hole: pip-audit over uv.lock, and written exceptions.

uv run python -m release.audit
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
EXCEPTIONS = Path(__file__).with_name("audit.toml")
SECONDS = 600
"""For some two hundred packages, asked one by one."""
UNREACHABLE = ("ConnectionError", "Timeout", "ProxyError", "SSLError", "ServiceError", "JSONDecodeError", "network may")
"""What pip-audit's last words hold where the service, and not pip-audit, is at fault."""


class AuditError(Exception):
    """The audit could not be made, for a reason that is ours to mend."""


class Unreachable(Exception):
    """The advisory service gave no answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A known hole in a locked package."""

    package: str
    version: str
    ids: frozenset[str]
    """All names of the advisory: PYSEC, CVE, GHSA."""
    mended: Sequence[str]
    """Versions that have the mend."""


@dataclass(frozen=True, slots=True)
class Excepted:
    """An advisory that is known not to matter here."""

    id: str
    package: str
    reason: str
    reviewed: date
    review_by: date

    def matches(self, found: Finding) -> bool:
        """Whether it speaks of this finding."""
        return self.package == found.package and self.id in found.ids


def exceptions(path: Path = EXCEPTIONS) -> list[Excepted]:
    """What `path` lists.

    Raises:
        AuditError: It cannot be read, or an entry lacks something.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("exception", [])
        found = [Excepted(**row) for row in rows]
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise AuditError(f"{path.name} cannot be read ({error}): mend it.") from None
    for one in found:
        if not one.reason.strip() or not one.reviewed <= one.review_by:
            raise AuditError(f"{path.name}: {one.id} needs a reason and a review_by after reviewed: mend it.")
    return found


def told(report: Mapping[str, Any], excepted: Sequence[Excepted], today: date) -> tuple[bool, list[str]]:
    """Whether nothing stands against a release, and why, in sentences.

    Args:
        report: pip-audit's JSON.
        excepted: Written exceptions.
        today: Exceptions hold until their review is due.

    Raises:
        Unreachable: The service knew no package, which is no answer.
    """
    asked = [row for row in report["dependencies"] if "skip_reason" not in row]
    skipped = sorted(row["name"] for row in report["dependencies"] if "skip_reason" in row)
    if not asked:
        raise Unreachable("it knows none of the packages")
    findings = _findings(asked)
    judged = [_judged(found, excepted, today) for found in findings]
    gone = [one for one in excepted if one.package not in skipped and not any(map(one.matches, findings))]
    well = all(holds for holds, _ in judged)
    sentences = [f"Not known to the service, so not looked at: {', '.join(skipped)}."] if skipped else []
    sentences += [sentence for _, sentence in judged]
    sentences += [f"{one.id} of {one.package} is reported no more: take it out of {EXCEPTIONS.name}." for one in gone]
    return well, [*sentences, f"{len(asked)} packages looked at: {'nothing stands open' if well else 'see above'}."]


def _judged(found: Finding, excepted: Sequence[Excepted], today: date) -> tuple[bool, str]:
    """Whether an exception holds for the finding, and what is to be said of it."""
    name = f"{found.package} {found.version}: {', '.join(sorted(found.ids))}"
    known = next((one for one in excepted if one.matches(found)), None)
    if known and today <= known.review_by:
        return True, f"Excepted until {known.review_by}: {name}."
    if known:
        return False, f"{name}: its exception was to be reviewed by {known.review_by}: look at it again."
    mend = " or ".join(found.mended) or "a release with the mend, once there is one"
    return False, f"{name}: update it to {mend}, or except it in {EXCEPTIONS.name}."


def _findings(rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    return [
        Finding(row["name"], row["version"], frozenset([hole["id"], *hole["aliases"]]), hole["fix_versions"])
        for row in rows
        for hole in row["vulns"]
    ]


def audited(requirements: Path, out: Path) -> dict[str, Any]:
    """pip-audit's report over `requirements`, written to `out`.

    Raises:
        Unreachable: The advisory service did not answer.
        AuditError: pip-audit failed otherwise.
    """
    asked = ["--vulnerability-service", "pypi", "--disable-pip", "--require-hashes", "--requirement", str(requirements)]
    made = ["--format", "json", "--aliases", "on", "--progress-spinner", "off", "--output", str(out)]
    command = [sys.executable, "-m", "pip_audit", *asked, *made]
    try:
        # 0 and 1: nothing found, and something; 1 is given for its own failures too, which write no report.
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no answer within {SECONDS} seconds") from None
    if out.exists() and (report := out.read_text(encoding="utf-8")):
        return dict(json.loads(report))
    last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    if any(words in last for words in UNREACHABLE):
        raise Unreachable(last[:200])
    raise AuditError(f"pip-audit failed ({last[:500]}): run it by hand.")


def main() -> int:
    """0 where nothing stands open or the service cannot be reached, 1 for a finding that is not excepted."""
    try:
        excepted = exceptions()
        with TemporaryDirectory() as folder:
            requirements = Path(folder) / "requirements.txt"
            export = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--all-extras", "--no-emit-project"]
            subprocess.run([*export, "--output-file", str(requirements)], cwd=ROOT, check=True)  # noqa: S603, S607
            well, sentences = told(audited(requirements, Path(folder) / "report.json"), excepted, date.today())
    except Unreachable as why:
        print(f"The advisory service could not be asked ({why}), so nothing was audited: run this again where it can.")
        return 0
    except (AuditError, subprocess.CalledProcessError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(sentences))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
