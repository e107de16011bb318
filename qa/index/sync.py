"""Bringing the index up to date with the folder: in steps that can be stopped at any point and taken up again.

1. Files whose size, time and given fields are unchanged are not read. Of the others, articles whose content is
   unchanged are not touched; the rest are written to the store, some at a time.
2. The lexical index takes over what is pending for it: new articles can be found by words.
3. Passages without a vector are encoded, some at a time, and the vector index takes them over as they come.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from qa.errors import ArchiveIndexError, IndexDamaged, IndexLocked
from qa.index.lexical import Lexical
from qa.index.store import ENGINES, Store
from qa.index.vectors import Vectors
from qa.ingest.fields import Fields
from qa.ingest.files import Source, sources
from qa.ingest.metadata import read_metadata
from qa.ingest.passages import cut, encoded_text, lexical_text
from qa.ingest.readers import read
from qa.types import Article, Passage, Progress, Refused, SyncReport

INGEST_VERSION = "1"
"""Raised when reading or cutting changes, so that every file is read again."""
ARTICLES_AT_ONCE = 100
"""Articles in one transaction: what a crash can undo, a second's work."""
LEXICAL_AT_ONCE = 20_000
"""Passages in one commit of the lexical index; each makes a segment."""
ENCODED_AT_ONCE = 256
"""Passages encoded and written at a time: some seconds' work."""
VECTORS_AT_ONCE = 1_000
"""Passages handed to Chroma at a time; it takes at most 5,461."""
CHURN_LIMIT = 0.5
"""Deleted vectors, as a share of all, from which Chroma's collection is built anew: six rounds of deleting and adding
5,000 made it 6 times as large and 10 times as slow."""


class Encodes(Protocol):
    """What makes vectors of texts."""

    @property
    def name(self) -> str:
        """Which model: vectors of different names cannot be compared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), in the order of `texts`."""


Report = Callable[[Progress], None]


