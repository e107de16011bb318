"""Search by meaning on a Chroma server beside the same in a folder: seconds to write and to search, and recall.

`python -m evals.bench.server http://127.0.0.1:8000` fills both with the same random unit vectors and asks both the same
questions, in turn. The server's collection is named `dateline-bench`, and made anew.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qa.index.chroma import ChromaServer
from qa.index.index import Index
from qa.index.server import ServerVectors
from qa.index.store import Store
from qa.index.sync import VECTORS_AT_ONCE, AnyVectors
from qa.index.vectors import Vectors
from qa.settings import Settings
from qa.types import Filters

COLLECTION = "dateline-bench"
DIMENSIONS, LIMIT, RECALLED = 384, 50, 10
Way = Callable[[NDArray[np.float32], int], list[tuple[str, float]] | None]


class Encoder:
    """Encodes nothing: the vectors are there."""

    name = "random"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Never called."""
        raise NotImplementedError


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="of a Chroma server")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=500)
    options = parser.parse_args()
    chance = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = filled(folder, unit(chance, options.passages))
        engines: dict[str, AnyVectors] = {
            "Chroma in the folder": Vectors(folder / "vectors"),
            "Chroma on the server": ServerVectors(ChromaServer(options.address, Settings(), COLLECTION), store),
        }
        written = {name: write(engine, store) for name, engine in engines.items()}
        with closing(Index(folder, Encoder())) as exact:
            ways: dict[str, Way] = {name: engine.search for name, engine in engines.items()}
            ways["every vector, in memory"] = lambda vector, limit: exact.dense(vector, limit, Filters())
            rows = measured(ways, unit(chance, options.questions))
        for engine in engines.values():
            engine.forget()
        store.close()
    print("| search by meaning | written, s | first, ms | p50, ms | p99, ms | recall@10 |\n|---|---|---|---|---|---|")
    for name, (first, p50, p99, recall) in rows.items():
        took = f"{written[name]:.1f}" if name in written else "-"
        print(f"| {name} | {took} | {first:.0f} | {p50:.1f} | {p99:.1f} | {recall:.3f} |")


def unit(chance: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Random vectors of length 1, (count, DIMENSIONS)."""
    found = chance.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def filled(folder: Path, vectors: NDArray[np.float32]) -> Store:
    """A store in the folder with a passage for each vector."""
    store = Store(folder / "store.sqlite")
    rows = [(f"{number:016x}", vector.astype(np.float16).tobytes()) for number, vector in enumerate(vectors)]
    with store.transaction() as database:
        database.executemany("INSERT INTO passages (id, vector) VALUES (?, ?)", rows)
        store.new_revision()
    return store


def write(engine: AnyVectors, store: Store) -> float:
    """Seconds that it takes to hand all vectors over."""
    started = perf_counter()
    ids, vectors = store.all_vectors(Filters())
    engine.discard()
    with engine.writing(len(ids), VECTORS_AT_ONCE) as step:
        for start in range(0, len(ids), step):
            part = ids[start : start + step]
            engine.apply(part, part, vectors[start : start + step])
    return perf_counter() - started


def measured(ways: dict[str, Way], questions: NDArray[np.float32]) -> dict[str, tuple[float, float, float, float]]:
    """Milliseconds of the first question, their median and 99th percentile without it, and recall against the last way.

    Every question is asked of all ways, one after another.
    """
    took: dict[str, list[float]] = {name: [] for name in ways}
    shared: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions:
        found = {}
        for name, way in ways.items():
            started = perf_counter()
            hits = way(question, LIMIT)
            took[name].append(1000 * (perf_counter() - started))
            if hits is None:
                raise SystemExit(f"{name} cannot be searched.")
            found[name] = {passage for passage, _ in hits[:RECALLED]}
        for name in ways:
            shared[name].append(len(found[name] & found[list(ways)[-1]]) / RECALLED)
    rows = {}
    for name, times in took.items():
        p50, p99 = np.percentile(times[1:], (50, 99))
        rows[name] = (times[0], float(p50), float(p99), float(np.mean(shared[name])))
    return rows


if __name__ == "__main__":
    main()
