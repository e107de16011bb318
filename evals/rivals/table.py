"""Ask every tool the questions of several sets and print them side by side, a Markdown table a set.

`python -m evals.rivals.table --sets DIR --out out/rivals [--tools NAME …] [--only SET …] [--scorer FILE]`, where DIR
is what `python -m evals.sets` wrote. What was asked before into --out is not asked again. With --scorer the figures are
compared with those of that independent program, and what differs is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.rivals.__main__ import DATELINE, RIVALS
from evals.runs import PREDICTIONS, QUESTIONS, RECORD
from evals.sets import rows

ROOT = Path(__file__).parents[2]
LIMIT, TUNED_ON = 400, 200
"""Questions of a public set asked, and questions that a threshold is tuned on, at most."""
PAGES_ASKED, PAGES = 100, 400
"""Questions and articles of RealTime QA; all 6,535 articles are half an hour of encoding for each tool."""
MEASURES = {
    "right_and_cited": "right and cited",
    "right": "right",
    "right_short": "right, short",
    "squad2_f1": "SQuAD 2 F1",
    "article_hit@1": "hit@1",
    "article_hit@5": "hit@5",
    "article_ndcg@10": "nDCG@10",
    "abstention_balanced_accuracy": "abstention",
    "confidence_auroc": "AUROC",
    "citations_verbatim": "verbatim",
    "p50_seconds": "s, p50",
    "question_cpu_seconds": "CPU s",
    "ingest_seconds": "ingest, s",
    "ingest_cpu_seconds": "ingest, CPU s",
}
"""What a report calls it, and what stands above the column."""
SCORER = {
    "right_and_cited": "right_and_cited",
    "right": "right",
    "right_short": "right_short",
    "squad2_f1": "squad2_f1",
    "article_hit@1": "article_hit@1",
    "article_ndcg@10": "article_ndcg@10",
    "abstained_right": "abstained_right",
}
"""Our name and the independent program's. hit@5 is left out: it looks at the first five passages, ours at articles."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every tool is asked."""

    corpus: Path
    questions: Path
    tune: Path | None = None
    limit: int | None = None


def sets_of(folder: Path, out: Path) -> dict[str, Asked]:
    """The sets that are at hand, by name."""
    own, real = ROOT / "evals/questions", ROOT.parent / "shared/articles"
    found = {
        "corpus": Asked(ROOT / "corpus", own / "corpus.jsonl"),
        "articles": Asked(real, own / "articles.jsonl"),
        **{name: _public(folder / name) for name in ("squad2", "clapnq", "timeqa", "scifact")},
        "realtimeqa": Asked(out / "realtimeqa-corpus", folder / "realtimeqa/report.jsonl", limit=PAGES_ASKED),
    }
    if found["realtimeqa"].questions.exists():
        _smaller(folder / "realtimeqa", out / "realtimeqa-corpus")
    return {name: asked for name, asked in found.items() if asked.corpus.is_dir() and asked.questions.exists()}


def _public(folder: Path) -> Asked:
    """The set of a folder that evals.sets wrote; its tuning questions are of use if some are unanswerable."""
    tune = folder / "tune.jsonl"
    both = tune.exists() and len({row["answerable"] for row in rows(tune)}) == 2
    return Asked(folder / "corpus", folder / "report.jsonl", tune if both else None, LIMIT)


def _smaller(folder: Path, corpus: Path) -> None:
    """PAGES articles of the set in `folder`: those that the questions asked rest on, then the first others."""
    if corpus.exists():
        return
    asked = list(rows(folder / "report.jsonl"))[:PAGES_ASKED]
    needed = {evidence["article"].partition("#")[2] for row in asked for evidence in row["evidence"]}
    articles = sorted(rows(folder / "corpus/articles.jsonl"), key=lambda row: (row["id"] not in needed, row["id"]))
    corpus.mkdir(parents=True)
    with (corpus / "articles.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in articles[:PAGES])


def run(tool: str, asked: Asked, out: Path) -> None:
    """Ask `tool`, unless that was done before; what it says of its failure goes to standard error."""
    record = out / RECORD
    if record.exists() and json.loads(record.read_text(encoding="utf-8")).get("finished"):
        return
    print(out, flush=True, file=sys.stderr)
    command = [sys.executable, "-m", "evals.rivals", tool, "--corpus", str(asked.corpus), "--out", str(out)]
    command += ["--questions", str(asked.questions)]
    command += ["--limit", str(asked.limit)] if asked.limit else []
    if asked.tune and tool not in DATELINE:
        out.mkdir(parents=True, exist_ok=True)
        first = (out / "tune.jsonl").resolve()
        lines = asked.tune.read_text(encoding="utf-8").splitlines()[:TUNED_ON]
        first.write_text("\n".join(lines), encoding="utf-8")
        command += ["--tune", str(first)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def table(reports: dict[str, dict[str, Any]]) -> str:
    """A line a tool, a column a measure that any of them has."""
    shown = {name: head for name, head in MEASURES.items() if any(name in report for report in reports.values())}
    lines = [["", *shown.values()], ["---"] * (len(shown) + 1)]
    for tool, report in reports.items():
        lines.append([tool, *(_figure(name, report.get(name)) for name in shown)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return ""
    digits = 1 if name.startswith("ingest") else 2 if name.endswith("seconds") else 3
    return f"{value:.{digits}f}"


def differences(scorer: Path, out: Path, report: dict[str, Any]) -> list[str]:
    """Where the independent program finds another figure for the run in `out`, a line each."""
    asked = out / "asked.jsonl"
    lines = (out / QUESTIONS).read_text(encoding="utf-8").splitlines()
    asked.write_text("\n".join(line for line in lines[: report["questions"]]), encoding="utf-8")
    command = [sys.executable, str(scorer), str(asked), str(out / PREDICTIONS)]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    compared = {name: other for name, other in SCORER.items() if name in report or other in theirs}
    return [
        f"{out.name}: {name} is {report.get(name)}, {theirs.get(other)} by {scorer.name}"
        for name, other in compared.items()
        if abs(report.get(name, -1.0) - theirs.get(other, -1.0)) > 6e-5
    ]


def main() -> int:
    """0 when the tables were printed, 1 where a run is missing or a figure differs."""
    parser = argparse.ArgumentParser(prog="python -m evals.rivals.table", description="Tools side by side.")
    parser.add_argument("--sets", type=Path, required=True, help="the folder that evals.sets wrote")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the runs")
    parser.add_argument("--tools", nargs="*", choices=(*DATELINE, *RIVALS), default=[*DATELINE, *RIVALS])
    parser.add_argument("--only", nargs="*", help="names of sets [all that are there]")
    parser.add_argument("--scorer", type=Path, help="an independent program to compare the figures with")
    options = parser.parse_args()
    wrong = []
    for name, asked in sets_of(options.sets, options.out).items():
        if options.only and name not in options.only:
            continue
        reports = {}
        for tool in options.tools:
            out = options.out / name / tool
            run(tool, asked, out)
            if not (out / "report.json").exists():
                wrong.append(f"{out} was not written.")
                continue
            reports[tool] = json.loads((out / "report.json").read_text(encoding="utf-8"))
            wrong += differences(options.scorer, out, reports[tool]) if options.scorer else []
        print(f"\n### {name}\n\n{table(reports)}", flush=True)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
