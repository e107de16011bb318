"""Which articles print the same copy, kept in the store and brought up to date with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from qa.index.store import Store
from qa.ingest.copies import bands, same_copy, shingles
from qa.types import Article, Progress

AT_ONCE = 200
"""Articles compared in one transaction."""


def group_copies(store: Store, tell: Callable[[Progress], None]) -> None:
    """Compare the articles that are new since the last time with all others, and group those of the same copy."""
    total, done = 0, 0
    while found := store.ungrouped(AT_ONCE):
        total = total or store.count("ungrouped")
        with store.transaction() as database:
            for article in found:
                _group(store, database, article)
            store.new_revision()
        done += len(found)
        tell(Progress("comparing", done, max(total, done)))


def _group(store: Store, database: sqlite3.Connection, article: Article) -> None:
    hashes = list(enumerate(bands(shingles(article))))
    for name in sorted({row[0] for band in hashes for row in database.execute(_MEETING, band)}):
        other = store.article(name)
        if other and same_copy(article, other):
            _join(database, article.id, name)
    compared = hashes or [(-1, b"")]  # too short to be compared, which is remembered
    database.executemany("INSERT INTO bands VALUES (?, ?, ?)", [(article.id, *band) for band in compared])


_MEETING = "SELECT article FROM bands WHERE band = ? AND hash = ?"
_STORY = "SELECT story FROM copies WHERE article = ?"


def _join(database: sqlite3.Connection, one: str, other: str) -> None:
    """Put both articles, with what each was grouped with before, into one story, named after its first id."""
    stories = {row[0] for name in (one, other) for row in database.execute(_STORY, (name,))}
    name = min({one, other} | stories)
    database.executemany("INSERT OR REPLACE INTO copies VALUES (?, ?)", [(one, name), (other, name)])
    database.executemany("UPDATE copies SET story = ? WHERE story = ?", [(name, story) for story in stories])


def forget_copy(database: sqlite3.Connection, article: str) -> None:
    """Take the article out of its story, which ends where one is left."""
    for (story,) in database.execute(_STORY, (article,)).fetchall():
        database.execute("DELETE FROM copies WHERE article = ?", (article,))
        database.execute(
            "DELETE FROM copies WHERE story = ? AND (SELECT count(*) FROM copies WHERE story = ?) < 2", (story, story)
        )
    database.execute("DELETE FROM bands WHERE article = ?", (article,))
