"""Our measures and those of the independent scorer are the same verdicts, row by row."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.metrics import by_question
from evals.run import main
from evals.runs import read_run
from tests.conftest import ROOT

SCORER = ROOT.parent / "shared" / "exam" / "score.py"
SAME = {
    "exact_match": "em",
    "f1": "f1",
    "right_short": "right_short",
    "right": "right",
    "cited_right": "cited_right",
    "right_and_cited": "right_and_cited",
    "abstained_right": "abstained_right",
    "article_ndcg@10": "article_ndcg@10",
    "article_hit@1": "article_hit@1",
    "article_hit@5": "article_hit@5",
}
"""Our name and theirs."""


@pytest.mark.skipif(not SCORER.exists(), reason="the independent scorer is not at hand")
def test_every_row_has_the_same_verdict(tmp_path: Path) -> None:
    arguments = ["--corpus", str(ROOT / "corpus"), "--questions", str(ROOT / "evals" / "questions" / "corpus.jsonl")]
    assert main([*arguments, "--index", str(tmp_path / "index"), "--out", str(tmp_path / "run")]) == 0
    run = read_run(tmp_path / "run")
    ours = by_question(run.questions, run.rows)
    told = {
        json.loads(line)["id"]: line
        for line in (tmp_path / "run" / "questions.jsonl").read_text("utf-8").split("\n")
        if line
    }
    compared = 0
    for question in run.questions:
        one, row = tmp_path / "question.jsonl", tmp_path / "row.jsonl"
        one.write_text(told[question.id], encoding="utf-8")
        row.write_text(json.dumps(run.rows[question.id]), encoding="utf-8")
        command = [sys.executable, str(SCORER), str(one), str(row)]
        theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for name, other in SAME.items():
            if question.id in ours.get(name, {}):
                assert theirs[other] == pytest.approx(ours[name][question.id], abs=5e-5), (question.id, name)
                compared += 1
    assert compared > 500
