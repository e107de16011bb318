"""The store: one SQLite file that holds the truth. Everything else in the index folder is built from it.

What the search engines have still to take over stands in the table `pending`, written in the same transaction as the
change itself; an engine is brought up to date by removing and adding again what is pending for it, which can be
repeated after a crash at any point without harm.

A store that turns out to be damaged is marked so by whoever notices; the next sync moves it aside and reads the corpus
into a fresh one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.errors import ArchiveIndexError, IndexDamaged, IndexTooNew
from qa.sqlite import Connections, connected
from qa.types import Article, Filters, Passage, Refused, Span, Statistics

T = TypeVar("T")

VERSION = 3
"""Of the tables below."""
ENGINES = ("lexical", "vectors")
IN_ONE = 500
"""Values in one statement; SQLite's own limit is higher, its planner no faster."""
VECTORS_IN_ONE = 20_000
"""Vectors read at a time where all are: 30 MB."""
DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_NOTADB)
"""SQLite's codes of a file that is not as it was written; our statements are right, so ERROR means a missing table."""

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
_TABLES_OF_3 = "CREATE INDEX articles_published ON articles (published, publisher)"
"""What version 3 added: articles are counted by it and not by their texts, 3.5 s at 188,679 articles."""
_NAMES = set(re.findall(r"CREATE TABLE (\w+)", _TABLES + _TABLES_OF_2))
_ARTICLE = "id, title, text, published, basis, basis_note, publisher, author, url, language, boilerplate, story"

_UNGROUPED = "NOT EXISTS (SELECT 1 FROM bands WHERE bands.article = articles.id)"


