"""Who reads and encodes makes no difference to the index: here, or by what Ray's workers do, without Ray between."""

import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from qa.errors import SettingsError, WorkersFailed
from qa.index import by_ray, sync
from qa.index.by_ray import ByRay
from qa.index.index import Index
from qa.index.packing import found_packed, found_unpacked, job_packed, job_unpacked
from qa.index.work import Fresh, Job, Known
from qa.ingest.fields import Fields
from qa.ingest.files import Source
from qa.types import Article, Passage, Refused, Span
from tests.conftest import Corpus, WordCounts, article

ROWS = [{"id": n, "text": f"Report number {n} came in. It was read at mill{n}."} for n in range(7)]
FILES = {
    "bridge.md": article("Bridge closed", "The bridge was closed on Sunday. Lorries go round."),
    "ferry.txt": "The ferry (Old Crossing) runs again since Monday.",
    "rows.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS) + "no row\n",
    "page.html": "<html><body><p>The mill was rebuilt in spring, its owner said on Tuesday.</p></body></html>",
    "empty.txt": "",
    "broken.pdf": "%PDF-1.7 broken",
    "none.xyz": "?",
}


class Stream:
    """What `ByRay` uses of a stream of Ray Data: each row goes to work and comes back pickled."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.pickled = pickle.dumps(rows)

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pickle.loads(self.pickled)  # noqa: S301 - our own
        return found

    def num_blocks(self) -> int:
        return len(self.rows)

    def flat_map(self, work: Callable[[Any], Iterator[Any]], **_: object) -> "Stream":
        return Stream([found for row in self.rows for found in work(row)])

    def map(self, work: Callable[..., Any], fn_constructor_args: tuple[Any, ...], **_: object) -> "Stream":
        made = work(*fn_constructor_args)
        return Stream([made(row) for row in reversed(self.rows)])

    def iter_rows(self) -> Iterator[Any]:
        return iter(self.rows)


class Ray:
    """What `ByRay` uses of the module ray."""

    class data:  # noqa: N801 - its name there
        @staticmethod
        def from_items(rows: list[dict[str, Any]], override_num_blocks: int) -> Stream:
            assert override_num_blocks >= 1
            return Stream(rows)

        @staticmethod
        def ActorPoolStrategy(size: int) -> int:  # noqa: N802 - its name there
            return size

    @staticmethod
    def cluster_resources() -> dict[str, float]:
        return {"CPU": 2.0}

    @staticmethod
    def shutdown() -> None:
        pass


def words(threads: int) -> WordCounts:
    assert threads == 1
    return WordCounts()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> ByRay:
    with monkeypatch.context() as patch:
        patch.setattr(metadata, "version", lambda _: "2")
        return ByRay("local", words)


@pytest.fixture
def workers(installed: ByRay, monkeypatch: pytest.MonkeyPatch) -> Iterator[ByRay]:
    for where, name in ((by_ray, "FILES_IN_ONE"), (by_ray, "TEXTS_IN_ONE"), (by_ray, "FOUND_AT_ONCE")):
        monkeypatch.setattr(where, name, 3)
    monkeypatch.setattr(sync, "ENCODED_AT_ONCE", 2)
    with closing(installed) as found:
        found._ray = Ray
        yield found


def held(index: Index) -> dict[str, list[Any]]:
    """Everything in the store that a sync has read or made."""
    tables = ("files", "articles", "passages", "refused", "aliases", "spellings", "copies")
    return {name: sorted(index._store._rows(f"SELECT * FROM {name}"), key=repr) for name in tables}  # noqa: S608


def plain(folder: Path, root: Path) -> dict[str, list[Any]]:
    with closing(Index(folder, WordCounts())) as index:
        index.sync(root)
        return held(index)


def test_workers_make_the_same_index(tmp_path: Path, corpus: Corpus, workers: ByRay) -> None:
    root = corpus(FILES)
    expected = plain(tmp_path / "plain", root)
    stages: list[Any] = []
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        report = index.sync(root, stages.append, workers=workers)
        assert (report.added, report.changed, report.removed, report.unchanged) == (10, 0, 0, 0)
        assert [item.source for item in report.refused] == ["broken.pdf", "empty.txt", "none.xyz", "rows.jsonl"]
        assert held(index) == expected
        assert index.check() == []
        assert [p.done for p in stages if p.stage == "encoding"][-1] == 10
        assert [p.done for p in stages if p.stage == "reading"] == list(range(1, len(FILES) + 1))
        (root / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS[2:]), encoding="utf-8")
        (root / "ferry.txt").write_text("The ferry lies in the harbour.", encoding="utf-8")
        report = index.sync(root, workers=workers)
        assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 2, 7)
        assert held(index) == plain(tmp_path / "again", root)


def test_what_workers_do_not_see_is_read_here(
    tmp_path: Path,
    corpus: Corpus,
    workers: ByRay,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    root, packed = corpus(FILES), by_ray.job_packed

    def elsewhere(job: Job) -> bytes:
        """On that machine the folder is empty, but for a page that has been there longer."""
        source = job.source
        older = replace(source, modified=source.modified + (source.id == "page.html"))
        gone = replace(older, path=root / "nowhere" / source.id)
        return packed(replace(job, source=older if source.id in ("page.html", "bridge.md") else gone))

    monkeypatch.setattr(by_ray, "job_packed", elsewhere)
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        index.sync(root, workers=workers)
        assert held(index) == plain(tmp_path / "plain", root)
    assert "6 files are not what they are here where Ray's workers look: they were read here." in caplog.text


@pytest.mark.parametrize("differs", ["reader", "encoder"])
def test_workers_of_another_version_are_not_believed(
    tmp_path: Path, corpus: Corpus, workers: ByRay, monkeypatch: pytest.MonkeyPatch, differs: str
) -> None:
    if differs == "reader":
        monkeypatch.setattr(by_ray, "_packed", lambda place, _: {"place": place, "found": found_packed([], "0")})
    else:
        names = iter(["word-counts", "another"])
        workers._make = lambda _: WordCounts(next(names))
    root = corpus(FILES)
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        with pytest.raises(WorkersFailed, match="another version of Dateline: install the same"):
            index.sync(root, workers=workers)
        index.sync(root)
        assert held(index) == plain(tmp_path / "plain", root)


def test_what_ray_meets_is_one_sentence(
    tmp_path: Path, corpus: Corpus, workers: ByRay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: object) -> Any:  # noqa: ANN401
        raise ConnectionError("Many lines.\nThe cluster is gone.")

    monkeypatch.setattr(Stream, "iter_rows", lost)
    with (
        closing(Index(tmp_path / "index", WordCounts())) as index,
        pytest.raises(WorkersFailed, match=r"^Ray at 'local' cannot go on \(The cluster is gone\): what is done is"),
    ):
        index.sync(corpus(FILES), workers=workers)


@pytest.mark.parametrize("address", ["", "auto", "head", "ray://head:10001", "head:", "head:port", "a b:1"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(SettingsError, match="is no address of Ray"):
        ByRay(address, words)


def test_nothing_to_do_starts_nothing(tmp_path: Path, corpus: Corpus, installed: ByRay) -> None:
    root = corpus(FILES)
    plain(tmp_path / "index", root)
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        assert index.sync(root, workers=installed).unchanged == 10
    assert installed._ray is None


def test_jobs_and_what_is_found_come_back_as_they_were(tmp_path: Path) -> None:
    source = Source("caf\\xe9.md", tmp_path / "caf\udce9.md", 7, 8, tmp_path, "")
    for job in (
        Job(source, Fields(title="A", published=date(2015, 5, 17), basis="given"), {"a": "1"}),
        Job(replace(source, inside=None), Fields(), {}),
    ):
        assert job_unpacked(job_packed(job)) == job
    article = Article("a", "Text.", published=date(2015, 5, 17), boilerplate=(Span(0, 2, "title"),))
    found = [
        Fresh(article, "digest", [Passage("p", "a", 0, 5)]),
        Fresh(replace(article, published=None), "d", []),
        Known("b"),
        Refused("c\udce9.md", "It is empty.", 3),
    ]
    assert found_unpacked(found_packed(found, "2")) == (found, "2")
    assert found_unpacked(found_packed(None, "2")) == (None, "2")
