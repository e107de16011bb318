"""The store's connections: a thread's ends with it, a damaged file's is not kept, and a closed store says so."""

import gc
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.errors import ArchiveIndexError, IndexDamaged
from qa.index.index import Index
from qa.index.store import Store
from tests.conftest import Corpus, article


def connections() -> int:
    gc.collect()
    return sum(isinstance(thing, sqlite3.Connection) for thing in gc.get_objects())


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_threads_that_have_ended_leave_no_connections(index: Index, corpus: Corpus) -> None:
    index.sync(corpus({"bridge.md": article("Bridge", "The bridge was closed on Sunday.")}))
    before, seen = connections(), []
    for _ in range(20):
        in_a_thread(lambda: seen.append(index.article("bridge.md")))
    assert connections() <= before + 1
    assert seen == [index.article("bridge.md")] * 20 and seen[0]


def test_a_damaged_file_is_read_by_no_more_connections_each_time(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database" * 1000)
    store, before = Store(tmp_path / "store.sqlite"), connections()
    for _ in range(20):
        with pytest.raises(IndexDamaged):
            store.meta("revision")
    assert connections() <= before + 1
    store.close()


def test_a_closed_archive_says_so_in_every_thread(tmp_path: Path, index: Index, corpus: Corpus) -> None:
    index.sync(corpus({"bridge.md": article("Bridge", "The bridge was closed on Sunday.")}))
    started, told = index.articles(), []
    next(started)
    index.close()

    def ask(work: Callable[[], object]) -> None:
        with pytest.raises(ArchiveIndexError) as raised:
            work()
        told.append(str(raised.value))

    for work in (index.newest, lambda: next(started), lambda: index.sync(corpus())):
        ask(work)
    in_a_thread(lambda: ask(index.newest))
    assert told == [f"The index {tmp_path / 'index'} was closed with its archive: open the archive again."] * 4