def sync(
    folder: Path,
    root: Path,
    store: Store,
    lexical: Lexical,
    vectors: Vectors,
    encoder: Encodes,
    progress: Report | None = None,
) -> SyncReport:
    """What changed in bringing `store` and both engines up to date with the corpus folder `root`.

    Raises:
        IndexLocked: Another process is writing.
        CorpusError: `root` cannot be listed.
        ArchiveIndexError: The disk is full, or the index folder cannot be written.
    """
    tell = progress or (lambda _: None)
    with _locked(folder):
        try:
            _check_versions(store, encoder)
            _mend_missing(store, lexical, vectors)
            _index_words(store, lexical, tell)  # what a sync that was stopped had read
            report = _read(store, root, tell)
            _index_words(store, lexical, tell)
            _mend_vectors(store, vectors)
            _encode(store, encoder, vectors, tell)
        except (sqlite3.Error, OSError) as error:
            raise ArchiveIndexError(
                f"The index {folder} cannot be written ({error}): make room or change its rights, and sync again."
            ) from error
    return report


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The one right to write, until the block ends or the process does."""
    lock, holder = FileLock(folder / "write.lock", timeout=0), folder / "writer.txt"
    try:
        lock.acquire()
    except Timeout:
        process = holder.read_text(encoding="utf-8") if holder.exists() else "unknown"
        raise IndexLocked(f"Process {process} is writing the index {folder}: wait until it is done.") from None
    except OSError as error:
        raise ArchiveIndexError(f"The index folder {str(folder)!r} cannot be written ({error.strerror}).") from None
    try:
        holder.write_text(str(os.getpid()), encoding="utf-8")
        yield
    finally:
        lock.release()


def _check_versions(store: Store, encoder: Encodes) -> None:
    """Forget what another reader of files or another encoder made."""
    if store.meta("ingest") != INGEST_VERSION:
        with store.transaction() as database:
            database.execute("UPDATE files SET modified = -1")
            database.execute("UPDATE articles SET digest = ''")
            store.set_meta("ingest", INGEST_VERSION)
    if store.meta("encoder") != encoder.name:
        with store.transaction() as database:
            database.execute("UPDATE passages SET vector = NULL")
            database.execute("DELETE FROM pending WHERE engine = 'vectors'")
            store.set_meta("encoder", encoder.name)
            store.set_meta("rebuild vectors", "yes")
            _new_revision(store)


def _new_revision(store: Store) -> None:
    store.set_meta("revision", str(int(store.meta("revision") or 0) + 1))


# 1. Files to articles and passages in the store.


def _read(store: Store, root: Path, tell: Report) -> SyncReport:
    metadata, refused_rows = read_metadata(root)
    found, known = sources(root), store.files()
    changed = [source for source in found if known.get(source.id) != _signature(source, metadata)]
    counts = {"added": 0, "changed": 0, "removed": 0}
    counts["removed"] += _remove_files(store, sorted(known.keys() - {source.id for source in found}))
    with store.transaction() as database:
        _set_refused(database, "", refused_rows)
    for place, source in enumerate(changed):
        tell(Progress("reading", place, len(changed)))
        _read_file(store, source, metadata, counts)
    tell(Progress("reading", len(changed), len(changed)))
    unchanged = store.statistics().articles - counts["added"] - counts["changed"]
    return SyncReport(counts["added"], counts["changed"], counts["removed"], unchanged, store.refused())


def _signature(source: Source, metadata: Mapping[str, Fields]) -> tuple[int, int, str]:
    return source.size, source.modified, _digest(repr(metadata.get(source.id)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _read_file(store: Store, source: Source, metadata: Mapping[str, Fields], counts: dict[str, int]) -> None:
    """Bring the articles of one file up to date; the file counts as read in the last transaction."""
    before = store.digests(source.id)
    seen: set[str] = set()
    refused: list[Refused] = []
    batch: list[tuple[Article, str, list[Passage]]] = []
    for item in read(source, metadata):
        if isinstance(item, Refused):
            refused.append(item)
            continue
        digest = _digest(repr(item))
        # Cutting is a function of the article and INGEST_VERSION: what is unchanged need not be cut to be known.
        passages = [] if before.get(item.id) == digest else cut(item)
        if passages:
            batch.append((item, digest, passages))
        elif before.get(item.id) != digest:
            refused.append(Refused(item.id, "It has no text beside boilerplate."))
            continue
        seen.add(item.id)
        if len(batch) == ARTICLES_AT_ONCE:
            _write(store, source.id, batch, before, counts)
            batch = []
    _write(store, source.id, batch, before, counts)
    with store.transaction() as database:
        gone = sorted(before.keys() - seen)
        for article in gone:
            _remove_article(database, article)
        counts["removed"] += len(gone)
        _set_refused(database, source.id, refused)
        database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (source.id, *_signature(source, metadata)))
        _new_revision(store)


def _write(
    store: Store,
    file: str,
    batch: Sequence[tuple[Article, str, list[Passage]]],
    before: Mapping[str, str],
    counts: dict[str, int],
) -> None:
    with store.transaction() as database:
        for article, digest, passages in batch:
            # A passage that stays keeps its vector: only its headline or outlet may have changed.
            vectors = dict(
                database.execute("SELECT id, vector FROM passages WHERE article = ?", (article.id,)).fetchall()
            )
            _remove_article(database, article.id)
            _insert(database, file, digest, article, passages, vectors)
            counts["changed" if article.id in before else "added"] += 1


def _insert(
    database: sqlite3.Connection,
    file: str,
    digest: str,
    article: Article,
    passages: Sequence[Passage],
    vectors: Mapping[str, bytes | None],
) -> None:
    day = article.published.isoformat() if article.published else None
    spans = json.dumps([(span.start, span.end, span.reason) for span in article.boilerplate])
    values = (article.id, file, digest, article.title, article.text, day, article.basis, article.basis_note)
    more = (article.publisher, article.author, article.url, article.language, spans)
    database.execute(f"INSERT INTO articles VALUES ({', '.join('?' * 13)})", (*values, *more))  # noqa: S608
    outlet = article.publisher.casefold()
    database.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(p.id, article.id, p.start, p.end, day, outlet, vectors.get(p.id)) for p in passages],
    )
    _set_pending(database, [passage.id for passage in passages])


def _remove_article(database: sqlite3.Connection, article: str) -> None:
    ids = [row[0] for row in database.execute("SELECT id FROM passages WHERE article = ?", (article,))]
    _set_pending(database, ids)
    database.execute("DELETE FROM passages WHERE article = ?", (article,))
    database.execute("DELETE FROM articles WHERE id = ?", (article,))


def _set_pending(database: sqlite3.Connection, ids: Sequence[str]) -> None:
    for engine in ENGINES:
        database.executemany("INSERT OR IGNORE INTO pending VALUES (?, ?)", [(engine, passage) for passage in ids])


def _remove_files(store: Store, files: Sequence[str]) -> int:
    """How many articles left with the files that are no longer there."""
    removed = 0
    for file in files:
        articles = sorted(store.digests(file))
        with store.transaction() as database:
            for article in articles:
                _remove_article(database, article)
            _set_refused(database, file, [])
            database.execute("DELETE FROM files WHERE id = ?", (file,))
            _new_revision(store)
        removed += len(articles)
    return removed


def _set_refused(database: sqlite3.Connection, file: str, refused: Sequence[Refused]) -> None:
    database.execute("DELETE FROM refused WHERE file = ?", (file,))
    rows = [(file, item.source, item.line, item.reason) for item in refused]
    database.executemany("INSERT INTO refused VALUES (?, ?, ?, ?)", rows)


# 2 and 3. The engines.


def _mend_missing(store: Store, lexical: Lexical, vectors: Vectors) -> None:
    """An engine whose files are gone is built again from the store; of a store that is gone, nothing is kept."""
    for name, engine in (("lexical", lexical), ("vectors", vectors)):
        if not store.meta("revision") and engine.exists():
            engine.discard()
        if not engine.exists():
            _all_pending(store, name)


def _all_pending(store: Store, engine: str) -> None:
    with store.transaction() as database:
        database.execute("INSERT OR IGNORE INTO pending SELECT ?, id FROM passages", (engine,))


def _index_words(store: Store, lexical: Lexical, tell: Report) -> None:
    try:
        _apply_words(store, lexical, tell)
    except IndexDamaged:
        lexical.discard()
        _all_pending(store, "lexical")
        _apply_words(store, lexical, tell)


def _apply_words(store: Store, lexical: Lexical, tell: Report) -> None:
    total, done = store.count("pending lexical"), 0
    while ids := store.pending("lexical", LEXICAL_AT_ONCE):
        found = store.passages(ids)
        lexical.apply(
            ids, ((key, lexical_text(a, p), a.published, a.publisher) for key, (p, a) in sorted(found.items()))
        )
        _done(store, "lexical", ids)
        done += len(ids)
        tell(Progress("indexing", done, max(total, done)))


def _encode(store: Store, encoder: Encodes, vectors: Vectors, tell: Report) -> None:
    total, done = store.count("unencoded"), 0
    while ids := store.unencoded(ENCODED_AT_ONCE):
        found = store.passages(ids)
        matrix = encoder.encode([encoded_text(article, passage) for passage, article in (found[key] for key in ids)])
        rows = [(vector.astype(np.float16).tobytes(), key) for key, vector in zip(ids, matrix, strict=True)]
        with store.transaction() as database:
            database.executemany("UPDATE passages SET vector = ? WHERE id = ?", rows)
            database.executemany("INSERT OR IGNORE INTO pending VALUES ('vectors', ?)", [(key,) for key in ids])
            _new_revision(store)
        done += len(ids)
        tell(Progress("encoding", done, max(total, done)))
        if store.count("pending vectors") >= VECTORS_AT_ONCE:
            _index_vectors(store, vectors)
    _index_vectors(store, vectors)


def _mend_vectors(store: Store, vectors: Vectors) -> None:
    """Start the collection anew where it is of another encoder, has grown by deleting, or was left unreadable."""
    churn = int(store.meta("churn") or 0) > CHURN_LIMIT * max(store.count("encoded"), VECTORS_AT_ONCE)
    # A process killed while Chroma rewrote its graph leaves it unreadable: it is tried before it is trusted.
    damaged = store.meta("vectors dirty") == "yes" and not _readable(store, vectors)
    if store.meta("rebuild vectors") == "yes" or churn or damaged:
        _rebuild_vectors(store, vectors)


def _index_vectors(store: Store, vectors: Vectors) -> None:
    try:
        _apply_vectors(store, vectors)
    except IndexDamaged:
        _rebuild_vectors(store, vectors)
        _apply_vectors(store, vectors)


def _apply_vectors(store: Store, vectors: Vectors) -> None:
    while ids := store.pending("vectors", VECTORS_AT_ONCE):
        store.set_meta("vectors dirty", "yes")
        added, matrix = store.vectors(ids)
        vectors.apply(ids, added, matrix)
        store.set_meta("churn", str(int(store.meta("churn") or 0) + len(ids) - len(added)))
        _done(store, "vectors", ids)
    if store.meta("vectors dirty") == "yes":
        store.set_meta("vectors dirty", "no")


def _readable(store: Store, vectors: Vectors) -> bool:
    """Whether the collection answers a question whose answer is known."""
    sample = store.sample_vector()
    try:
        return sample is None or bool(vectors.search(sample, 1))
    except IndexDamaged:
        return False


def _rebuild_vectors(store: Store, vectors: Vectors) -> None:
    """Start the collection anew; the store's vectors are pending for it."""
    vectors.discard()
    _all_pending(store, "vectors")
    store.set_meta("churn", "0")
    store.set_meta("rebuild vectors", "no")


def _done(store: Store, engine: str, ids: Sequence[str]) -> None:
    with store.transaction() as database:
        database.executemany(
            "DELETE FROM pending WHERE engine = ? AND passage = ?", [(engine, passage) for passage in ids]
        )
