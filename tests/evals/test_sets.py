"""Public question sets become archives that can be asked; what trained is not asked."""

import json
from pathlib import Path

import pytest

from evals.questions import read_questions
from evals.sets import SETS, part, write
from tests.conftest import ROOT

SHARED = ROOT.parent / "shared" / "data"


def test_a_title_has_one_part_and_most_train() -> None:
    parts = [part(f"Title {n}") for n in range(1000)]
    assert parts == [part(f"Title {n}") for n in range(1000)]
    assert 650 < parts.count("train") < 750 and parts.count("tune") > parts.count("report") > 60


def test_what_trained_is_not_asked(tmp_path: Path) -> None:
    asked = [(name, {"id": name, "question": "Who?", "answers": ["A"]}) for name in ("train", "tune", "report")]
    counts = write(tmp_path, [{"id": "a", "text": "A came."}], asked)
    assert counts == {"tune": 1, "report": 1}
    assert [q.id for q in read_questions(tmp_path / "tune.jsonl")] == ["tune"]
    assert json.loads((tmp_path / "corpus/articles.jsonl").read_text(encoding="utf-8"))["id"] == "a"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public sets are not here")
@pytest.mark.parametrize("name", sorted(SETS))
def test_every_evidence_is_an_article_of_the_set(name: str) -> None:
    articles, asked = SETS[name](SHARED)
    ids = {f"articles.jsonl#{row['id']}" for row in articles}
    assert len(ids) == len(articles) and asked
    for _, question in asked:
        assert question["answerable"] == bool(question.get("evidence"))
        assert all(evidence["article"] in ids and evidence["quote"] for evidence in question.get("evidence", []))
