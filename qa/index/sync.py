"""Bringing the index up to date with the folder: in steps that can be stopped at any point and taken up again.

1. Files whose size, time and given fields are unchanged are not read. Of the others, articles whose content is
   unchanged are not touched; the rest are written to the store, some at a time.
2. The lexical index takes over what is pending for it: new articles can be found by words.
3. Articles not yet compared with the others are grouped with those that print the same copy.
4. Passages without a vector are encoded, some at a time; then the vector index takes over what is pending for it.

Before that, what is damaged is done away with, and so is pending again: a store from the articles, an engine from the
store. Where the vectors are on a server, it is asked last: what it does not take is kept for the next sync.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from qa.errors import ArchiveIndexError, EngineFailed, IndexDamaged, IndexLocked, IndexReadOnly, ServerUnusable
from qa.index.copies import group_copies
from qa.index.lexical import STUCK, Lexical
from qa.index.reading import read_corpus
from qa.index.server import ServerVectors
from qa.index.store import Store
from qa.index.vectors import Vectors
from qa.index.work import Encodes, Texts, ThisProcess, Workers
from qa.ingest.passages import encoded_text, lexical_text
from qa.types import Progress, SyncReport

LOG = logging.getLogger(__name__)
INGEST_VERSION = "3"
"""Raised when reading or cutting changes, so that every file is read again."""
LEXICAL_AT_ONCE = 20_000
"""Passages in one commit of the lexical index; each makes a segment."""
ENCODED_AT_ONCE = 256
"""Passages encoded and written at a time: some seconds' work."""
VECTORS_AT_ONCE = 1_000
"""Passages handed to Chroma at a time; it takes at most 5,461."""
DAMAGED = "The %s index is damaged or was not written to its end: it is built again."
CHURN_LIMIT = 0.5
"""Deleted vectors, as a share of all, from which Chroma's collection is built anew: six rounds of deleting and adding
5,000 made it 6 times as large and 10 times as slow."""


Report = Callable[[Progress], None]
AnyVectors = Vectors | ServerVectors


def sync(
    folder: Path,
    root: Path,
    store: Store,
    lexical: Lexical,
    vectors: AnyVectors,
    encoder: Encodes,
    progress: Report | None = None,
    wait: float = 0.0,
    workers: Workers | None = None,
    exact: int = 0,
) -> SyncReport:
    """What changed in bringing `store` and both engines up to date with the corpus folder `root`.

    What is found damaged is built again, which is logged. Files are read and texts encoded by `workers`, by default
    this process; what is written is written by this process alone. A store of at most `exact` passages is searched
    without the collection, which is left as it is until there are more: importing Chroma takes seconds.

    Raises:
        IndexLocked: Another process is writing, and was for all of `wait` seconds.
        IndexReadOnly: This user may not write the index.
        CorpusError: `root` cannot be listed.
        ArchiveIndexError: The disk is full, or the index folder cannot be written.
        WorkersFailed: The workers cannot go on.
    """
    tell, workers = progress or (lambda _: None), workers or ThisProcess(encoder)

    def work() -> SyncReport:
        _check_versions(store, encoder)
        _mend_words(store, lexical)
        _index_words(store, lexical, tell)  # what a sync that was stopped had read
        report = read_corpus(store, root, folder, workers, tell)
        _index_words(store, lexical, tell)
        group_copies(store, tell)
        _encode(store, workers, tell)
        if store.count("all") <= exact:
            return report
        try:
            _mend_vectors(store, vectors)
            _index_vectors(store, vectors, tell)
        except ServerUnusable as error:
            return replace(report, unsent=str(error))
        return report

    with _locked(folder, wait):
        try:
            try:
                if damage := store.damage():
                    _begin_anew(store, damage)
                return work()
            except IndexDamaged as error:
                _begin_anew(store, str(error.__cause__))
                return work()
        except (EngineFailed, OSError) as error:
            reason = str(error).rstrip(".")
            raise ArchiveIndexError(
                f"The index {folder} cannot be written ({reason}): make room or change its rights, and sync again."
            ) from error


