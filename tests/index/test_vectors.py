"""Chroma's collection: made where an archive is large, and written whole seldom."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qa.index import index as index_module
from qa.index import vectors as vectors_module
from qa.index.index import Index
from qa.index.vectors import Vectors, pace
from tests.conftest import ROOT, Corpus, WordCounts
from tests.index.test_sync import FILES, NONE

DIMENSIONS = 384


def test_a_small_archive_needs_no_collection_and_a_large_one_has_it_at_once(
    tmp_path: Path, index: Index, corpus: Corpus, encoder: WordCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 4)
    index.sync(corpus(FILES))
    assert not (tmp_path / "index" / "vectors").exists()
    assert index.check() == []
    index.sync(corpus({"new.txt": "The owl woke.", "newer.txt": "The hen slept."}))
    assert (tmp_path / "index" / "vectors").exists()
    assert index.check() == []
    assert len(index.dense(encoder.encode(["owl"])[0], 9, NONE)) == 6


def test_an_archive_that_was_small_meanwhile_is_found_whole(
    index: Index, corpus: Corpus, encoder: WordCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 4)
    folder = corpus(FILES | {"new.txt": "The owl woke."})
    index.sync(folder)
    (folder / "new.txt").unlink()
    (folder / "ferry.md").unlink()
    index.sync(folder)
    assert index.check() == []
    index.sync(corpus({"owl.txt": "An owl.", "hen.txt": "A hen.", "cat.txt": "A cat."}))
    assert index.check() == []
    assert len(index.dense(encoder.encode(["owl"])[0], 9, NONE)) == 6


def test_the_sample_archive_is_indexed_without_chroma(tmp_path: Path) -> None:
    program = (
        "import sys, qa; qa.open('corpus', index=sys.argv[1]).close(); "
        "print([name for name in ('chromadb', 'llama_index') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("total", [1, 999, 1_000, 1_001, 49_999, 50_001, 123_457, 1_000_000, 1_019_500])
def test_the_graph_is_written_after_the_last_vectors(total: int) -> None:
    step, written = pace(total, 1_000)
    assert 0 < step <= 1_000
    assert written <= 50_000
    if total < 1_000:
        assert written == 1_000
    else:
        assert written % step == 0
        assert total % written <= total // 900


def test_what_is_handed_over_is_written_to_the_graph_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "QUEUED", 10)
    ids, matrix = [f"{number:03d}" for number in range(150)], np.eye(150, DIMENSIONS, dtype=np.float32)
    vectors = Vectors(tmp_path / "vectors")
    sizes = []
    with vectors.writing(len(ids), 50) as step:
        for start in range(0, len(ids), step):
            sizes.append(_graph_bytes(tmp_path))
            vectors.apply(ids[start : start + step], ids[start : start + step], matrix[start : start + step])
    least = len(ids) * DIMENSIONS * 4
    assert max(sizes) < least <= _graph_bytes(tmp_path)
    assert len(vectors.search(matrix[7], 5) or []) == 5
    vectors.forget()


def _graph_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("data_level0.bin"))
