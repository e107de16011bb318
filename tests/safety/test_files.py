"""Files damaged at rest, locks, rights and versions: each gets one sentence or is mended, and never a traceback."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

import qa
from qa.cli import main
from qa.errors import ArchiveIndexError, IndexDamaged, IndexLocked, IndexReadOnly, KeepingError
from qa.index import index as index_module
from qa.index.index import Index
from qa.keeping.users import Users
from qa.types import Filters
from tests.conftest import ROOT, Corpus, WordCounts, article
from tests.safety.conftest import Drive
from tests.safety.test_kills import Record

FILES = {
    "bridge.md": article("Bridge closed", "The bridge was closed on Sunday. Lorries go round."),
    "ferry.md": article("Ferry runs again", "The ferry runs again since Monday.", "2016-01-02", "Meridian Post"),
    "mill.md": article("Mill rebuilt", "The mill was rebuilt after the flood.", "2017-03-01", "Ledger"),
}
HOLD = """
import sys, time
from pathlib import Path
from qa.index.index import Index
from tests.conftest import WordCounts
class Slow(WordCounts):
    def encode(self, texts):
        print("writing", flush=True)
        time.sleep(60)
Index(Path(sys.argv[1]), Slow()).sync(Path(sys.argv[2]))
"""
Opened = Callable[[], Index]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the index of the test, as often as asked; all are closed at the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Index(tmp_path / "index", WordCounts())))


def found(index: Index, question: str) -> list[list[str]]:
    """Ids of the articles found by words, and of the nearest by meaning."""
    by_words = index.lexical(question, 10, Filters())
    by_meaning = index.dense(WordCounts().encode([question])[0], 1, Filters())
    return [[index.passages([key])[key][1].id for key, _ in ranking] for ranking in (by_words, by_meaning)]


@pytest.mark.parametrize("times", [12, pytest.param(400, marks=pytest.mark.nightly)], ids=["few", "many"])
def test_any_damage_is_survived_and_mended(drive: Drive, record_property: Record, times: int) -> None:
    """A reader of Chroma's graph with a byte changed died of a segmentation fault 33 times of 150."""
    result = drive("damaging", times=times, seed=times)
    record_property("row", "a file of the index damaged")
    record_property("n", result["tried"])
    record_property("result", f"{len(result['wrong'])} not survived or not mended")
    assert result["wrong"] == []
    assert result["tried"] == times and result["noticed"]