@contextmanager
def _locked(folder: Path, wait: float) -> Iterator[None]:
    """The one right to write, until the block ends or the process does: the system lets go of a dead one's lock."""
    lock, holder = FileLock(folder / "write.lock", timeout=wait), folder / "writer.txt"
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(f"{_told(holder)} is writing the index {folder}: wait until it is done.") from None
    except OSError as error:
        raise IndexReadOnly(f"The index folder {str(folder)!r} cannot be written ({error.strerror}).") from None
    try:
        with suppress(OSError):  # a full disk; it only tells others who writes
            holder.write_text(f"Process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _told(holder: Path) -> str:
    """Who writes, as it said; it may not have come to that yet."""
    with suppress(OSError):
        if told := holder.read_text(encoding="utf-8"):
            return told
    return "Another process"


def _begin_anew(store: Store, damage: str) -> None:
    """Move the damaged store aside; the articles are read into a fresh one."""
    LOG.warning(
        "The store is damaged (%s): it is now %s, and is built again from the articles.", damage, store.set_aside()
    )


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
            store.new_revision()


def _mend_words(store: Store, lexical: Lexical) -> None:
    """A lexical index that is damaged or gone is built again from the store; one whose store is gone is not kept."""
    if store.meta("revision") and lexical.whole():
        return
    if store.meta("revision") and lexical.exists():
        LOG.warning(DAMAGED, "lexical")
    lexical.discard()
    _all_pending(store, "lexical")


def _mend_vectors(store: Store, vectors: AnyVectors) -> None:
    """The same for the collection; another encoder's, as that of a store that is gone, has been marked by now."""
    churn = int(store.meta("churn") or 0) > CHURN_LIMIT * max(store.count("encoded"), VECTORS_AT_ONCE)
    if store.meta("rebuild vectors") == "yes" or churn:
        _rebuild_vectors(store, vectors)
    elif not vectors.whole():
        if vectors.exists():
            LOG.warning(DAMAGED, "vector")
        _rebuild_vectors(store, vectors)


def _all_pending(store: Store, engine: str) -> None:
    with store.transaction() as database:
        database.execute("INSERT OR IGNORE INTO pending SELECT ?, id FROM passages", (engine,))


def _index_words(store: Store, lexical: Lexical, tell: Report) -> None:
    try:
        _apply_words(store, lexical, tell)
    except EngineFailed as error:
        if lexical.readable() and STUCK not in str(error):
            raise  # as on a full disk: what was committed before can still be searched
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


def _encode(store: Store, workers: Workers, tell: Report) -> None:
    total, done = store.count("unencoded"), 0
    for ids, matrix in workers.encode(_unencoded(store)):
        rows = [(vector.astype(np.float16).tobytes(), key) for key, vector in zip(ids, matrix, strict=True)]
        with store.transaction() as database:
            database.executemany("UPDATE passages SET vector = ? WHERE id = ?", rows)
            database.executemany("INSERT OR IGNORE INTO pending VALUES ('vectors', ?)", [(key,) for key in ids])
            store.new_revision()
        done += len(ids)
        tell(Progress("encoding", done, max(total, done)))


def _unencoded(store: Store) -> Iterator[Texts]:
    """The passages without a vector, ENCODED_AT_ONCE at a time, each once: what is ahead may not be encoded yet."""
    last = ""
    while ids := store.unencoded(ENCODED_AT_ONCE, last):
        found = store.passages(ids)
        yield ids, [encoded_text(article, passage) for passage, article in (found[key] for key in ids)]
        last = ids[-1]


def _index_vectors(store: Store, vectors: AnyVectors, tell: Report) -> None:
    try:
        _apply_vectors(store, vectors, tell)
    except EngineFailed:
        _rebuild_vectors(store, vectors)
        _apply_vectors(store, vectors, tell)


def _apply_vectors(store: Store, vectors: AnyVectors, tell: Report) -> None:
    total, done = store.count("pending vectors"), 0
    if not total:
        return
    with vectors.writing(total, VECTORS_AT_ONCE) as at_once:
        while ids := store.pending("vectors", at_once):
            added, matrix = store.vectors(ids)
            vectors.apply(ids, added, matrix)
            store.set_meta("churn", str(int(store.meta("churn") or 0) + len(ids) - len(added)))
            _done(store, "vectors", ids)
            done += len(ids)
            tell(Progress("indexing", done, max(total, done)))


def _rebuild_vectors(store: Store, vectors: AnyVectors) -> None:
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
