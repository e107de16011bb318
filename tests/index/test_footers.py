"""Bits changed in a file of the lexical index are noticed by the next sync, however little a search sees of them."""

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from qa.errors import EngineFailed
from qa.index import footers
from qa.index.footers import damaged, intact
from qa.index.index import Index
from qa.index.lexical import Lexical
from qa.types import Filters
from tests.conftest import Corpus, WordCounts, article

NAMES = ("bridge", "mill", "ferry")
FILES = {f"{name}.md": article(name.title(), f"The {name} was closed on Sunday.") for name in NAMES}


@pytest.fixture
def synced(tmp_path: Path, corpus: Corpus) -> Path:
    """The folder of a lexical index of three articles, two of them in a segment of their own."""
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        index.sync(corpus({"bridge.md": FILES["bridge.md"]}))
        index.sync(corpus(FILES))
    return tmp_path / "index" / "lexical"


def segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name[0] != "." and path.name != "meta.json")


def flip(path: Path, place: int) -> None:
    """One bit, in a new file of the name: the old one may still be mapped into memory."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.with_name("new").write_bytes(data)
    path.with_name("new").replace(path)


def test_every_file_of_a_segment_has_a_footer_that_is_right(synced: Path) -> None:
    assert {path.suffix for path in segments(synced)} >= {".term", ".idx", ".store", ".fast", ".pos", ".fieldnorm"}
    assert [path.name for path in segments(synced) if not intact(path)] == []


def test_one_bit_in_any_place_of_any_file_is_noticed(synced: Path, tmp_path: Path) -> None:
    kept = {path: path.read_bytes() for path in segments(synced)}
    assert not damaged(synced, tmp_path / "record")
    for path, data in kept.items():
        for place in range(len(data)):
            flip(path, place)
            # What the JSON of a footer says beside the checksum is the version of tantivy.
            assert not intact(path) or b'{"version"' in data[max(0, place - 90) : place + 12], (path.name, place)
            path.write_bytes(data)
        for size in range(len(data)):
            path.write_bytes(data[:size])
            assert not intact(path), (path.name, size)
        path.write_bytes(data)


def test_what_hides_a_word_is_mended_by_the_next_sync(synced: Path, tmp_path: Path, corpus: Corpus) -> None:
    def found() -> list[int] | None:
        lexical = Lexical(synced)
        try:
            return [len(lexical.search(name, 10, Filters())) for name in NAMES]
        except EngineFailed:
            return None
        finally:
            lexical.forget()

    path = max(synced.glob("*.term"), key=lambda path: path.stat().st_size)
    for place in range(path.stat().st_size):
        flip(path, place)
        if found() not in ([1, 1, 1], None):
            break
        flip(path, place)
    assert found() not in ([1, 1, 1], None)  # no error tells of it
    synced.with_suffix(".damaged").unlink(missing_ok=True)  # of flips before, which a search did see
    with closing(Index(tmp_path / "index", WordCounts())) as index:
        index.sync(corpus())
        assert index.check() == []
    assert found() == [1, 1, 1]


def test_a_sync_looks_at_so_many_bytes_first_at_what_changed(
    synced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(footers, "CHECKED_AT_ONCE", 1)
    monkeypatch.setattr(footers, "intact", lambda path: looked.append(path.name) or True)
    names = [path.name for path in segments(synced)]
    for _ in names * 2:
        assert not damaged(synced, tmp_path / "record")
    assert sorted(looked[: len(names)]) == names and looked[len(names) :] == looked[: len(names)]
    changed = synced / looked[-1]  # the one whose turn is furthest away
    os.utime(changed, ns=(0, 0))
    assert not damaged(synced, tmp_path / "record") and looked[-1] == changed.name
    assert sorted(json.loads((tmp_path / "record").read_bytes())) == names


def test_what_a_killed_writer_left_counts_for_nothing(synced: Path, tmp_path: Path) -> None:
    (synced / ("0" * 32 + ".term")).write_bytes(b"half")
    assert not damaged(synced, tmp_path / "record")


@pytest.mark.parametrize("meta", [b"", b"[]", b'{"segments": [{}]}', b"\xff"])
def test_a_list_of_segments_that_cannot_be_read_is_damage(synced: Path, tmp_path: Path, meta: bytes) -> None:
    (synced / "meta.json").write_bytes(meta)
    assert damaged(synced, tmp_path / "record")


@pytest.mark.parametrize("record", ["", "[]", "{", '{"a": 1}', '{"a": ["b", 1, "c"]}', "null"])
def test_a_record_that_cannot_be_read_is_made_anew(synced: Path, tmp_path: Path, record: str) -> None:
    (tmp_path / "record").write_text(record, encoding="utf-8")
    assert not damaged(synced, tmp_path / "record")
    assert len(json.loads((tmp_path / "record").read_bytes())) == len(segments(synced))
    shutil.rmtree(synced)
    assert damaged(synced, tmp_path / "record")
