"""Public question sets become archives that can be asked; what trained is not asked."""

import json
from pathlib import Path

import pytest

from evals.questions import read_questions
from evals.sets import OWN, SETS, WRITTEN, main, part, rows, write
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


@pytest.mark.parametrize("name", sorted(SETS))
def test_every_evidence_is_an_article_of_the_set(name: str) -> None:
    if name not in OWN and not SHARED.is_dir():
        pytest.skip("the public sets are not here")
    articles, asked = SETS[name](SHARED)
    ids = {f"articles.jsonl#{row['id']}" for row in articles}
    assert len(ids) == len(articles) and asked
    for _, question in asked:
        assert question["answerable"] == bool(question.get("evidence"))
        assert all(evidence["article"] in ids and evidence["quote"] for evidence in question.get("evidence", []))


def test_written_passages_answer_four_questions_of_eight() -> None:
    titles = []
    for row in rows(WRITTEN):
        titles.append(row["title"])
        assert len(row["answered"]) == len(row["unanswered"]) == 4, row["title"]
        assert all(answer in row["text"] for _, answer in row["answered"]), row["title"]
        asked = [question for question, _ in row["answered"]] + row["unanswered"]
        assert len(set(asked)) == 8 and all(question.endswith("?") for question in asked), row["title"]
    assert len(set(titles)) == len(titles) > 400


def test_own_sets_need_no_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sets", "--out", str(tmp_path)])
    main()
    asked = read_questions(tmp_path / "written" / "report.jsonl")
    assert asked and sum(question.answerable for question in asked) == len(asked) / 2
    monkeypatch.setattr("sys.argv", ["sets", "--out", str(tmp_path), "--only", "nq"])
    with pytest.raises(SystemExit):
        main()
    assert "--shared is needed for the public sets." in capsys.readouterr().err
