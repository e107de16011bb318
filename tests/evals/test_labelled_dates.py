"""The labelled expressions of time, and what counts as right."""

from datetime import date
from pathlib import Path

import pytest

from evals.dates import QUESTIONS, Labelled, labelled, ours
from evals.sets import rows

DAY = date(2015, 5, 18)
SUNDAY = (date(2015, 5, 17), date(2015, 5, 17))
SHARED = Path(__file__).parents[3] / "shared"


def test_a_day_is_right_where_it_is_the_one_meant() -> None:
    label = Labelled("It fell on Sunday.", 11, 17, DAY, "days", SUNDAY)
    assert label.right(ours(label.text, DAY))
    assert not label.right([(11, 17, (DAY, DAY))])
    assert not label.right([])
    assert not label.right([(0, 2, SUNDAY)])


@pytest.mark.parametrize(
    ("kind", "nothing", "open_", "a_day"), [("open", True, True, False), ("none", True, False, False)]
)
def test_what_names_no_day_is_right_where_none_is_made_up(kind: str, nothing: bool, open_: bool, a_day: bool) -> None:
    label = Labelled("Two years later it fell.", 0, 15, DAY, kind, None)  # type: ignore[arg-type]
    assert label.right([]) is nothing
    assert label.right([(0, 15, None)]) is open_
    assert label.right([(0, 15, SUNDAY)]) is a_day


def test_a_vague_time_may_only_reach_publication() -> None:
    label = Labelled("It fell in recent days.", 8, 22, DAY, "vague", None)
    assert label.right([(8, 22, (date(2015, 5, 11), DAY))]) and not label.right([(8, 22, SUNDAY)])


@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the labelled sentences are in shared/")
def test_the_labels_stand_where_they_say_and_most_are_resolved() -> None:
    labels = [*labelled(SHARED, "tune"), *labelled(SHARED, "report")]
    assert [" ".join(e.text[e.start : e.end].split()) for e in labels] == [
        row["words"] for aside in (False, True) for row in rows(QUESTIONS) if row["aside"] is aside
    ]
    assert sum(e.right(ours(e.text, e.published)) for e in labels) / len(labels) > 0.9
