"""The index of an archive: the store, the two engines built from it, and one way to ask them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.errors import ArchiveIndexError, EngineFailed
from qa.index.chroma import ChromaServer
from qa.index.lexical import Lexical
from qa.index.names import named
from qa.index.server import ServerVectors
from qa.index.spelling import respelled
from qa.index.store import Store
from qa.index.sync import AnyVectors, sync
from qa.index.vectors import Vectors
from qa.index.work import Encodes, Workers
from qa.language.names import Name
from qa.types import Article, Filters, Passage, Progress, Refused, Statistics, SyncReport

T = TypeVar("T")

EXACT_LIMIT = 20_000
"""Up to so many passages every vector is compared: exact, about 3 ms at the limit, and without the seconds that
importing Chroma and LlamaIndex takes. Chroma's graph is asked above it; a server always, unless filters leave fewer."""
OVERFETCH, SPARE = 2_000, 2
"""Under a filter, twice as many neighbours are asked for as would do if it admitted near and far alike; this many where
that was too few. A range filter inside Chroma costs 350 to 900 ms at 200,000."""
MADE = 1_000
"""How much of what is made once for each revision is kept: counts by filters above all."""
NEAR = 20
"""Passages looked through for the spelling of a name."""

Ranking = list[tuple[str, float]]


