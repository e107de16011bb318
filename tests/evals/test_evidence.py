"""Where evidence stands, and where the answers that should rest on it are lost."""

from pathlib import Path

import pytest

from evals.evidence import LOST, Place, lost, places, read_places, write_places
from evals.questions import Evidence, Question

TEXT = "The old bridge fell.\nNobody\nwas on it."
READ = 2


def asked(answerable: bool = True, *evidence: Evidence) -> Question:
    return Question("1", "When?", ("Sunday",) if answerable else (), answerable, evidence)


def test_evidence_is_found_as_it_stands_or_broken_into_lines(tmp_path: Path) -> None:
    evidence = [("a", "bridge fell."), ("a", "Nobody was  on it."), ("a", "Somebody was."), ("b", "It fell.")]
    question = asked(True, *(Evidence(*one) for one in evidence))
    found = places([question, asked(False)], {"a": TEXT}.get)
    whole, broken, strange, gone = found["1"]
    assert (TEXT[whole.start : whole.end], TEXT[broken.start : broken.end]) == ("bridge fell.", "Nobody\nwas on it.")
    assert (strange, gone) == (Place("a", True), Place("b", False))
    write_places(tmp_path / "evidence.jsonl", found)
    assert read_places(tmp_path / "evidence.jsonl") == found
    assert read_places(tmp_path / "none.jsonl") == {}


HERE = Place("a", True, 0, 10)
HOLDS = {"article": "a", "start": 0, "end": 10}
BESIDE = {"article": "a", "start": 20, "end": 30}
OTHER = {"article": "b", "start": 0, "end": 10}
WRONG = {"right": 0.0}


@pytest.mark.parametrize(
    ("stage", "passages", "abstained", "scores", "where"),
    [
        ("", [HOLDS], False, {"right": 1.0, "cited_right": 1.0}, [HERE]),
        ("cited elsewhere", [HOLDS], False, {"right": 1.0, "cited_right": 0.0}, [HERE]),
        ("not ingested", [OTHER], False, WRONG, [Place("a", False)]),
        ("not retrieved", [OTHER], False, WRONG, [HERE]),
        ("not retrieved", [], True, WRONG, [HERE]),
        ("passage missed", [BESIDE, OTHER], True, WRONG, [HERE]),
        ("ranked low", [OTHER, BESIDE, HOLDS], True, WRONG, [HERE]),
        ("wrongly abstained", [OTHER, HOLDS], True, WRONG, [HERE]),
        ("misread", [OTHER, HOLDS], False, WRONG, [HERE]),
        ("misread", [BESIDE], False, WRONG, [Place("a", True)]),  # nobody can say which passage holds it
        ("misread", [BESIDE], False, WRONG, []),
        ("wrongly abstained", [BESIDE], True, WRONG, []),
    ],
)
def test_the_stage_at_which_an_answer_is_lost(
    stage: str, passages: list[dict[str, object]], abstained: bool, scores: dict[str, float], where: list[Place]
) -> None:
    row = {"abstained": abstained, "passages": passages}
    assert lost(asked(), row, scores, where, READ) == stage
    assert stage in ("", *LOST)


def test_what_cannot_be_answered_is_lost_when_it_is() -> None:
    assert lost(asked(False), {"abstained": False, "passages": []}, {}, [], READ) == "wrongly answered"
    assert lost(asked(False), {"abstained": True, "passages": []}, {}, [], READ) == ""
