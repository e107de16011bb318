"""A whole run, its files, and what it says of files that it cannot read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.questions import read_questions
from evals.run import main
from qa.errors import EvaluationError
from qa.ingest.files import sources
from qa.ingest.metadata import read_metadata
from qa.ingest.readers import read
from qa.types import Article
from tests.conftest import ROOT

SETS = ROOT / "evals" / "questions"
SHARED = ROOT.parent / "shared" / "articles"


def texts(root: Path) -> dict[str, str]:
    metadata, _ = read_metadata(root)
    found = (item for source in sources(root) for item in read(source, metadata))
    return {item.id: item.text for item in found if isinstance(item, Article)}


def test_a_run_writes_predictions_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--corpus", str(ROOT / "corpus"), "--questions", str(SETS / "corpus.jsonl")]
    assert main([*arguments, "--out", str(tmp_path / "out"), "--index", str(tmp_path / "index"), "--limit", "8"]) == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "predictions.jsonl").read_text("utf-8").splitlines()]
    asked = read_questions(SETS / "corpus.jsonl")[:8]
    assert [(row["id"], row["question"]) for row in rows] == [(q.id, q.question) for q in asked]
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert (report["questions"], report["citations_verbatim"]) == (8, 1.0)
    assert report["article_hit@5"] > 0.5 and report["right"] > 0.5
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert asked[0].question in page and "http" not in page
    assert "article_ndcg@10" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 1, "question": "?", "answers": []}\nnot json\n', "line 2"),
        ('{"question": "?"}\n', "line 1: the key 'id' is missing"),
        ('{"id": 1, "question": "?", "answers": "x"}\n', "answers is no list"),
        ('{"id": 1, "question": "?"}\n{"id": 1, "question": "?"}\n', "has the id '1' twice"),
        ('{"id": 1, "question": "?", "asked": "May"}\n', "line 1"),
        ("\n", "holds no question"),
    ],
)
def test_a_question_file_that_cannot_be_read(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=said):
        read_questions(path)


def test_errors_end_a_run_with_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evals.run", "--corpus", str(ROOT / "corpus"), "--out", str(tmp_path)]
    result = subprocess.run(
        [*command, "--questions", str(tmp_path / "none.jsonl")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1 and not result.stdout
    assert result.stderr.count("\n") == 1 and "none.jsonl" in result.stderr


@pytest.mark.parametrize(("name", "folder"), [("corpus", ROOT / "corpus"), ("articles", SHARED)])
def test_the_evidence_of_every_question_stands_in_its_article(name: str, folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("the articles of this question set are not here")
    held, questions = texts(folder), read_questions(SETS / f"{name}.jsonl")
    missing = [(q.id, e) for q in questions for e in q.evidence if e.quote not in held.get(e.article, "")]
    assert missing == []
    assert all(q.answerable == bool(q.answers) == bool(q.evidence) for q in questions)


def test_the_sample_set_is_large_and_mixed_enough() -> None:
    questions = read_questions(SETS / "corpus.jsonl")
    assert len(questions) >= 60 and sum(not q.answerable for q in questions) >= 15
    assert {"date", "person", "number", "place", "reason", "follow-up"} <= {q.kind for q in questions}