@pytest.mark.parametrize("damage", ["cut", "overwritten", "no tables"])
def test_a_damaged_store_says_what_to_do_and_is_built_again(
    tmp_path: Path, opened: Opened, corpus: Corpus, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    index = opened()
    index.sync(corpus(FILES))
    index.close()
    path = tmp_path / "index" / "store.sqlite"
    if damage == "no tables":
        with closing(sqlite3.connect(path)) as database:
            database.execute("DROP TABLE articles")
    else:
        path.write_bytes(path.read_bytes()[:9000] if damage == "cut" else b"\0\1garbage" * 5000)
    before = path.read_bytes()
    reader = opened()
    with pytest.raises(IndexDamaged, match=r"^The index .* is damaged \(.*\): run qa sync, which .* articles\.$"):
        list(reader.articles())
    index = opened()
    report = index.sync(corpus())
    assert report.added == 3 and index.check() == []
    assert (tmp_path / "index" / "store.aside.sqlite").read_bytes() == before
    assert "The store is damaged" in caplog.text and "store.aside.sqlite" in caplog.text
    assert found(reader, "the bridge was closed") == [["bridge.md"], ["bridge.md"]]  # without being opened again
    caplog.clear()
    assert index.sync(corpus()).unchanged == 3 and not caplog.text


def test_what_only_looked_damaged_is_kept(tmp_path: Path, opened: Opened, corpus: Corpus) -> None:
    index = opened()
    index.sync(corpus(FILES))
    (tmp_path / "index" / "store.damaged").write_text("somebody thought so", encoding="utf-8")
    assert index.sync(corpus()).unchanged == 3
    assert not list((tmp_path / "index").glob("store.aside*")) and not (tmp_path / "index" / "store.damaged").exists()


@pytest.mark.parametrize("engine", ["lexical", "vectors"])
def test_an_unchanged_archive_is_searched_while_an_engine_is_damaged_and_mended_by_the_next_sync(
    tmp_path: Path, opened: Opened, corpus: Corpus, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 0)
    index = opened()
    index.sync(corpus(FILES))
    right = found(index, "the ferry runs again since monday")
    assert right == [["ferry.md"], ["ferry.md"]]
    index.close()
    for path in (tmp_path / "index" / engine).rglob("*"):
        if path.is_file() and path.suffix not in (".lock", ".json"):
            path.write_bytes(path.read_bytes()[:-20] + bytes(20))
    reader = opened()
    assert found(reader, "the ferry runs again since monday") == [right[0] if engine == "vectors" else [], right[1]]
    encoder = WordCounts()
    with closing(Index(tmp_path / "index", encoder)) as index:
        assert index.sync(corpus()).unchanged == 3
        assert index.check() == [] and encoder.encoded == 0
    assert found(reader, "the ferry runs again since monday") == right


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as one that cannot be written; root, who may write everywhere, mounts it so."""
    if os.geteuid():
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    mounts = (["mount", "--bind", folder, folder], ["mount", "-o", "remount,ro,bind", folder])
    if any(subprocess.run(command, capture_output=True).returncode for command in mounts):
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are others here")
def test_an_index_that_cannot_be_written_is_read(
    tmp_path: Path, opened: Opened, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 0)
    index = opened()
    index.sync(corpus(FILES))
    index.close()
    with read_only(tmp_path / "index"), closing(Index(tmp_path / "index", WordCounts())) as index:
        assert found(index, "the bridge was closed") == [["bridge.md"], ["bridge.md"]]
        with pytest.raises(IndexReadOnly, match=r"^The index folder .* cannot be written \(.*\)\.$"):
            index.sync(corpus())
        with qa.open(corpus(), tmp_path / "index") as archive:
            assert archive.statistics().articles == 3
    index = opened()
    assert index.sync(corpus()).unchanged == 3 and index.check() == []


def test_a_store_that_another_program_holds_gets_one_sentence(
    tmp_path: Path, opened: Opened, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.sqlite.WAIT_SECONDS", 0.1)
    index = opened()
    with closing(sqlite3.connect(tmp_path / "index" / "store.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ArchiveIndexError, match=r"cannot be used \(database is locked\): see .* holds it\.$"):
            index.sync(corpus(FILES))
        other.execute("ROLLBACK")
    assert index.sync(corpus()).added == 3 and index.check() == []


def test_a_writer_that_is_killed_leaves_no_lock(tmp_path: Path, opened: Opened, corpus: Corpus) -> None:
    index, root = opened(), corpus(FILES)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "index"), str(root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "writing\n"
        with pytest.raises(IndexLocked, match=rf"^Process {other.pid} on .* is writing the index .*: wait until"):
            index.sync(root)
        other.send_signal(signal.SIGKILL)
    assert index.sync(root).unchanged == 3 and index.check() == []
    assert not (tmp_path / "index" / "writer.txt").exists()


def test_sync_waits_where_it_is_told_to(tmp_path: Path, corpus: Corpus) -> None:
    root, folder = corpus(FILES), tmp_path / "index"
    folder.mkdir()
    arguments = ["sync", "--corpus", str(root), "--index", str(folder)]
    lock = FileLock(folder / "write.lock", thread_local=False)
    lock.acquire()
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 1 and "Another process is writing the index" in refused.stderr
    threading.Timer(0.5, lock.release).start()
    started = time.monotonic()
    waited = CliRunner().invoke(main, [*arguments, "--wait"])
    assert waited.exit_code == 0 and "Waiting." in waited.stderr and "3 added" in waited.stdout
    assert time.monotonic() - started > 0.4


@pytest.mark.parametrize("times", [4, pytest.param(20, marks=pytest.mark.nightly)], ids=["few", "many"])
def test_two_writers_do_no_harm(drive: Drive, record_property: Record, times: int) -> None:
    """Two processes that wrote Chroma's files corrupted them, 3 times of 3."""
    result = drive("writers", times=times, seed=1)
    record_property("row", "two writers")
    record_property("n", result["started"])
    record_property("result", f"{len(result['wrong'])} corrupted; {result['refused']} refused with one sentence")
    assert result["wrong"] == [] and result["started"] == times
    assert result["refused"] + result["both"] == times


@pytest.mark.parametrize("states", [3, pytest.param(20, marks=pytest.mark.nightly)], ids=["few", "many"])
def test_readers_see_each_state_whole_while_it_is_written(drive: Drive, record_property: Record, states: int) -> None:
    """Readers that opened Chroma's files while they were written died of a segmentation fault, 2 of 2."""
    result = drive("readers", states=states)
    record_property("row", "readers while a sync writes")
    record_property("n", result["asked"])
    record_property("result", f"{len(result['wrong'])} wrong; the last state is seen without a restart")
    assert result["wrong"] == []
    assert [seen[-1] for seen in result["states"]] == [states] * 2 and result["asked"] > 20


OF_VERSION_1 = """
CREATE TABLE files (id TEXT PRIMARY KEY, size INTEGER, modified INTEGER, fields TEXT) WITHOUT ROWID;
CREATE TABLE articles (id TEXT PRIMARY KEY, file TEXT, digest TEXT, title TEXT, text TEXT, published TEXT, basis TEXT,
    basis_note TEXT, publisher TEXT, author TEXT, url TEXT, language TEXT, boilerplate TEXT);
CREATE INDEX articles_file ON articles (file);
CREATE TABLE passages (id TEXT PRIMARY KEY, article TEXT, start INTEGER, end INTEGER, published TEXT, publisher TEXT,
    vector BLOB);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_published ON passages (published, publisher);
CREATE INDEX passages_unencoded ON passages (id) WHERE vector IS NULL;
CREATE TABLE refused (file TEXT, source TEXT, line INTEGER, reason TEXT);
CREATE TABLE pending (engine TEXT, passage TEXT, PRIMARY KEY (engine, passage)) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
INSERT INTO meta VALUES ('revision', '3'), ('ingest', '1'), ('encoder', 'word-counts');
INSERT INTO files VALUES ('bridge.md', 1, 1, ''), ('gone.md', 1, 1, '');
INSERT INTO articles VALUES
    ('gone.md', 'gone.md', 'x', 'Gone', 'It is gone.', NULL, 'unknown', '', '', '', '', '', '[]');
INSERT INTO passages VALUES ('p1', 'gone.md', 0, 11, NULL, '', NULL);
PRAGMA user_version = 1;
"""


def test_a_store_of_an_older_version_is_upgraded(tmp_path: Path, opened: Opened, corpus: Corpus) -> None:
    (tmp_path / "index").mkdir()
    with closing(sqlite3.connect(tmp_path / "index" / "store.sqlite")) as database:
        database.executescript(OF_VERSION_1)
    index = opened()
    assert [a.id for a in index.articles()] == ["gone.md"]
    report = index.sync(corpus(FILES))
    assert (report.added, report.removed) == (3, 1) and index.check() == []
    assert found(index, "the bridge was closed") == [["bridge.md"], ["bridge.md"]]
    with closing(sqlite3.connect(tmp_path / "index" / "store.sqlite")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    assert {"aliases", "copies", "articles_published"} <= names


def test_what_another_reading_of_files_made_is_read_again(
    opened: Opened, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened()
    index.sync(corpus(FILES))
    monkeypatch.setattr("qa.index.sync.INGEST_VERSION", "another")
    assert index.sync(corpus()).changed == 3 and index.sync(corpus()).unchanged == 3 and index.check() == []


def test_what_a_newer_dateline_keeps_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    with closing(Users(path)) as users:
        assert users.names() == []
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(KeepingError, match=r"^What is kept in .* is a newer Dateline's: update this one\.$"):
        Users(path)
    assert path.read_bytes() == before


def test_what_is_kept_is_brought_from_version_to_version(tmp_path: Path) -> None:
    from qa.keeping.database import Database

    path, first, second = tmp_path / "kept.sqlite", "CREATE TABLE a (x TEXT)", "ALTER TABLE a ADD y TEXT DEFAULT 'new'"
    with closing(Database(path, [first])) as database:
        database.changed("INSERT INTO a VALUES (?)", "old")
    with closing(Database(path, [first, second])) as database:
        assert database.rows("SELECT x, y FROM a") == [("old", "new")]
    with closing(Database(path, [first, second])) as database:
        assert database.rows("SELECT x, y FROM a") == [("old", "new")]
