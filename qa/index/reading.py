"""Files of the corpus to articles and passages in the store, those that changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations
from pathlib import Path

from qa.index.copies import forget_copy
from qa.index.store import ENGINES, Store, chunks
from qa.index.work import Found, Job, Known, Workers, digest
from qa.ingest.fields import Fields
from qa.ingest.files import ALIASES, Source, sources
from qa.ingest.metadata import read_aliases, read_metadata
from qa.language.names import key, sound, spelled, told
from qa.types import Article, Passage, Progress, Refused, SyncReport

STEPS_AT_ONCE = 200
"""Articles written or files marked as read in one transaction: what a crash can undo, about a second's work."""

Step = Callable[[sqlite3.Connection], None]
"""A change to the store that is made whole or not at all."""


def read_corpus(
    store: Store, root: Path, index: Path, workers: Workers, tell: Callable[[Progress], None]
) -> SyncReport:
    """What was added, changed, removed and refused in bringing the store up to date with the folder `root`.

    Args:
        store: Written by this process alone.
        root: The folder of articles.
        index: The folder of the index, none of whose files is an article.
        workers: Read the files.
        tell: Called as it goes on.

    Raises:
        CorpusError: `root` cannot be listed.
    """
    metadata, refused_rows = read_metadata(root)
    names, refused_names = read_aliases(root)
    found, known = sources(root, index), store.files()
    changed = [source for source in found if known.get(source.id) != _signature(source, metadata)]
    gone = sorted(known.keys() - {source.id for source in found})
    counts = {"added": 0, "changed": 0, "removed": 0}
    jobs = (Job(source, metadata.get(source.id, Fields()), store.digests(source.id)) for source in changed)
    first: list[Step] = [
        partial(_set_refused, file="", refused=refused_rows + refused_names),
        partial(_set_aliases, source=ALIASES, pairs=[pair for row in names for pair in combinations(row, 2)]),
    ]
    steps = chain(
        first,
        chain.from_iterable(_leaving(store, file, counts) for file in gone),
        chain.from_iterable(
            _reading(
                job,
                found,
                _signature(job.source, metadata),
                counts,
                partial(tell, Progress("reading", place, len(changed))),
            )
            for place, (job, found) in enumerate(workers.read(jobs), start=1)
        ),
    )
    # Files are read and cut here, as the list is made, so that a transaction is short.
    for chunk in chunks(steps, STEPS_AT_ONCE):
        with store.transaction() as database:
            for step in chunk:
                step(database)
            if gone or changed:
                store.new_revision()
    unchanged = store.statistics().articles - counts["added"] - counts["changed"]
    return SyncReport(counts["added"], counts["changed"], counts["removed"], unchanged, store.refused())


def _signature(source: Source, metadata: Mapping[str, Fields]) -> tuple[int, int, str]:
    return source.size, source.modified, digest(repr(metadata.get(source.id)))


def _leaving(store: Store, file: str, counts: dict[str, int]) -> Iterator[Step]:
    """The steps that take a file out with its articles."""
    for article in sorted(store.digests(file)):
        counts["removed"] += 1
        yield partial(_remove_article, article=article)
    yield partial(_forget_file, file=file)


def _reading(
    job: Job,
    found: Iterable[Found],
    signature: tuple[int, int, str],
    counts: dict[str, int],
    done: Callable[[], None],
) -> Iterator[Step]:
    """The steps that bring the articles of one file up to date; the file counts as read with the last of them."""
    file, seen = job.source.id, set[str]()
    refused: list[Refused] = []
    for item in found:
        if isinstance(item, Refused):
            refused.append(item)
        elif isinstance(item, Known):
            seen.add(item.id)
        else:
            name = item.article.id
            counts["changed" if name in job.before else "added"] += 1
            yield partial(_replace, file=file, digest=item.digest, article=item.article, passages=item.passages)
            seen.add(name)
    for article in sorted(job.before.keys() - seen):
        counts["removed"] += 1
        yield partial(_remove_article, article=article)
    yield partial(_set_refused, file=file, refused=refused)
    yield partial(_mark_read, file=file, signature=signature)
    done()


def _mark_read(database: sqlite3.Connection, file: str, signature: tuple[int, int, str]) -> None:
    database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (file, *signature))


def _forget_file(database: sqlite3.Connection, file: str) -> None:
    _set_refused(database, file, [])
    database.execute("DELETE FROM files WHERE id = ?", (file,))


def _replace(
    database: sqlite3.Connection, file: str, digest: str, article: Article, passages: Sequence[Passage]
) -> None:
    """Write an article in the place of what was there; a passage that stays keeps its vector."""
    rows = database.execute("SELECT id, vector FROM passages WHERE article = ?", (article.id,)).fetchall()
    _remove_article(database, article.id)
    _insert(database, file, digest, article, passages, dict(rows))


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
    _set_aliases(database, article.id, told(article.text))
    heard = [(sound(word), word) for word in sorted(spelled(article.text))]
    database.executemany("INSERT OR IGNORE INTO spellings VALUES (?, ?)", heard)


def _set_aliases(database: sqlite3.Connection, source: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Keep the pairs of names that `source`, an article or a list, says are of one thing; each finds the other."""
    database.execute("DELETE FROM aliases WHERE source = ?", (source,))
    rows = {(source, key(one), other) for pair in pairs for one, other in (pair, pair[::-1])}
    database.executemany("INSERT INTO aliases VALUES (?, ?, ?)", sorted(rows))


def _remove_article(database: sqlite3.Connection, article: str) -> None:
    ids = [row[0] for row in database.execute("SELECT id FROM passages WHERE article = ?", (article,))]
    _set_pending(database, ids)
    database.execute("DELETE FROM passages WHERE article = ?", (article,))
    database.execute("DELETE FROM articles WHERE id = ?", (article,))
    database.execute("DELETE FROM aliases WHERE source = ?", (article,))
    forget_copy(database, article)


def _set_pending(database: sqlite3.Connection, ids: Sequence[str]) -> None:
    for engine in ENGINES:
        database.executemany("INSERT OR IGNORE INTO pending VALUES (?, ?)", [(engine, passage) for passage in ids])


def _set_refused(database: sqlite3.Connection, file: str, refused: Sequence[Refused]) -> None:
    database.execute("DELETE FROM refused WHERE file = ?", (file,))
    rows = [(file, item.source, item.line, item.reason) for item in refused]
    database.executemany("INSERT INTO refused VALUES (?, ?, ?, ?)", rows)
