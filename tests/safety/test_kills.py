"""A sync that is killed loses nothing that was acknowledged, doubles nothing, and is searched right after.

The like of it: SIGKILL within 50 ms of a rewrite of Chroma's graph left the collection unreadable 5 times of 5.
"""

from collections.abc import Callable

import pytest

from tests.safety.conftest import Drive

Record = Callable[[str, object], None]
ROWS = {
    "random": "SIGKILL during sync, random",
    "rewrite": "SIGKILL within 50 ms of an index rewrite",
    "replacing": "SIGKILL within 50 ms of the index folder being replaced",
    "commit": "SIGKILL within 50 ms of a commit to the store",
}
FEW = {"random": 8, "rewrite": 3, "replacing": 2, "commit": 2}
MANY = {"random": 100, "rewrite": 20, "replacing": 20, "commit": 20}


@pytest.mark.parametrize(
    "times", [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize("kind", ROWS)
def test_nothing_is_lost_or_doubled(drive: Drive, record_property: Record, kind: str, times: dict[str, int]) -> None:
    found = drive("kills", kind=kind, times=times[kind], seed=times[kind])
    record_property("row", ROWS[kind])
    record_property("n", found["killed"])
    record_property("result", f"{len(found['wrong'])} times something lost, doubled, not found or not mended")
    assert found["wrong"] == []
    assert found["killed"] == times[kind]
