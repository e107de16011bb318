"""Files of the corpus to articles and passages in the store, those that changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations, islice
from pathlib import Path

from qa.index.copies import forget_copy
from qa.index.store import ENGINES, Store
from qa.ingest.fields import Fields
from qa.ingest.files import ALIASES, Source, sources
from qa.ingest.metadata import read_aliases, read_metadata
from qa.ingest.passages import cut
from qa.ingest.readers import read
from qa.language.names import key, sound, spelled, told
from qa.types import Article, Passage, Progress, Refused, SyncReport

STEPS_AT_ONCE = 200
"""Articles written or files marked as read in one transaction: what a crash can undo, about a second's work."""

Step = Callable[[sqlite3.Connection], None]
"""A change to the store that is made whole or not at all."""


def read_corpus(store: Store, root: Path, tell: Callable[[Progress], None]) -> SyncReport:
    """What was added, changed, removed and refused in bringing the store up to date with the folder `root`.

    Raises:
        CorpusError: `root` cannot be listed.
    """
    metadata, refused_rows = read_metadata(root)
    names, refused_names = read_aliases(root)
    found, known = sources(root), store.files()
    changed = [source for source in found if known.get(source.id) != _signature(source, metadata)]
    gone = sorted(known.keys() - {source.id for source in found})
    counts = {"added": 0, "changed": 0, "removed": 0}
    first: list[Step] = [
        partial(_set_refused, file="", refused=refused_rows + refused_names),
        partial(_set_aliases, source=ALIASES, pairs=[pair for row in names for pair in combinations(row, 2)]),
    ]
    steps = chain(
        first,
        chain.from_iterable(_leaving(store, file, counts) for file in gone),
        chain.from_iterable(
            _reading(store, source, metadata, counts, partial(tell, Progress("reading", place, len(changed))))
            for place, source in enumerate(changed, start=1)
        ),
    )
    # Files are read and cut here, as the list is made, so that a transaction is short.
    while chunk := list(islice(steps, STEPS_AT_ONCE)):
        with store.transaction() as database:
            for step in chunk:
                step(database)
            if gone or changed:
                store.new_revision()
    unchanged = store.statistics().articles - counts["added"] - counts["changed"]
    return SyncReport(counts["added"], counts["changed"], counts["removed"], unchanged, store.refused())


def _signature(source: Source, metadata: Mapping[str, Fields]) -> tuple[int, int, str]:
    return source.size, source.modified, _digest(repr(metadata.get(source.id)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _leaving(store: Store, file: str, counts: dict[str, int]) -> Iterator[Step]:
    """The steps that take a file out with its articles."""
    for article in sorted(store.digests(file)):
        counts["removed"] += 1
        yield partial(_remove_article, article=article)
    yield partial(_forget_file, file=file)


def _reading(
    store: Store, source: Source, metadata: Mapping[str, Fields], counts: dict[str, int], done: Callable[[], None]
) -> Iterator[Step]:
    """The steps that bring the articles of one file up to date; the file counts as read with the last of them."""
    before = store.digests(source.id)
    seen: set[str] = set()
    refused: list[Refused] = []
    for item in read(source, metadata):
        if isinstance(item, Refused):
            refused.append(item)
            continue
        digest = _digest(repr(item))
        # Cutting is a function of the article and INGEST_VERSION: what is unchanged need not be cut to be known.
        if before.get(item.id) != digest:
            passages = cut(item)
            if not passages:
                refused.append(Refused(item.id, "It has no text beside boilerplate."))
                continue
            counts["changed" if item.id in before else "added"] += 1
            yield partial(_replace, file=source.id, digest=digest, article=item, passages=passages)
        seen.add(item.id)
    for article in sorted(before.keys() - seen):
        counts["removed"] += 1
        yield partial(_remove_article, article=article)
    yield partial(_set_refused, file=source.id, refused=refused)
    yield partial(_mark_read, source=source, signature=_signature(source, metadata))
    done()


def _mark_read(database: sqlite3.Connection, source: Source, signature: tuple[int, int, str]) -> None:
    database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (source.id, *signature))


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
