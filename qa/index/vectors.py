"""Search by meaning in large archives: a Chroma collection, through LlamaIndex, of the store's vectors."""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import threading
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from qa.errors import EngineFailed

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

COLLECTION = "passages"
SETTINGS = {"hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 100, "max_neighbors": 16}}

WRITTEN_AT_ONCE = 50_000
"""Vectors between two writes of the graph, each of which writes it whole: 100,000 took 61 s so, 82 s by Chroma's own
1,000, and what is written grows with the square. Between two writes Chroma's queue has the vectors twice."""
QUEUED = 1_000
"""Fewer wait in Chroma's queue until there are so many: whoever opens the collection adds them to the graph, in a
second at most."""
OPENING_SECONDS = 120.0
"""How long a sync waits for readers that are opening the collection: they read the graph's files whole."""
TRIED = 10
"""Neighbours asked for to see whether what was written can be read."""


class Vectors:
    """The Chroma collection in a folder. Reading is safe for several threads; one writes at a time.

    Chroma reads a graph that is half written or damaged as if it were whole, and the process dies of a segmentation
    fault, which nothing catches. So the graph's files are sealed by their checksums once they are written; they are
    read only where the seal is there and right, and never while another process writes them.
    """

    def __init__(self, folder: Path) -> None:
        """Use the collection in `folder`; it is opened on first use and made by `apply`."""
        self.folder, self._lock = folder, threading.RLock()
        self._seal, self._busy = folder / "seal.json", folder.with_name("vectors.lock")
        self._client: Any = None
        self._opened: Collection | None = None
        self._loaded = ""

    def exists(self) -> bool:
        """Whether there is a collection, whole or not."""
        return (self.folder / "chroma.sqlite3").exists()

    def whole(self) -> bool:
        """Whether the graph's files are there as they were sealed, by their sizes."""
        try:
            with _ours(self.folder):
                sizes = {name: path.stat().st_size for name, path in self._graph().items()}
                return sizes == {name: size for name, (size, _) in json.loads(self._sealed())["files"].items()}
        except EngineFailed:
            return False

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]] | None:
        """Passage ids and cosines of the nearest vectors, best first, ties by id. Approximate (HNSW).

        None where the collection cannot be read now, since it is being written, built, or damaged.

        Args:
            vector: The question's, (dimensions,).
            limit: How many at most.
        """
        if not self._sealed():
            return None
        with self._lock:
            sealed = self._sealed()
            if not sealed:
                return None
            try:
                with _ours(self.folder):  # to ask Chroma how many it holds takes 64 ms at a million
                    depth = min(limit, json.loads(sealed)["count"])
                if sealed == self._loaded:
                    return self._nearest(vector, depth)
                with FileLock(self._busy, timeout=0), _ours(self.folder):
                    self._check(sealed)
                    found = self._nearest(vector, depth)  # reads the graph's files
                    self._loaded = sealed
                    return found
            except (Timeout, OSError):  # a sync writes it, another reader opens it, or the folder cannot be written
                return None
            except EngineFailed:
                self.forget()
                if sealed == self._sealed():
                    with suppress(OSError):
                        self._unseal()
                return None

    def _nearest(self, vector: NDArray[np.float32], depth: int) -> list[tuple[str, float]]:
        """As `search`, of a collection that is open and holds as many as `depth`."""
        with _ours(self.folder):
            if not depth:
                return []
            # Asked itself: LlamaIndex makes a node of each of the thousand neighbours that a filter is put to.
            found = self._collection.query(query_embeddings=[vector.tolist()], n_results=depth, include=["distances"])
            (distances,) = found["distances"] or [[]]
            ranking = [(key, 1.0 - float(one)) for key, one in zip(found["ids"][0], distances, strict=True)]
            return sorted(ranking, key=lambda hit: (-hit[1], hit[0]))

    @contextmanager
    def writing(self, total: int, at_once: int) -> Iterator[int]:
        """The collection unsealed for `apply`, and sealed again at the end; left unsealed where that is not reached.

        Args:
            total: How many changes there are to be.
            at_once: How many may be handed over at a time; how many should be is what is yielded.

        Raises:
            EngineFailed: The collection is not as it was sealed, or cannot be written.
        """
        with FileLock(self._busy, timeout=OPENING_SECONDS):
            try:
                with _ours(self.folder):
                    if self.exists():
                        self._check(self._sealed())
                    self._unseal()
                    if self._loaded:
                        self.forget()  # an open graph keeps to what it was opened with
                    step, written = pace(total, at_once)
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", DeprecationWarning)  # Chroma's own, of having no function
                        self._collection.modify(configuration={"hnsw": {"sync_threshold": written}})
                yield step
                with _ours(self.folder):
                    self._try()
                    self._loaded = self._sealing()
            except BaseException:
                self.forget()
                raise

    def apply(self, gone: Sequence[str], added: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Let go of the passages `gone` and take over `added`, within `writing`.

        Args:
            gone: Passage ids; those not there are passed over.
            added: Passage ids; they must be in `gone` too where they may be there already.
            vectors: Theirs, (len(added), dimensions).

        Raises:
            EngineFailed: The collection cannot be written.
        """
        from llama_index.core.schema import TextNode
        from llama_index.vector_stores.chroma import ChromaVectorStore

        with self._lock, _ours(self.folder):
            store = ChromaVectorStore(chroma_collection=self._collection)
            if present := self._collection.get(ids=list(gone), include=[])["ids"]:
                store.delete_nodes(node_ids=present)
            nodes = [
                TextNode(id_=passage, text="", embedding=vector.tolist())
                for passage, vector in zip(added, vectors, strict=True)
            ]
            if nodes:
                store.add(nodes)  # type: ignore[arg-type]  # a list of a subclass; it is only read

    def ids(self) -> list[str]:
        """All passage ids, ordered; for checks."""
        if not self.exists():
            return []
        with self._lock, _ours(self.folder):
            self._check(self._sealed())
            return sorted(self._collection.get(include=[])["ids"])

    def forget(self) -> None:
        """Let go of open files, so that the folder can be replaced, or to see what another process wrote."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._opened = None
            self._loaded = ""

    def discard(self) -> None:
        """Remove the collection with its folder."""
        if not self.folder.exists():
            return
        from chromadb.api.shared_system_client import SharedSystemClient

        with FileLock(self._busy, timeout=OPENING_SECONDS):
            self.forget()
            # Chroma keeps a broken database open for the next client of the same folder.
            SharedSystemClient.clear_system_cache()
            with _ours(self.folder), suppress(FileNotFoundError):
                self._unseal()
                shutil.rmtree(self.folder)

    def _graph(self) -> dict[str, Path]:
        """The graph's files by name; what Chroma's own database holds is guarded by SQLite.

        Before a collection is large enough to be written whole, whoever opens it makes these files anew.
        """
        written = self.folder.glob("*/index_metadata.pickle")
        found = sorted(path for made in written for path in made.parent.iterdir())
        return {path.relative_to(self.folder).as_posix(): path for path in found}

    def _sealed(self) -> str:
        """What the seal says, empty where there is none."""
        try:
            return self._seal.read_text(encoding="ascii")
        except (OSError, ValueError):
            return ""

    def _check(self, sealed: str) -> None:
        """Open the collection anew where another is open; ValueError where it is not as it was sealed."""
        if not sealed:
            raise ValueError("a write was not finished")
        if sealed == self._loaded:
            return
        self.forget()
        said = json.loads(sealed)
        if said["files"] != {name: _sum(path) for name, path in self._graph().items()}:
            raise ValueError("its files are not as they were written")
        if said["count"] != self._collection.count():
            raise ValueError("its database is not as it was written")

    def _try(self) -> None:
        """ValueError where the collection, opened anew, does not find what it holds: Chroma tells of no failed write.

        Where that ends the process, the collection is left unsealed.
        """
        self.forget()
        held = np.asarray(self._collection.get(limit=1, include=["embeddings"])["embeddings"], dtype=np.float32)
        if len(held):
            depth = min(TRIED, self._collection.count())
            if len(self._nearest(held[0], depth)) < depth:
                raise ValueError("what was written cannot be read")

    def _unseal(self) -> None:
        self._seal.unlink(missing_ok=True)

    def _sealing(self) -> str:
        """Another seal for each state: a reader tells by it that there is a new one."""
        files = {name: _sum(path) for name, path in self._graph().items()}
        sealed = json.dumps({"state": secrets.token_hex(8), "count": self._collection.count(), "files": files})
        hidden = self._seal.with_suffix(".part")
        hidden.write_text(sealed, encoding="ascii")
        os.replace(hidden, self._seal)
        return sealed

    @property
    def _collection(self) -> Collection:
        with self._lock:
            if self._opened is None:
                import chromadb
                from chromadb.config import Settings

                # Chroma logs a warning for every id that it does not hold; ours are asked for on purpose.
                logging.getLogger("chromadb").setLevel(logging.ERROR)
                self.folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    str(self.folder), settings=Settings(anonymized_telemetry=False)
                )
                # Without embedding_function=None Chroma would fetch a model of its own.
                self._opened = self._client.get_or_create_collection(
                    COLLECTION, configuration=SETTINGS, embedding_function=None
                )
            found: Collection = self._opened
            return found


def pace(total: int, at_once: int) -> tuple[int, int]:
    """How many changes to hand over at a time, and after how many the graph is written.

    After the last of them it is written too, but for a thousandth that the rounding leaves.

    Args:
        total: How many there are.
        at_once: How many may be handed over at a time.
    """
    if total < QUEUED:
        return at_once, QUEUED
    writes = -(-total // WRITTEN_AT_ONCE)
    steps = -(-total // (writes * at_once))
    step = total // (writes * steps)
    return step, step * steps


def _sum(path: Path) -> list[int]:
    """Size and CRC-32 of a file."""
    checksum, size = 0, 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum, size = zlib.crc32(block, checksum), size + len(block)
    return [size, checksum]


def _reason(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(". ")


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Chroma's errors as ours: it raises many kinds, SQLite's among them; a Rust panic is no Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, EngineFailed):
        raise
    except BaseException as error:
        raise EngineFailed(f"The vector index in {folder} cannot be used ({_reason(error)}).") from error
