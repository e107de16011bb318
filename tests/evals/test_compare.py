"""Runs are taken up where they were ended, and compared: a worse one is told from luck."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from evals.compare import compare, main
from evals.gate import main as gate
from evals.metrics import auroc, by_question
from evals.questions import Evidence, Question
from evals.run import main as run
from evals.runs import Run, begin, end, read_run
from qa.errors import EvaluationError
from tests.conftest import ROOT

SET = ROOT / "evals" / "questions" / "corpus.jsonl"


def row(question: str, short: str | None, confidence: float = 0.5, article: str = "a") -> dict[str, object]:
    cited = [{"number": 1, "article": article, "start": 0, "end": 1, "quote": "It is so."}] if short else []
    passages = [{"article": article, "start": 0, "end": 1, "score": 1.0}]
    return {
        "id": question,
        "question": question,
        "short": short,
        "text": short or "The archive does not say.",
        "abstained": short is None,
        "confidence": confidence,
        "citations": cited,
        "passages": passages,
        "seconds": {"search": 0.1, "answer": 0.1, "total": 0.2},
    }


def question(number: int, answerable: bool = True) -> Question:
    evidence = (Evidence("a", "It is so."),) if answerable else ()
    return Question(str(number), f"Question {number}?", ("yes",) if answerable else (), answerable, evidence)


def a_run(tmp_path: Path, shorts: Sequence[str | None], unanswerable: int = 0) -> Run:
    questions = [question(n, n >= unanswerable) for n in range(len(shorts))]
    return Run(tmp_path, tuple(questions), {str(n): row(str(n), short) for n, short in enumerate(shorts)}, {}, {})


def test_measures_by_question_are_those_worked_by_hand() -> None:
    questions = [question(0), question(1), question(2, answerable=False)]
    rows = {"0": row("0", "yes"), "1": row("1", None, article="b"), "2": row("2", None)}
    found = by_question(questions, rows)
    assert found["right"] == {"0": 1.0, "1": 0.0}
    assert found["squad2_f1"] == {"0": 1.0, "1": 0.0, "2": 1.0}
    assert found["article_hit@1"] == {"0": 1.0, "1": 0.0}  # the second found another article
    assert found["article_ndcg@10"] == {"0": 1.0, "1": 0.0}


def test_the_area_under_the_curve_counts_pairs() -> None:
    questions = [question(0), question(1), question(2, False), question(3, False)]
    rows = {str(n): row(str(n), None, confidence) for n, confidence in enumerate((0.9, 0.4, 0.4, 0.1))}
    assert auroc(questions, rows) == pytest.approx((2 + 1.5) / 4)  # 0.4 against 0.4 counts half
    assert auroc(questions[:2], rows) is None


def test_a_run_against_itself_is_no_difference(tmp_path: Path) -> None:
    one = a_run(tmp_path, ["yes", "no", None] * 10)
    assert all((d.chance, d.low, d.high) == (1.0, 0.0, 0.0) and not d.worse(0.0) for d in compare(one, one))


def test_a_worse_run_is_told_from_one_that_is_unlucky(tmp_path: Path) -> None:
    before = a_run(tmp_path, ["yes"] * 40)
    worse = {d.measure: d for d in compare(before, a_run(tmp_path, ["yes"] * 20 + ["no"] * 20))}["right"]
    assert (worse.before, worse.after, worse.questions) == (1.0, 0.5, 40)
    assert worse.chance < 0.001 and worse.high < 0 and worse.low <= -0.5 <= worse.high and worse.worse(0.01)
    unlucky = {d.measure: d for d in compare(before, a_run(tmp_path, ["yes"] * 39 + ["no"]))}["right"]
    assert unlucky.chance > 0.5 and not unlucky.worse(0.01)
    better = {d.measure: d for d in compare(a_run(tmp_path, ["no"] * 40), before)}["right"]
    assert better.chance < 0.001 and not better.worse(0.01)
    # Two shares that are the same, of other questions: nothing but luck.
    mixed = compare(a_run(tmp_path, ["yes", "no"] * 20), a_run(tmp_path, ["no", "yes"] * 20))
    assert {d.measure: d.chance for d in mixed}["right"] == pytest.approx(1.0)


def test_runs_of_other_questions_are_not_compared(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="other questions"):
        compare(a_run(tmp_path, ["yes"]), a_run(tmp_path, ["yes", "yes"]))


def written(folder: Path, shorts: Sequence[str | None]) -> Path:
    """A finished run in a folder."""
    file = folder.parent / "asked.jsonl"
    rows = [{"id": str(n), "question": f"Question {n}?", "answers": ["yes"]} for n in range(len(shorts))]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    begin(folder, file, {"limit": None})
    told = [json.dumps(row(str(n), short)) + "\n" for n, short in enumerate(shorts)]
    (folder / "predictions.jsonl").write_text("".join(told), encoding="utf-8")
    end(folder, {"limit": None}, {})
    return folder


def test_the_gate_is_shut_for_a_worse_run_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = written(tmp_path / "good", ["yes"] * 40), written(tmp_path / "bad", ["yes"] * 20 + ["no"] * 20)
    assert main([str(good), str(good), "--gate", "0.01"]) == 0
    assert main([str(bad), str(good), "--gate", "0.01"]) == 0
    assert main([str(good), str(bad)]) == 0
    capsys.readouterr()
    assert main([str(good), str(bad), "--gate", "0.01"]) == 1
    told = capsys.readouterr()
    assert "Worse: right 1.0000 -> 0.5000." in told.err
    assert "Lost (right): 20" in told.out and "20: Question 20? | yes -> no" in told.out
    assert main([str(good), str(bad), "--gate", "0.6"]) == 0  # so much is let through
    capsys.readouterr()
    assert main([str(good), str(bad), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["losses"]) == 20
    assert main([str(good), str(tmp_path / "none")]) == 1
    assert "holds no finished run" in capsys.readouterr().err
    assert main([str(good), str(bad), "--measure", "beauty"]) == 1


def test_the_gate_for_ci_holds_a_run_to_its_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = written(tmp_path / "good", ["yes"] * 40), written(tmp_path / "bad", ["yes"] * 20 + ["no"] * 20)
    assert gate([str(bad), "--baseline", str(good)]) == 1
    assert gate([str(good), "--baseline", str(bad)]) == gate([str(good), "--baseline", str(good)]) == 0
    assert gate([str(bad), "--baseline", str(good), "--tolerance", "0.6"]) == 0
    capsys.readouterr()
    result = subprocess.run(["qa", "eval", "gate", str(bad), "--baseline", str(good)], capture_output=True, text=True)
    assert result.returncode == 1 and "Worse: right 1.0000 -> 0.5000." in result.stderr


def test_a_run_that_was_ended_early_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    whole = tmp_path / "whole"
    arguments = ["--corpus", str(ROOT / "corpus"), "--questions", str(SET), "--index", str(tmp_path / "index")]
    assert run([*arguments, "--limit", "6", "--out", str(whole)]) == 0
    lines = (whole / "predictions.jsonl").read_text("utf-8").splitlines(keepends=True)
    assert len(lines) == 6 and read_run(whole).record["corpus"]
    assert set(read_run(whole).scores["passage_hit@5"].values()) == {1.0}

    def note(archive: object, question: Question) -> dict[str, object]:
        asked.append(question.id)
        return row(question.id, "yes")

    monkeypatch.setattr("evals.run._row", note)
    record = json.loads((whole / "run.json").read_text("utf-8"))
    assert record.pop("cost")["questions_per_second"] > 0
    (whole / "run.json").write_text(json.dumps(record | {"finished": False}), encoding="utf-8")
    (whole / "predictions.jsonl").write_text("".join(lines[:3]) + lines[3][:20], encoding="utf-8")  # killed here
    assert run([*arguments, "--limit", "6", "--out", str(whole), "--workers", "3"]) == 0
    again = (whole / "predictions.jsonl").read_text("utf-8").splitlines(keepends=True)
    ids = [json.loads(line)["id"] for line in lines]
    assert again[:3] == lines[:3] and [json.loads(line)["id"] for line in again] == ids
    assert sorted(asked) == sorted(ids[3:])
    # One that was finished, or was made with something else, is begun anew.
    for finished, changed in ((True, {}), (False, {"corpus": "another"})):
        asked.clear()
        (whole / "run.json").write_text(json.dumps(record | {"finished": finished} | changed), encoding="utf-8")
        assert run([*arguments, "--limit", "6", "--out", str(whole)]) == 0
        assert asked == ids
