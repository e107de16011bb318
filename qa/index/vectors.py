"""Search by meaning in large archives: a Chroma collection, through LlamaIndex, of the store's vectors."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexDamaged

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from llama_index.vector_stores.chroma import ChromaVectorStore

COLLECTION = "passages"
SETTINGS = {"hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 100, "max_neighbors": 16}}


class Vectors:
    """The Chroma collection in a folder. Reading is safe for several threads; one writes at a time."""

    def __init__(self, folder: Path) -> None:
        """Use the collection in `folder`; it is opened on first use and made by `apply`."""
        self.folder, self._lock = folder, threading.RLock()
        self._client: Any = None
        self._opened: ChromaVectorStore | None = None
        self._revision = ""

    def exists(self) -> bool:
        """Whether there is a collection to read."""
        return (self.folder / "chroma.sqlite3").exists()

    def search(self, vector: NDArray[np.float32], limit: int, revision: str = "") -> list[tuple[str, float]]:
        """Passage ids and cosines of the nearest vectors, best first, ties by id. Approximate (HNSW).

        Args:
            vector: The question's, (dimensions,).
            limit: How many at most.
            revision: The store's; where it is another than last time, the collection is opened anew, since Chroma
                does not see what another process wrote.

        Raises:
            IndexDamaged: The collection cannot be read.
        """
        from llama_index.core.vector_stores.types import VectorStoreQuery

        if not self.exists():
            return []  # opening it would make it, and reading writes nothing
        with self._lock, _ours(self.folder):
            if revision != self._revision:
                self.forget()
                self._revision = revision
            depth = min(limit, self._collection.count())
            if not depth:
                return []
            query = VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=depth)
            # LlamaIndex turns Chroma's distance d = 1 - cosine into the similarity exp(-d).
            found = self._store.query(query)
            cosines = [1.0 + float(np.log(similarity)) for similarity in found.similarities or []]
            return sorted(zip(found.ids or [], cosines, strict=True), key=lambda hit: (-hit[1], hit[0]))

    def apply(self, gone: Sequence[str], added: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Let go of the passages `gone` and take over `added`; Chroma makes each step durable.

        Args:
            gone: Passage ids; those not there are passed over.
            added: Passage ids; they must be in `gone` too where they may be there already.
            vectors: Theirs, (len(added), dimensions).

        Raises:
            IndexDamaged: The collection cannot be written.
        """
        from llama_index.core.schema import TextNode

        with _ours(self.folder):
            if present := self._collection.get(ids=list(gone), include=[])["ids"]:
                self._store.delete_nodes(node_ids=present)
            nodes = [
                TextNode(id_=passage, text="", embedding=vector.tolist())
                for passage, vector in zip(added, vectors, strict=True)
            ]
            if nodes:
                self._store.add(nodes)  # type: ignore[arg-type]  # a list of a subclass; it is only read

    def ids(self) -> list[str]:
        """All passage ids, ordered; for checks."""
        if not self.exists():
            return []
        with _ours(self.folder):
            return sorted(self._collection.get(include=[])["ids"])

    def forget(self) -> None:
        """Let go of open files, so that the folder can be replaced, or to see what another process wrote."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._opened = None

    def discard(self) -> None:
        """Remove the collection with its folder."""
        from chromadb.api.shared_system_client import SharedSystemClient

        self.forget()
        # Chroma keeps a broken database open for the next client of the same folder.
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _collection(self) -> Collection:
        found: Collection = self._store._collection
        return found

    @property
    def _store(self) -> ChromaVectorStore:
        with self._lock:
            if self._opened is None:
                import chromadb
                from chromadb.config import Settings
                from llama_index.vector_stores.chroma import ChromaVectorStore

                # Chroma logs a warning for every id that it does not hold; ours are asked for on purpose.
                logging.getLogger("chromadb").setLevel(logging.ERROR)
                self.folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    str(self.folder), settings=Settings(anonymized_telemetry=False)
                )
                # Without embedding_function=None Chroma would fetch a model of its own.
                collection = self._client.get_or_create_collection(
                    COLLECTION,
                    configuration=SETTINGS,
                    embedding_function=None,
                )
                self._opened = ChromaVectorStore(chroma_collection=collection)
            return self._opened


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Chroma's errors as ours: it raises many kinds, from Rust panics to SQLite's."""
    try:
        yield
    except Exception as error:
        raise IndexDamaged(f"The vector index in {folder} cannot be used ({error}); a sync mends it.") from error
