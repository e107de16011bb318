"""Every set asked and measured, for the record of this revision: `python -m evals.results --shared DIR --work DIR`.

Makes the sets below --work (`evals.sets`; the public ones with --shared), indexes them, asks the report questions of
each, and the sample archive's, and writes evals/results/REVISION/SET.json, the measures, and the table in
evals/results/README.md. Indexes and runs stay in --work: what was ended early is taken up again. With --ablation, what
each part of search adds is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evals.run import main as run
from evals.runs import RECORD

HERE = Path(__file__).parent
RESULTS = HERE / "results"
CORPUS = HERE.parent / "corpus"
MEASURES = (
    "questions",
    "right_and_cited",
    "right_short",
    "squad_f1",
    "answered",
    "abstained_right",
    "passage_hit@1",
    "article_hit@1",
    "article_hit@5",
    "article_ndcg@10",
    "citation_precision",
    "citations_verbatim",
    "expected_calibration_error",
    "p50_seconds",
)
"""Columns of the table."""
LIMITS = {"nq": 300, "onestopqa": 300}
"""Questions asked of large sets, at most."""
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


class Set(NamedTuple):
    """An archive and its questions."""

    name: str
    corpus: Path
    questions: Path


def sets(shared: Path | None, work: Path) -> Iterator[Set]:
    """What is asked: the sample archive, the five articles that `shared` has, and the sets made below `work`."""
    yield Set("corpus", CORPUS, HERE / "questions" / "corpus.jsonl")
    if shared:
        yield Set("articles", shared / "articles", HERE / "questions" / "articles.jsonl")
    for folder in sorted(path for path in (work / "sets").iterdir() if path.is_dir()):
        yield Set(folder.name, folder / "corpus", folder / "report.jsonl")


def table(results: Path) -> str:
    """The measures of every revision and set, newest revision first, as a Markdown table."""
    rows = []
    for path in results.glob("*/*.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        rows.append((told["made"]["when"], path.parent.name, path.stem, told["figures"]))
    rows.sort(key=lambda row: row[2])
    rows.sort(key=lambda row: row[:2], reverse=True)
    lines = ["| revision | set | " + " | ".join(MEASURES) + " |", "|---" * (2 + len(MEASURES)) + "|"]
    for _, revision, name, figures in rows:
        lines.append(f"| {revision} | {name} | " + " | ".join(_cell(figures.get(one)) for one in MEASURES) + " |")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def keep(folder: Path, results: Path, name: str, when: str) -> Path:
    """The file that keeps the measures of the run in `folder`, below its revision.

    Args:
        folder: Of a finished run.
        results: Where results are kept.
        name: Of the set.
        when: The day of the revision.
    """
    record: Mapping[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    figures = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    made = {key: record[key] for key in ("dateline", "commit", "corpus", "questions", "limit")} | {"when": when}
    path: Path = results / (record["commit"] or record["dateline"]) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"made": made, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    return path


def main(arguments: list[str] | None = None) -> int:
    """0 when every set was measured, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.results", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, help="the folder of the public sets [only what is here]")
    parser.add_argument("--work", type=Path, required=True, help="where sets, indexes and runs are kept")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where results are written [%(default)s]")
    parser.add_argument("--only", nargs="*", help="names of sets [all]")
    parser.add_argument("--ablation", action="store_true", help="also print what each part of search adds")
    options = parser.parse_args(arguments)
    if not (options.work / "sets").exists():
        _module("evals.sets", *(["--shared", options.shared] if options.shared else []), "--out", options.work / "sets")
    command = ["git", "log", "-1", "--format=%cs"]
    when = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()
    for one in sets(options.shared, options.work):
        if options.only and one.name not in options.only:
            continue
        out = options.work / "runs" / one.name
        asked = ["--corpus", one.corpus, "--questions", one.questions, "--index", options.work / "indexes" / one.name]
        limit = ["--limit", LIMITS[one.name]] if one.name in LIMITS else []
        if code := run([str(part) for part in (*asked, *limit, "--out", out)]):
            return code
        keep(out, options.results, one.name, when)
    _write_table(options.results)
    if options.ablation and options.shared:
        _module("evals.ablation", "--sets", options.work / "sets", "--indexes", options.work / "indexes")
    return 0


def _module(name: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-m", name, *map(str, arguments)], check=True)


def _write_table(results: Path) -> None:
    """Put the table between its two marks in the README there."""
    path = results / "README.md"
    text = path.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