class Index:
    """The index in a folder. Reading is safe for several threads and while another process writes."""

    def __init__(self, folder: Path, encoder: Encodes, server: ChromaServer | None = None) -> None:
        """Open the index in `folder`, or make an empty one; with a server, search by meaning takes place there.

        Raises:
            ArchiveIndexError: It cannot be made, or was made by a newer Dateline. What is damaged says so when it is
                read, and is built again by `sync`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveIndexError(f"The index folder {str(folder)!r} cannot be made ({error.strerror}).") from None
        self.folder, self._encoder = folder, encoder
        self._store = Store(folder / "store.sqlite")
        self._lexical = Lexical(folder / "lexical")
        self._server = ServerVectors(server, self._store) if server else None
        self._vectors: AnyVectors = self._server or Vectors(folder / "vectors")
        self._made: tuple[str, dict[str, Any], dict[str, threading.Lock]] = ("", {}, defaultdict(threading.Lock))
        self._lock = threading.Lock()

    def sync(
        self,
        root: Path,
        progress: Callable[[Progress], None] | None = None,
        wait: float = 0.0,
        workers: Workers | None = None,
    ) -> SyncReport:
        """What was added, changed, removed and refused in bringing the index up to date with the folder `root`.

        Args:
            root: The corpus folder.
            progress: Called as it goes on.
            wait: Seconds to wait for another process that is writing.
            workers: Read files and encode texts; by default this process does.

        Raises:
            IndexLocked: Another process is writing.
            CorpusError: `root` cannot be listed.
            ArchiveIndexError: The index cannot be written.
            WorkersFailed: The workers cannot go on.
        """
        engines, exact = (self._lexical, self._vectors), 0 if self._server else EXACT_LIMIT
        return sync(self.folder, root, self._store, *engines, self._encoder, progress, wait, workers, exact)

    def lexical(self, question: str, limit: int, filters: Filters, names: Sequence[Name] = ()) -> Ranking:
        """Passage ids and BM25 scores, best first, at most `limit`, of articles that `filters` admit.

        A passage that has one of the `names` by another name is found as well. None is found where the lexical index
        is damaged, until a sync has built it again.
        """
        try:
            return self._lexical.search(question, limit, filters, names)
        except EngineFailed:
            return []

    def respelled(self, question: str) -> tuple[str, tuple[str, ...]]:
        """`question` with names that the archive has nowhere spelled as it has them, and a sentence on each."""

        def near(word: str) -> list[str]:
            try:
                found = self._store.passages(self._lexical.near(word, NEAR))
            except EngineFailed:
                return []
            return [f"{article.title} {article.text[p.start : p.end]}" for p, article in found.values()]

        return respelled(question, near)

    def names(self, question: str) -> list[Name]:
        """The names in `question` that have others in this archive."""
        return named(question, self._store)

    def dense(self, vector: NDArray[np.float32], limit: int, filters: Filters) -> Ranking:
        """Passage ids and cosines to `vector`, best first, at most `limit`, of articles that `filters` admit."""
        total = self._count(Filters())
        if total <= EXACT_LIMIT and (filters or not self._server):
            return self._exact(vector, limit, filters)
        if not filters:
            return self._approximate(vector, limit)
        admitted = self._count(filters)
        if admitted <= EXACT_LIMIT:
            return _nearest(vector, *self._store.all_vectors(filters), limit)
        depth = min(OVERFETCH, int(limit * SPARE * total / admitted))
        ranking = self._admitted(self._approximate(vector, depth), filters)
        if len(ranking) < limit and depth < OVERFETCH:
            ranking = self._admitted(self._approximate(vector, OVERFETCH), filters)
        return ranking[:limit]

    def _approximate(self, vector: NDArray[np.float32], depth: int) -> Ranking:
        """The `depth` nearest as Chroma finds them; where it cannot be asked, by the store's own vectors."""
        found = self._vectors.search(vector, depth)
        if found is not None:
            return found
        small = self._count(Filters()) <= EXACT_LIMIT  # as where a server is away
        return self._exact(vector, depth, Filters()) if small else self._compared(vector, depth)

    def _admitted(self, ranking: Ranking, filters: Filters) -> Ranking:
        admitted = self._store.admitted_of([passage for passage, _ in ranking], filters)
        return [hit for hit in ranking if hit[0] in admitted]

    def _count(self, filters: Filters) -> int:
        """How many passages `filters` admit."""
        asked = repr(filters)  # its outlets may be a list
        return self._once(asked, lambda: self._store.count_admitted(filters))

    def _once(self, what: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once for each revision of the store."""
        revision = self._store.meta("revision")
        with self._lock:
            if self._made[0] != revision or len(self._made[1]) > MADE:
                self._made = (revision, {}, defaultdict(threading.Lock))
            _, made, making = self._made
            lock = making[what]
        with lock:  # its own: who needs something else does not wait
            if what not in made:
                made[what] = make()
            found: T = made[what]
            return found

    def _exact(self, vector: NDArray[np.float32], limit: int, filters: Filters) -> Ranking:
        """By every vector, kept in memory."""
        ids, vectors = self._once("vectors", lambda: self._store.all_vectors(Filters()))
        if filters:
            admitted = set(self._store.admitted(filters))
            kept = [place for place, passage in enumerate(ids) if passage in admitted]
            ids, vectors = [ids[place] for place in kept], vectors[kept]
        return _nearest(vector, ids, vectors, limit)

    def _compared(self, vector: NDArray[np.float32], limit: int) -> Ranking:
        """As Chroma finds them, but exact and slower: what is asked while Chroma's collection is built or written."""
        best: Ranking = []
        for ids, vectors in self._store.vectors_in_parts():
            best += _nearest(vector, ids, vectors, limit)
        return sorted(best, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """Passage and article by passage id; ids that are not there (any more) are left out."""
        return self._store.passages(ids)

    def article(self, article_id: str) -> Article | None:
        """The article of that id."""
        return self._store.article(article_id)

    def copies(self, article: Article) -> list[Article]:
        """The other articles that print the same copy, in the order they were published."""
        return [other for other in self._store.copies(article.story) if other.id != article.id] if article.story else []

    def articles(self) -> Iterator[Article]:
        """All articles, ordered by id."""
        return self._store.articles()

    def newest(self) -> date | None:
        """The day of the newest article, None where none is known."""
        return self._store.newest()

    def statistics(self) -> Statistics:
        """How much the archive holds, counted once for each revision."""
        return self._once("statistics", self._store.statistics)

    def refused(self) -> tuple[Refused, ...]:
        """What could not be read, as of the last sync."""
        return self._store.refused()

    def revision(self) -> str:
        """A number that grows with each change of what the index holds."""
        return self._store.meta("revision") or "0"

    def fingerprint(self) -> str:
        """The same for the same articles, whatever was added and removed before."""
        return self._store.fingerprint()

    def check(self) -> list[str]:
        """What does not agree between store and engines, a sentence each; empty where all is well."""
        everything = self._store.admitted(Filters())
        engines: list[tuple[str, Lexical | AnyVectors]] = [("lexical", self._lexical)]
        if self._server or len(everything) > EXACT_LIMIT:
            engines.append(("vectors", self._vectors))
        counted = ("unencoded", *(f"pending {name}" for name, _ in engines))
        wrong = [f"{what}: {n} passages" for what in counted if (n := self._store.count(what))]
        for name, engine in engines:
            try:
                held = engine.ids()
            except EngineFailed as error:
                wrong.append(str(error))
                continue
            if held != everything:
                wrong.append(
                    f"The {name} index holds {len(held)} passages, the store {len(everything)}, or not the same."
                )
        return wrong

    def engine(self) -> str:
        """Where search by meaning takes place, in one sentence.

        Raises:
            ServerUnusable: The server cannot be asked, or the collection is somebody else's.
        """
        return self._server.state() if self._server else f"Meaning is searched in {str(self.folder)!r}."

    def trouble(self) -> str:
        """What a reader of answers should know of the index now, in one sentence; empty where all is well."""
        return self._server.trouble() if self._server else ""

    def close(self) -> None:
        """Let go of all files."""
        self._vectors.forget()
        self._lexical.forget()
        self._store.close()


def _nearest(vector: NDArray[np.float32], ids: Sequence[str], vectors: NDArray[np.float32], limit: int) -> Ranking:
    """The best by cosine, ties by id; `ids` are ordered."""
    if not ids:
        return []
    cosines = vectors @ vector
    best = np.argsort(-cosines, kind="stable")[:limit]
    return [(ids[place], float(cosines[place])) for place in best]
