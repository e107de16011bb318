"""A model's verdicts count where they can be read, and nowhere else."""

import json
from pathlib import Path

import pytest
from test_compare import written

from evals.judge import Verdict, main, parsed
from evals.scripted import Reply, Request, serving

RIGHT = '{"right": true, "supported": false}'


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (RIGHT, Verdict(True, False)),
        (f"<think>Hm.</think>\n{RIGHT}\n", Verdict(True, False)),
        ('{"right": "true", "supported": true}', None),
        ('{"right": 1, "supported": 1}', None),
        ('{"right": true}', None),
        ('{"right": true, "supported": true, "score": 5}', None),
        (f"It is right: {RIGHT}", None),
        ("[true, true]", None),
        ("yes", None),
        ("", None),
    ],
)
def test_only_the_form_asked_for_is_a_verdict(reply: str, verdict: Verdict | None) -> None:
    assert parsed(reply) == verdict


def test_a_run_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path / "run", ["yes", "no", "no", None])
    replies = iter([RIGHT, '{"right": true, "supported": true}', "well…"])

    def script(request: Request) -> Reply:
        assert "### graded answer" in request["messages"][-1]["content"]
        return Reply([next(replies)])

    with serving(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("QA_MODEL", "judge")
        assert main([str(folder)]) == 0
    told = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert told == {
        "judged": "2",
        "ungraded": "1",
        "judged_right": "1",
        "judged_supported": "0.5",
        "agrees_with_right": "0.5",
    }
    lines = [json.loads(line) for line in (folder / "judged.jsonl").read_text("utf-8").splitlines()]
    assert [(line["id"], line["verdict"] and line["verdict"]["right"]) for line in lines] == [
        ("0", True),
        ("1", True),
        ("2", None),
    ]


def test_without_a_model_nothing_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "QA_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert main([str(written(tmp_path / "run", ["yes"]))]) == 1
    assert capsys.readouterr().err.startswith("No model is configured to judge: set QA_MODEL")
