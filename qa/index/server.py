"""Search by meaning on a Chroma server: one collection of the store's vectors, which several machines may share.

The collection's metadata say what it is: `dateline`, the mark without which it is left alone; `seal`, which passages
and which encoder's vectors it holds, empty while it is written; `writer`, who writes it. The store keeps the seal that
it expects. Where the two differ nobody searches the collection, and the next sync makes it anew from the store.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import EngineFailed, ServerUnusable
from qa.index.chroma import ChromaServer, Missing
from qa.index.store import Store

if TYPE_CHECKING:
    from chromadb.types import Collection

MARK, FORMAT = "dateline", 1
SEAL = "seal"
"""In the store, and in the collection."""
UNSENT = "unsent"
"""In the store: whether it has vectors that a sync could not hand over, so that the collection is not searched."""
SETTINGS = {"hnsw": {"space": "cosine"}}
"""The rest is Chroma's default, which is what the folder's collection has, and what a server of another kind of graph
can translate."""
AT_ONCE = 300
"""Records in one request: Chroma Cloud takes no more, and a server on this machine adds them in 0.1 s."""
LOOK_SECONDS = 5.0
"""How long a collection that was as it should be is searched before its seal is looked at again: another machine may
write it meanwhile."""
TRIED = 10
"""Neighbours asked for to see whether what was written can be found."""
AWAY = "The Chroma server cannot be used just now: the index's own vectors were compared, which is exact but slower."


class ServerVectors:
    """The collection on a server. Reading is safe for several threads; one writes at a time."""

    def __init__(self, server: ChromaServer, store: Store) -> None:
        """Use the collection that `server` names for the vectors of `store`; nothing is asked yet."""
        self._server, self._store = server, store
        self._known: tuple[str, float, Collection] | None = None
        self._writing: Collection | None = None
        self._anew = False

    def exists(self) -> bool:
        """Whether there is a collection, whole or not.

        Raises:
            ServerUnusable: The server cannot be asked, or the collection is somebody else's.
        """
        return self._found(patient=True) is not None

    def whole(self) -> bool:
        """Whether the collection is as the store left it and can be searched. Errors: as for `exists`.

        Where this machine is not to write it, that is none of its business. A server that is away is waited for only
        where there is something to hand over: each question at the command line begins with a sync.
        """
        if not self._server.writes or not self._store.count("encoded"):
            return True
        pending = self._store.count("pending vectors") > 0
        try:
            return self._usable(self._store.meta(SEAL), patient=pending)
        except ServerUnusable:
            if pending:
                self._store.set_meta(UNSENT, "yes")
            raise

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]] | None:
        """Passage ids and cosines of the nearest vectors, best first, ties by id. Approximate (HNSW).

        None where the collection cannot be searched now: the server is away, or it is not as the store left it.

        Args:
            vector: The question's, (dimensions,).
            limit: How many at most; Chroma Cloud gives 300.
        """
        seal = self._expected()
        if not seal or self._server.away:
            return None
        try:
            found = self._current(seal)
            return self._nearest(found, vector, limit, patient=False) if found else None
        except (EngineFailed, ServerUnusable):
            self._known = None
            return None

    @contextmanager
    def writing(self, total: int, at_once: int) -> Iterator[int]:
        """The collection unsealed for `apply`, and sealed at the end; left unsealed where that is not reached.

        One that holds already what it should, since another machine wrote it, is left as it is; so is any where this
        machine is not to write.

        Args:
            total: How many changes there are to be.
            at_once: How many may be handed over at a time, which is yielded.

        Raises:
            EngineFailed: The collection is not as the store left it: `discard` it.
            ServerUnusable: The server cannot be asked or fails, or the collection is somebody else's.
        """
        before, after, token = self._store.meta(SEAL), self._store.seal(), secrets.token_hex(8)
        self._store.set_meta(SEAL, "")  # from here on this store's readers compare its own vectors
        self._known = self._writing = None
        anew = self._anew
        try:
            if self._server.writes and not self._usable(after, patient=True):
                self._writing = self._begun(before, token)
            yield at_once
            if self._writing:
                self._ended(self._writing, after, token)
        except EngineFailed as error:
            if anew:
                raise self._server.failed(f"does not take the vectors ({error}): see its log") from error
            raise
        self._store.set_meta(SEAL, after)
        self._store.set_meta(UNSENT, "")
        self._anew = False

    def apply(self, gone: Sequence[str], added: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Let go of the passages `gone` and take over `added`, within `writing`.

        Args:
            gone: Passage ids; those not there are passed over.
            added: Passage ids; they must be in `gone` too where they may be there already.
            vectors: Theirs, (len(added), dimensions).

        Raises:
            EngineFailed, ServerUnusable: As for `writing`.
        """
        if (found := self._writing) is None:
            return
        # An id that is added again is passed over, so that both can be asked for twice.
        for start in range(0, 0 if self._anew else len(gone), AT_ONCE):
            self._server.ask(True, "_delete", collection_id=found.id, ids=list(gone[start : start + AT_ONCE]))
        for start in range(0, len(added), AT_ONCE):
            ids, rows = list(added[start : start + AT_ONCE]), list(vectors[start : start + AT_ONCE])
            self._server.ask(True, "_add", collection_id=found.id, ids=ids, embeddings=rows)

    def ids(self) -> list[str]:
        """All passage ids, ordered; for checks. Errors: as for `writing`."""
        found, held = self._found(patient=True), list[str]()
        while found:
            asked = {"collection_id": found.id, "limit": AT_ONCE, "offset": len(held), "include": []}
            part = self._server.ask(True, "_get", **asked)["ids"]
            held += part
            if len(part) < AT_ONCE:
                break
        return sorted(held)

    def state(self) -> str:
        """Where search by meaning takes place and whether it can, in one sentence. Errors: as for `exists`."""
        named, seal = f"the collection {self._server.collection} at {self._server.address}", self._expected()
        if self._matching(seal, patient=False):
            return f"Meaning is searched in {named}, which holds {_count(seal):,} vectors."
        return f"The index's own vectors are compared, since {named} does not hold what it should: run qa sync."

    def trouble(self) -> str:
        """What a reader of answers should know of the server now; empty where all is well."""
        return AWAY if self._server.away else ""

    def forget(self) -> None:
        """Close the connections; the next request opens others."""
        self._known = None
        self._server.close()

    def discard(self) -> None:
        """Have the next `writing` make the collection anew."""
        self._anew = True
        self._store.set_meta(SEAL, "")

    def _expected(self) -> str:
        """The seal with which the collection can be searched; empty where it cannot."""
        return "" if self._store.meta(UNSENT) else self._store.meta(SEAL)

    def _current(self, seal: str) -> Collection | None:
        """The collection where it had this seal a moment ago."""
        if (known := self._known) and known[0] == seal and monotonic() - known[1] < LOOK_SECONDS:
            return known[2]
        found = self._matching(seal, patient=False)
        self._known = (seal, monotonic(), found) if found else None
        return found

    def _usable(self, seal: str, patient: bool) -> bool:
        """Whether the collection holds what this seal says, and finds it."""
        try:
            found = self._matching(seal, patient)
            if found:
                self._try(found, seal, patient)
        except EngineFailed:
            return False
        return found is not None

    def _matching(self, seal: str, patient: bool) -> Collection | None:
        """The collection where it holds what this seal says, by its own seal and count."""
        found = self._found(patient)
        if not seal or found is None or (found.metadata or {}).get(SEAL) != seal or not _cosine(found):
            return None
        return found if self._counted(found, patient) == _count(seal) else None

    def _found(self, patient: bool) -> Collection | None:
        """The collection, None where there is none.

        Raises:
            ServerUnusable: It cannot be asked for, or has not our mark.
        """
        name = self._server.collection
        try:
            found: Collection = self._server.ask(patient, "get_collection", name=name)
        except Missing:
            return None
        except EngineFailed as error:
            raise self._server.failed(f"does not show the collection {name} ({error}): see its log") from error
        if (found.metadata or {}).get(MARK) != FORMAT:
            raise self._server.failed(
                f"has a collection {name} that was not made by Dateline, or by a newer one, and is left alone: name "
                "another with QA_CHROMA_COLLECTION"
            )
        return found

    def _begun(self, before: str, token: str) -> Collection:
        """The collection, unsealed and ours to write; a new one where the old one is to go."""
        metadata = {MARK: FORMAT, SEAL: "", "writer": token}
        found = self._found(patient=True)
        if found and not self._anew:
            if self._matching(before, patient=True) is None:
                raise EngineFailed("the collection is not as it was written")
            self._server.ask(True, "_modify", id=found.id, new_metadata=metadata)
            return found
        if found:
            self._server.ask(True, "delete_collection", name=found.name)
        self._anew = True
        return self._made(metadata)

    def _made(self, metadata: dict[str, Any]) -> Collection:
        asked = {"name": self._server.collection, "configuration": SETTINGS, "metadata": metadata}
        try:
            made: Collection = self._server.ask(True, "create_collection", **asked)
        except Missing as error:
            raise self._server.failed("has no such tenant or database: make it, or set another") from error
        except EngineFailed:
            found = self._found(patient=True)  # made by the first of two tries, or by another machine
            if found is None or (found.metadata or {}).get("writer") != metadata["writer"]:
                raise
            return found
        return made

    def _ended(self, found: Collection, seal: str, token: str) -> None:
        """Seal what was written, where it is all there and nobody else wrote it meanwhile."""
        now = self._found(patient=True)
        if now is None or now.id != found.id or (now.metadata or {}).get("writer") != token:
            raise self._server.failed(
                f"has a collection {found.name} that another machine writes: let one write it, with QA_CHROMA_WRITE=0 "
                "on the others"
            )
        if not _cosine(now) or self._counted(now, patient=True) != _count(seal):
            raise EngineFailed("it does not hold what it was given")
        self._try(now, seal, patient=True)
        self._server.ask(True, "_modify", id=now.id, new_metadata={MARK: FORMAT, SEAL: seal, "writer": ""})

    def _counted(self, found: Collection, patient: bool) -> int:
        return int(self._server.ask(patient, "_count", collection_id=found.id))

    def _try(self, found: Collection, seal: str, patient: bool) -> None:
        """EngineFailed where the collection does not find what it holds."""
        _, vectors = self._store.vectors(self._store.some(1))
        if len(vectors):
            held = self._nearest(found, vectors[0], TRIED, patient)
            if len(held) < min(TRIED, _count(seal)):
                raise EngineFailed("it does not find what it holds")

    def _nearest(
        self, found: Collection, vector: NDArray[np.float32], limit: int, patient: bool
    ) -> list[tuple[str, float]]:
        depth = min(limit, self._server.most or limit)
        asked = {"query_embeddings": [vector], "n_results": depth, "include": ["distances"]}
        said = self._server.ask(patient, "_query", collection_id=found.id, **asked)
        try:
            pairs = zip(said["ids"][0], said["distances"][0], strict=True)
            hits = [(str(passage), 1.0 - float(distance)) for passage, distance in pairs]
        except (TypeError, ValueError, LookupError) as error:
            raise EngineFailed("it answers with what are no distances") from error
        if not all(math.isfinite(cosine) for _, cosine in hits):
            raise EngineFailed("it answers with what are no distances")
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def _cosine(found: Collection) -> bool:
    """Whether the collection compares by cosine and makes no vectors of its own. Nothing is made of what it says."""
    said = found.configuration_json if isinstance(found.configuration_json, dict) else {}
    graph, makes = said.get("hnsw") or said.get("spann"), said.get("embedding_function")
    none = makes is None or (isinstance(makes, dict) and makes.get("type") in ("legacy", "unknown"))
    return isinstance(graph, dict) and graph.get("space") == "cosine" and none


def _count(seal: str) -> int:
    """How many vectors the seal speaks of."""
    number, _, _ = seal.partition("-")
    return int(number) if number.isdigit() else 0
