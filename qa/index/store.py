"""The store: one SQLite file that holds the truth. Everything else in the index folder is built from it.

What the search engines have still to take over stands in the table `pending`, written in the same transaction as the
change itself; an engine is brought up to date by removing and adding again what is pending for it, which can be
repeated after a crash at any point without harm.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexDamaged, IndexTooNew
from qa.types import Article, Filters, Passage, Refused, Span, Statistics

VERSION = 2
"""Of the tables below."""
ENGINES = ("lexical", "vectors")
WAIT_SECONDS = 30.0
"""How long a statement waits for another process's commit."""
IN_ONE = 500
"""Values in one statement; SQLite's own limit is higher, its planner no faster."""

_TABLES = """
CREATE TABLE files (id TEXT PRIMARY KEY, size INTEGER, modified INTEGER, fields TEXT) WITHOUT ROWID;
CREATE TABLE articles (id TEXT PRIMARY KEY, file TEXT, digest TEXT, title TEXT, text TEXT, published TEXT, basis TEXT,
    basis_note TEXT, publisher TEXT, author TEXT, url TEXT, language TEXT, boilerplate TEXT);
CREATE INDEX articles_file ON articles (file);
CREATE TABLE passages (id TEXT PRIMARY KEY, article TEXT, start INTEGER, end INTEGER, published TEXT, publisher TEXT,
    vector BLOB);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_published ON passages (published, publisher);
CREATE INDEX passages_unencoded ON passages (id) WHERE vector IS NULL;
CREATE TABLE refused (file TEXT, source TEXT, line INTEGER, reason TEXT);
CREATE TABLE pending (engine TEXT, passage TEXT, PRIMARY KEY (engine, passage)) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_TABLES_OF_2 = """
CREATE TABLE aliases (source TEXT, key TEXT, name TEXT);
CREATE INDEX aliases_source ON aliases (source);
CREATE INDEX aliases_key ON aliases (key);
CREATE TABLE spellings (sound TEXT, word TEXT, PRIMARY KEY (sound, word)) WITHOUT ROWID;
CREATE TABLE bands (article TEXT, band INTEGER, hash BLOB);
CREATE INDEX bands_article ON bands (article);
CREATE INDEX bands_hash ON bands (band, hash);
CREATE TABLE copies (article TEXT PRIMARY KEY, story TEXT) WITHOUT ROWID;
CREATE INDEX copies_story ON copies (story);
"""
"""What version 2 added."""
_ARTICLE = "id, title, text, published, basis, basis_note, publisher, author, url, language, boilerplate, story"

_UNGROUPED = "NOT EXISTS (SELECT 1 FROM bands WHERE bands.article = articles.id)"


class Store:
    """Articles, passages and vectors on disk. Each thread reads through a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, or make it.

        Raises:
            IndexTooNew: A newer Dateline wrote it.
            IndexDamaged: It is no store, or cannot be read.
        """
        self._path, self._local = path, threading.local()
        self._all: list[sqlite3.Connection] = []
        try:
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                self.close()
                raise IndexTooNew(f"The index {path.parent} was made by a newer Dateline: update this one.")
            if version < VERSION:
                self._create()
        except sqlite3.DatabaseError as error:
            self.close()
            raise IndexDamaged(
                f"The index {path.parent} cannot be read ({error}): delete that folder and sync again."
            ) from None

    def _create(self) -> None:
        with self.transaction() as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]  # another process may have been first
            for tables in (_TABLES, _TABLES_OF_2)[version:]:
                for statement in tables.split(";"):
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(
                self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._all.append(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: what a sync has reported as done survives a power cut too.
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        found: sqlite3.Connection = self._local.connection
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write that happens whole or not at all."""
        database = self._connection
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._all:
            connection.close()

    # What is known of the store itself.

    def meta(self, key: str) -> str:
        """The value kept under `key`, empty where there is none."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def set_meta(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def new_revision(self) -> None:
        """Count a change, so that readers drop what they keep."""
        self.set_meta("revision", str(int(self.meta("revision") or 0) + 1))

    # Files and articles.

    def files(self) -> dict[str, tuple[int, int, str]]:
        """(size, modified, digest of the fields given beside it) by file id."""
        rows = self._connection.execute("SELECT id, size, modified, fields FROM files")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def digests(self, file: str) -> dict[str, str]:
        """Content digest by id of the articles of a file."""
        return dict(self._connection.execute("SELECT id, digest FROM articles WHERE file = ?", (file,)))

    def article(self, article_id: str) -> Article | None:
        """The article of that id."""
        return next(self._articles("WHERE id = ?", (article_id,)), None)

    def articles(self) -> Iterator[Article]:
        """All articles, ordered by id."""
        return self._articles("ORDER BY id", ())

    def _articles(self, clause: str, values: Sequence[str]) -> Iterator[Article]:
        joined = f"SELECT {_ARTICLE} FROM articles LEFT JOIN copies ON article = id {clause}"  # noqa: S608
        for row in self._connection.execute(joined, values):
            yield Article(
                id=row[0],
                title=row[1],
                text=row[2],
                published=date.fromisoformat(row[3]) if row[3] else None,
                basis=row[4],
                basis_note=row[5],
                publisher=row[6],
                author=row[7],
                url=row[8],
                language=row[9],
                boilerplate=tuple(Span(*span) for span in json.loads(row[10])),
                story=row[11] or "",
            )

    # Passages and vectors.

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """Passage and article by passage id; ids that are not there (any more) are left out."""
        rows = list(self._in("SELECT id, article, start, end FROM passages WHERE id IN ({})", ids))
        names = sorted({row[1] for row in rows})
        articles = {a.id: a for part in _parts(names) for a in self._articles(f"WHERE id IN ({_marks(part)})", part)}
        return {row[0]: (Passage(*row), articles[row[1]]) for row in rows if row[1] in articles}

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
        """Ids in order and their vectors, (n, dimensions); passages not encoded yet are left out."""
        sql = "SELECT id, vector FROM passages WHERE id IN ({}) AND vector IS NOT NULL"
        return _matrix(sorted(self._in(sql, ids)))

    def all_vectors(self) -> tuple[list[str], NDArray[np.float32]]:
        """As `vectors`, of the whole store."""
        return _matrix(self._connection.execute("SELECT id, vector FROM passages WHERE vector IS NOT NULL ORDER BY id"))

    def sample_vector(self) -> NDArray[np.float32] | None:
        """One of the vectors, (dimensions,); None where there is none."""
        row = self._connection.execute("SELECT id, vector FROM passages WHERE vector IS NOT NULL LIMIT 1").fetchone()
        return _matrix([row])[1][0] if row else None

    def admitted(self, filters: Filters) -> list[str]:
        """Ids of the passages of articles that `filters` admit, ordered."""
        clause, values = _where(filters)
        return [row[0] for row in self._connection.execute(f"SELECT id FROM passages {clause} ORDER BY id", values)]  # noqa: S608

    # Names and copies.

    def ungrouped(self, limit: int) -> list[Article]:
        """Articles not yet compared with the others, ordered by id."""
        return list(self._articles(f"WHERE {_UNGROUPED} ORDER BY id LIMIT {limit:d}", ()))

    def copies(self, story: str) -> list[Article]:
        """The articles that print the same copy, in the order they were published."""
        return list(self._articles("WHERE story = ? ORDER BY published IS NULL, published, id", (story,)))

    def aliases(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """By key, the names that a text or the corpus's list gives to the same thing, the most often told first."""
        sql = "SELECT key, name FROM aliases WHERE key IN ({}) GROUP BY key, name ORDER BY key, count(*) DESC, name"
        return _grouped(self._in(sql, sorted(keys)))

    def spellings(self, sounds: Iterable[str]) -> dict[str, list[str]]:
        """By sound, the words of the archive that may be spellings of one name."""
        return _grouped(self._in("SELECT sound, word FROM spellings WHERE sound IN ({})", sorted(sounds)))

    def count_admitted(self, filters: Filters) -> int:
        """How many passages there are of articles that `filters` admit."""
        clause, values = _where(filters)
        found: int = self._connection.execute(f"SELECT count(*) FROM passages {clause}", values).fetchone()[0]  # noqa: S608
        return found

    def admitted_of(self, ids: Sequence[str], filters: Filters) -> set[str]:
        """Those of the passages `ids` whose articles `filters` admit."""
        clause, values = _where(filters)
        sql = f"SELECT id FROM passages {clause or 'WHERE 1'} AND id IN ({{}})"  # noqa: S608
        return {row[0] for row in self._in(sql, ids, values)}

    def unencoded(self, limit: int) -> list[str]:
        """Ids of passages without a vector, ordered."""
        rows = self._connection.execute("SELECT id FROM passages WHERE vector IS NULL ORDER BY id LIMIT ?", (limit,))
        return [row[0] for row in rows]

    def pending(self, engine: str, limit: int) -> list[str]:
        """Ids of passages that `engine` has still to take over or let go, ordered."""
        rows = self._connection.execute(
            "SELECT passage FROM pending WHERE engine = ? ORDER BY passage LIMIT ?", (engine, limit)
        )
        return [row[0] for row in rows]

    def count(self, what: str) -> int:
        """How many passages there are: "all", "encoded", "unencoded", "pending lexical" or "pending vectors".

        "ungrouped" counts articles.
        """
        kind, _, engine = what.partition(" ")
        sql = {
            "all": "SELECT count(*) FROM passages",
            "encoded": "SELECT count(*) FROM passages WHERE vector IS NOT NULL",
            "unencoded": "SELECT count(*) FROM passages WHERE vector IS NULL",
            "ungrouped": f"SELECT count(*) FROM articles WHERE {_UNGROUPED}",  # noqa: S608 - a constant
            "pending": "SELECT count(*) FROM pending WHERE engine = ?",
        }[kind]
        found: int = self._connection.execute(sql, (engine,) if engine else ()).fetchone()[0]
        return found

    def fingerprint(self) -> str:
        """The same for the same articles, whatever was added and removed before."""
        digest = hashlib.blake2b(digest_size=8)
        for row in self._connection.execute("SELECT id, digest FROM articles ORDER BY id"):
            digest.update("\0".join(row).encode("utf-8", "replace"))
        return digest.hexdigest()

    # What people ask of an archive.

    def refused(self) -> tuple[Refused, ...]:
        """What earlier syncs could not read."""
        rows = self._connection.execute("SELECT source, reason, line FROM refused ORDER BY source, line, reason")
        return tuple(Refused(*row) for row in rows)

    def newest(self) -> date | None:
        """The day of the newest article, None where none is known."""
        day = self._connection.execute("SELECT max(published) FROM passages").fetchone()[0]
        return date.fromisoformat(day) if day else None

    def statistics(self) -> Statistics:
        """How much the archive holds."""
        articles, first, last = self._connection.execute(
            "SELECT count(*), min(published), max(published) FROM articles"
        ).fetchone()
        outlets = self._connection.execute(
            "SELECT publisher, count(*) FROM articles WHERE publisher != '' "
            "GROUP BY publisher ORDER BY count(*) DESC, publisher"
        )
        months = self._connection.execute(
            "SELECT substr(published, 1, 7), count(*) FROM articles WHERE published IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return Statistics(
            articles=articles,
            passages=self.count("all"),
            first=date.fromisoformat(first) if first else None,
            last=date.fromisoformat(last) if last else None,
            publishers=dict(outlets.fetchall()),
            months=dict(months.fetchall()),
        )

    def _in(self, sql: str, ids: Sequence[str], before: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement with "IN ({})", for any number of ids; `before` are the values that stand before it."""
        for part in _parts(ids):
            yield from self._connection.execute(sql.format(_marks(part)), [*before, *part])


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The second of each pair by the first, in their order."""
    found: dict[str, list[str]] = {}
    for one, other in rows:
        found.setdefault(one, []).append(other)
    return found


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), IN_ONE):
        yield values[start : start + IN_ONE]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _matrix(rows: Iterable[tuple[str, bytes]]) -> tuple[list[str], NDArray[np.float32]]:
    found = list(rows)
    if not found:
        return [], np.empty((0, 0), dtype=np.float32)
    vectors = np.frombuffer(b"".join(row[1] for row in found), dtype=np.float16)
    return [row[0] for row in found], vectors.reshape(len(found), -1).astype(np.float32)


def _where(filters: Filters) -> tuple[str, list[str]]:
    """The WHERE clause of filters. Days compare as ISO text; an unknown day is NULL."""
    conditions, values = [], []
    undated = " OR published IS NULL" if filters.undated else ""
    if filters.after:
        conditions.append(f"(published >= ?{undated})")
        values.append(filters.after.isoformat())
    if filters.before:
        conditions.append(f"(published <= ?{undated})")
        values.append(filters.before.isoformat())
    if filters.publishers:
        names = sorted({name.casefold() for name in filters.publishers})
        conditions.append(f"publisher IN ({_marks(names)})")
        values += names
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), values