class Store:
    """Articles, passages and vectors on disk. Each thread reads through a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, or make it.

        Raises:
            IndexTooNew: A newer Dateline wrote it.
            ArchiveIndexError: It can be neither read nor made. One that is damaged says so when it is read.
        """
        self._path, self._mark = path, path.with_suffix(".damaged")
        self._connections = Connections(path, _connected)
        try:
            self._upgrade()
        except IndexDamaged:
            self._connections.let_go()
        except ArchiveIndexError:
            self.close()
            raise

    def _upgrade(self) -> None:
        version = self._version()
        if version > VERSION:
            raise IndexTooNew(f"The index {self._path.parent} was made by a newer Dateline: update this one.")
        if version < VERSION:
            with self.transaction() as database:
                version = database.execute("PRAGMA user_version").fetchone()[0]  # another process may have been first
                for tables in (_TABLES, _TABLES_OF_2, _TABLES_OF_3)[version:]:
                    for statement in tables.split(";"):
                        database.execute(statement)
                database.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        found: int = next(self._rows("PRAGMA user_version"))[0]
        if found:
            next(self._rows("SELECT count(*) FROM meta"))  # the tables are there
        return found

    @contextmanager
    def _ours(self, *others: type[Exception]) -> Iterator[None]:
        """Errors of SQLite as ours, and those that `others` name: of values that cannot be what was written."""
        caught: tuple[type[Exception], ...] = (sqlite3.Error, *others)
        try:
            yield
        except caught as error:
            if self._connections.closed:
                raise ArchiveIndexError(
                    f"The index {self._path.parent} was closed with its archive: open the archive again."
                ) from error
            reason = str(error).partition("\n")[0].rstrip(".")
            if not _damage(error):
                raise ArchiveIndexError(
                    f"The index {self._path.parent} cannot be used ({reason}): see that the disk has room, "
                    "that this user may write there, and that no other program holds it."
                ) from error
            with suppress(OSError):
                self._mark.write_text(reason, encoding="utf-8")
            raise IndexDamaged(
                f"The index {self._path.parent} is damaged ({reason}): run qa sync, which builds it again from the "
                "articles."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write that happens whole or not at all."""
        with self._ours(), self._connections.transaction() as database:
            yield database

    def damage(self) -> str:
        """What is wrong with the file where somebody has noticed that something is; empty where it is whole."""
        if not self._mark.exists():
            return ""
        try:
            self._upgrade()
            missing = _NAMES - {row[0] for row in self._rows("SELECT name FROM sqlite_master")}
            found = f"no table {min(missing)}" if missing else next(self._rows("PRAGMA integrity_check(1)"))[0]
            for _ in chain(self.articles(), self.vectors_in_parts()):
                pass
        except IndexDamaged:
            found = self._mark.read_text(encoding="utf-8")
        if found == "ok":
            self._mark.unlink()
            return ""
        return (str(found).splitlines() or ["it cannot be read"])[-1]

    def set_aside(self) -> Path:
        """Where the damaged file is now; this store is a fresh one.

        Raises:
            OSError: It cannot be moved, as where another process has it open on Windows.
        """
        self._connections.let_go()
        aside = self._path.with_name(f"{self._path.stem}.aside{self._path.suffix}")
        for ending in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                os.replace(f"{self._path}{ending}", f"{aside}{ending}")
        self._mark.unlink(missing_ok=True)
        self._upgrade()
        return aside

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()

    # What is known of the store itself.

    def meta(self, key: str) -> str:
        """The value kept under `key`, empty where there is none."""
        return next((row[0] for row in self._rows("SELECT value FROM meta WHERE key = ?", (key,))), "")

    def set_meta(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        with self._ours():
            self._connections.own().execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def new_revision(self) -> None:
        """Count a change, so that readers drop what they keep."""
        self.set_meta("revision", str(int(self.meta("revision") or 0) + 1))

    # Files and articles.

    def files(self) -> dict[str, tuple[int, int, str]]:
        """(size, modified, digest of the fields given beside it) by file id."""
        rows = self._rows("SELECT id, size, modified, fields FROM files")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def digests(self, file: str) -> dict[str, str]:
        """Content digest by id of the articles of a file."""
        return dict(self._rows("SELECT id, digest FROM articles WHERE file = ?", (file,)))

    def article(self, article_id: str) -> Article | None:
        """The article of that id."""
        return next(self._articles("WHERE id = ?", (article_id,)), None)

    def articles(self) -> Iterator[Article]:
        """All articles, ordered by id."""
        return self._articles("ORDER BY id", ())

    def _articles(self, clause: str, values: Sequence[str]) -> Iterator[Article]:
        joined = f"SELECT {_ARTICLE} FROM articles LEFT JOIN copies ON article = id {clause}"  # noqa: S608
        for row in self._rows(joined, values):
            with self._ours(ValueError, TypeError):
                article = _article(row)
            yield article

    # Passages and vectors.

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """Passage and article by passage id; ids that are not there (any more) are left out."""
        rows = list(self._in("SELECT id, article, start, end FROM passages WHERE id IN ({})", ids))
        names = sorted({row[1] for row in rows})
        found = chain.from_iterable(
            self._articles(f"WHERE id IN ({_marks(part)})", part) for part in chunks(names, IN_ONE)
        )
        articles = {article.id: article for article in found}
        return {row[0]: (Passage(*row), articles[row[1]]) for row in rows if row[1] in articles}

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
        """Ids in order and their vectors, (n, dimensions); passages not encoded yet are left out."""
        sql = "SELECT id, vector FROM passages WHERE id IN ({}) AND vector IS NOT NULL"
        return self._matrix(self._in(sql, ids))

    def all_vectors(self, filters: Filters) -> tuple[list[str], NDArray[np.float32]]:
        """As `vectors`, of all passages of articles that `filters` admit."""
        clause, values = _where(filters)
        sql = f"SELECT id, vector FROM passages {clause or 'WHERE 1'} AND vector IS NOT NULL"  # noqa: S608
        return self._matrix(self._rows(sql, values))

    def vectors_in_parts(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """As `all_vectors`, so many at a time that the memory they take stays small."""
        rows = self._rows("SELECT id, vector FROM passages WHERE vector IS NOT NULL")
        for part in chunks(rows, VECTORS_IN_ONE):
            yield self._matrix(part)

    def admitted(self, filters: Filters) -> list[str]:
        """Ids of the passages of articles that `filters` admit, ordered."""
        clause, values = _where(filters)
        return [row[0] for row in self._rows(f"SELECT id FROM passages {clause} ORDER BY id", values)]  # noqa: S608

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
        found: int = next(self._rows(f"SELECT count(*) FROM passages {clause}", values))[0]  # noqa: S608
        return found

    def admitted_of(self, ids: Sequence[str], filters: Filters) -> set[str]:
        """Those of the passages `ids` whose articles `filters` admit."""
        clause, values = _where(filters)
        sql = f"SELECT id FROM passages {clause or 'WHERE 1'} AND id IN ({{}})"  # noqa: S608
        return {row[0] for row in self._in(sql, ids, values)}

    def some(self, limit: int) -> list[str]:
        """Ids of passages that have a vector, at most `limit`."""
        rows = self._rows("SELECT id FROM passages WHERE vector IS NOT NULL ORDER BY id LIMIT ?", (limit,))
        return [row[0] for row in rows]

    def seal(self) -> str:
        """How many passages have vectors, and which: the same for the same ones of the same encoder, in any store.

        A passage's id is made of its words, so the ids stand for the vectors.
        """
        digest, count = hashlib.blake2b(self.meta("encoder").encode(), digest_size=16), 0
        for row in self._rows("SELECT id FROM passages WHERE vector IS NOT NULL ORDER BY id"):
            digest.update(b"\0" + row[0].encode("utf-8", "replace"))
            count += 1
        return f"{count}-{digest.hexdigest()}"

    def unencoded(self, limit: int, after: str = "") -> list[str]:
        """Ids of passages without a vector, ordered, from the first after `after`."""
        sql = "SELECT id FROM passages WHERE vector IS NULL AND id > ? ORDER BY id LIMIT ?"
        rows = self._rows(sql, (after, limit))
        return [row[0] for row in rows]

    def pending(self, engine: str, limit: int) -> list[str]:
        """Ids of passages that `engine` has still to take over or let go, ordered."""
        rows = self._rows("SELECT passage FROM pending WHERE engine = ? ORDER BY passage LIMIT ?", (engine, limit))
        return [row[0] for row in rows]

    def count(self, what: str) -> int:
        """How many passages there are: "all", "encoded", "unencoded", "pending lexical" or "pending vectors".

        "ungrouped" counts articles.
        """
        kind, _, engine = what.partition(" ")
        unencoded = "SELECT count(*) FROM passages WHERE vector IS NULL"
        sql = {
            "all": "SELECT count(*) FROM passages",
            # By their indexes: to look at every vector takes 2 s at a million, 18 from a cold disk.
            "encoded": f"SELECT (SELECT count(*) FROM passages) - ({unencoded})",  # noqa: S608 - a constant
            "unencoded": unencoded,
            "ungrouped": f"SELECT count(*) FROM articles WHERE {_UNGROUPED}",  # noqa: S608 - a constant
            "pending": "SELECT count(*) FROM pending WHERE engine = ?",
        }[kind]
        found: int = next(self._rows(sql, (engine,) if engine else ()))[0]
        return found

    def fingerprint(self) -> str:
        """The same for the same articles, whatever was added and removed before."""
        digest = hashlib.blake2b(digest_size=8)
        for row in self._rows("SELECT id, digest FROM articles ORDER BY id"):
            digest.update("\0".join(row).encode("utf-8", "replace"))
        return digest.hexdigest()

    # What people ask of an archive.

    def refused(self) -> tuple[Refused, ...]:
        """What earlier syncs could not read."""
        rows = self._rows("SELECT source, reason, line FROM refused ORDER BY source, line, reason")
        return tuple(Refused(*row) for row in rows)

    def newest(self) -> date | None:
        """The day of the newest article, None where none is known."""
        day = next(self._rows("SELECT max(published) FROM passages"))[0]
        return date.fromisoformat(day) if day else None

    def statistics(self) -> Statistics:
        """How much the archive holds."""
        articles, first, last = next(self._rows("SELECT count(*), min(published), max(published) FROM articles"))
        outlets = self._rows(
            "SELECT publisher, count(*) FROM articles WHERE publisher != '' "
            "GROUP BY publisher ORDER BY count(*) DESC, publisher"
        )
        months = self._rows(
            "SELECT substr(published, 1, 7), count(*) FROM articles WHERE published IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return Statistics(
            articles=articles,
            passages=self.count("all"),
            first=date.fromisoformat(first) if first else None,
            last=date.fromisoformat(last) if last else None,
            publishers=dict(outlets),
            months=dict(months),
        )

    def _rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """What the query finds, read as it is used."""
        with self._ours():
            yield from self._connections.own().execute(sql, values)

    def _matrix(self, rows: Iterable[tuple[str, bytes]]) -> tuple[list[str], NDArray[np.float32]]:
        """Ids in order and their vectors."""
        found = sorted(rows)
        with self._ours(ValueError, TypeError):
            return _matrix(found)

    def _in(self, sql: str, ids: Sequence[str], before: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement with "IN ({})", for any number of ids; `before` are the values that stand before it."""
        for part in chunks(ids, IN_ONE):
            yield from self._rows(sql.format(_marks(part)), [*before, *part])


def _connected(path: Path) -> sqlite3.Connection:
    """A connection to the store; to read only in a folder that cannot be written, where SQLite's WAL has no place."""
    if not path.exists() or os.access(path.parent, os.W_OK):
        return connected(path)
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, isolation_level=None, check_same_thread=False)


def _damage(error: Exception) -> bool:
    """Whether the error says that the file is not as it was written."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in DAMAGE
    return not isinstance(error, sqlite3.ProgrammingError)  # what cannot be decoded has no code


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The second of each pair by the first, in their order."""
    found: dict[str, list[str]] = {}
    for one, other in rows:
        found.setdefault(one, []).append(other)
    return found


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in their order, `size` at a time."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _article(row: tuple[Any, ...]) -> Article:
    return Article(
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


def _matrix(found: Sequence[tuple[str, bytes]]) -> tuple[list[str], NDArray[np.float32]]:
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
