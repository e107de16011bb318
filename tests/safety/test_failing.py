"""Whatever change of a file fails, an error is one sentence and what was acknowledged is there."""

import pytest

from tests.safety.conftest import COMPILER, Drive
from tests.safety.test_kills import Record

FEW = 7
"""Places of a sync that are tried by default, spread over it."""
EVERYTHING = "n-th operation fails ({}), {}"

pytestmark = pytest.mark.skipif(not COMPILER, reason="no C compiler, or not Linux")


def told(found: dict, row: str, record_property: Record) -> None:
    record_property("row", row)
    record_property("n", found["struck"])
    record_property("result", f"{len(found['wrong'])} wrong; {len(found['sentences'])} different sentences")


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("kind", ["add", "keep"])
def test_what_was_acknowledged_is_there(drive: Drive, record_property: Record, kind: str, error: str) -> None:
    found = drive("failing", kind=kind, error=error, numbers=None)
    told(found, EVERYTHING.format(error, {"add": "adding files", "keep": "keeping users"}[kind]), record_property)
    assert found["wrong"] == []
    assert found["struck"] == found["tried"] - 1 >= 15
    assert found["sentences"]


@pytest.mark.parametrize("few", [True, pytest.param(False, marks=pytest.mark.nightly)], ids=["few", "all"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_no_failure_of_a_sync_does_harm(drive: Drive, record_property: Record, error: str, few: bool) -> None:
    """`few` leaves out most of the several hundred places."""
    numbers = None
    if few:
        count = drive("changes", kind="sync")["changes"]
        assert count > 300
        offset = 0 if error == "EIO" else count // FEW // 2
        numbers = [
            1 + offset + place * count // FEW for place in range(FEW) if 1 + offset + place * count // FEW < count
        ]
    found = drive("failing", kind="sync", error=error, numbers=numbers)
    told(found, EVERYTHING.format(error, "sync"), record_property)
    assert found["wrong"] == []
    assert found["struck"] >= (FEW - 2 if few else 300)
    assert found["sentences"]
