"""Work during which the n-th change of a file fails, or all from the n-th on, as on a full disk: see faults.c."""

import ctypes
import errno
import shutil
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from qa.errors import DatelineError
from qa.ingest.adding import save
from qa.keeping.users import Users
from tests.safety.small import Tell, faults, opened, outcome, synced_faults, told_synced_faults, write

KEPT = {f"name{letter}": 0 for letter in "abcdef"}
"""Articles that the sync does not touch."""
BEFORE = KEPT | {"nameu": 0, "namev": 0, "namew": 0}
AFTER = KEPT | {"nameu": 1, "namev": 1, "namex": 1, "namey": 1, "namez": 1}
EVERY = range(1, 1 << 30)
PASSWORD = "correct horse"  # noqa: S105
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def prepared(folder: Path) -> None:
    """An archive in `folder`, its corpus changed since."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for name, state in BEFORE.items():
        write(corpus, name, state)
    assert outcome(partial(told_synced_faults, folder / "index", corpus, BEFORE)) == [[], "done"]
    for name in BEFORE.keys() - AFTER.keys():
        (corpus / f"{name}.txt").unlink()
    for name, state in AFTER.items():
        write(corpus, name, state)


def failing(kind: str, error: str, numbers: list[int] | None, folder: Path) -> dict[str, Any]:
    """What came of it where the n-th change failed, for each n of `numbers`, or for n = 1, 2, … to a clean pass."""
    found: dict[str, Any] = {"tried": 0, "struck": 0, "sentences": {}, "wrong": []}
    prepared(folder / "base")
    for n in numbers or EVERY:
        found["tried"] += 1
        place = folder / "case"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(folder / "base", place)
        lines = outcome(partial(KINDS[kind], place, n, error))
        struck = [line["struck"] for line in lines if isinstance(line, dict)]
        if struck == [0]:
            break
        found["struck"] += bool(struck)
        for line in lines:
            if isinstance(line, list):  # the one sentence that a person sees
                found["sentences"][line[0].replace(str(place), "")] = n
            elif not isinstance(line, dict) and line != "done":
                found["wrong"].append(f"{kind}, {error}, {n}: {line}")
        for check in CHECKS.get(kind, []):
            lines = outcome(partial(check, place, error))
            if lines != [[], "done"]:
                found["wrong"].append(f"after {kind}, {error}, {n}: {lines}")
    return found


def changes(kind: str, folder: Path) -> dict[str, int]:
    """How many changes of files the work makes."""
    prepared(folder / "base")
    for line in outcome(partial(KINDS[kind], folder / "base", EVERY[-1], "EIO")):
        if isinstance(line, dict):
            return {"changes": line["count"]}
    raise AssertionError("the work did not end")


def during(n: int, error: str, tell: Tell, work: Callable[[], object]) -> None:
    """Do the work while faults strike; what the person sees is told, and how many struck."""
    library = ctypes.CDLL(None)
    library.fault_arm(ctypes.c_long(n), ctypes.c_long(getattr(errno, error)), ctypes.c_long(error == "ENOSPC"))
    try:
        work()
    except DatelineError as failure:
        sentence(str(failure), tell)
    finally:
        tell({"struck": library.fault_struck(), "count": library.fault_count()})
        library.fault_arm(0, 0, 0)


def sentence(text: str, tell: Tell) -> None:
    assert "\n" not in text and len(text) < 500 and text.endswith("."), text
    tell([text])


def syncing(place: Path, n: int, error: str, tell: Tell) -> None:
    """A sync, then what a reader in the same process sees while faults go on; every other time it is synced again."""

    def work() -> None:
        try:
            with opened(place / "index") as index:
                index.sync(place / "corpus")
        finally:
            try:
                wrong = faults(place / "index", KEPT, (BEFORE | AFTER).keys() - KEPT.keys())
                # The one fault may strike while a search by words is under way, which then finds nothing.
                assert not wrong or (error == "EIO" and all("found by words" in line for line in wrong)), wrong
            except DatelineError as failure:
                sentence(str(failure), tell)

    during(n, error, tell, work)
    if n % 2:
        wrong = synced_faults(place / "index", place / "corpus", AFTER)
        assert not wrong, wrong


def adding(place: Path, n: int, error: str, tell: Tell) -> None:
    """Files saved as the page saves them: what was acknowledged is there whole."""
    acknowledged: dict[str, bytes] = {}

    def work() -> None:
        for number in range(3):
            content = f"Added {number}.".encode() * 50
            try:
                acknowledged[save(place / "corpus", f"piece{number}.txt", content).id] = content
            except ValueError as failure:
                sentence(str(failure), tell)

    during(n, error, tell, work)
    for file, content in acknowledged.items():
        assert (place / "corpus" / file).read_bytes() == content, file
    for path in (place / "corpus" / "added").glob("*.txt"):
        assert path.read_bytes() in (b"", *(f"Added {k}.".encode() * 50 for k in range(3))), path


def keeping(place: Path, n: int, error: str, tell: Tell) -> None:
    """Users kept in SQLite: who was acknowledged can log in, before and after the process has ended."""
    acknowledged: list[str] = []

    def work() -> None:
        with closing(Users(place / "kept" / "users.sqlite", FAST)) as users:
            for name in ("ada", "bea", "cleo"):
                users.add(name, PASSWORD)
                acknowledged.append(name)

    during(n, error, tell, work)
    with closing(Users(place / "kept" / "users.sqlite", FAST)) as users:
        assert set(users.names()) >= set(acknowledged), (users.names(), acknowledged)
        assert all(users.check(name, PASSWORD, "127.0.0.1") for name in users.names())


def _read(place: Path, error: str, tell: Tell) -> None:
    """What a new process sees: everything, but for words where the failure was within the lexical index's removal."""
    wrong = faults(place / "index", KEPT, (BEFORE | AFTER).keys() - KEPT.keys())
    tell([line for line in wrong if error != "EIO" or "found by words" not in line])


def _synced(place: Path, _: str, tell: Tell) -> None:
    told_synced_faults(place / "index", place / "corpus", AFTER, tell)


KINDS = {"sync": syncing, "add": adding, "keep": keeping}
CHECKS: dict[str, list[Callable[[Path, str, Tell], None]]] = {"sync": [_read, _synced]}
