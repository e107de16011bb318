"""Which articles print the same copy, kept in the store and brought up to date with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

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
    """Join the article to the stories that it meets in a band and whose copy it prints.

    A band in which its story can be met already is not kept for it, so that a page printed hundreds of times over is
    met once and not hundreds of times.
    """
    meeting = {band: _stories(database, band) for band in enumerate(bands(shingles(article)))}
    joined = set()
    for story in sorted(set().union(*meeting.values())):
        for name in _members(database, story):
            other = store.article(name)
            if other and same_copy(article, other):
                _join(database, article.id, name)
                joined.add(story)
                break
    new = [band for band, stories in meeting.items() if not stories & joined]
    compared = new or [(-1, b"")]  # that it was compared is remembered; it may be too short for any band
    database.executemany("INSERT INTO bands VALUES (?, ?, ?)", [(article.id, *band) for band in compared])


def _stories(database: sqlite3.Connection, band: tuple[int, bytes]) -> set[str]:
    """The stories with an article in that band, and the articles there that are of none."""
    return {row[0] for row in database.execute(_MEETING, band)}


_MEETING = "SELECT coalesce(story, article) FROM bands LEFT JOIN copies USING (article) WHERE band = ? AND hash = ?"
_STORY = "SELECT story FROM copies WHERE article = ?"


def _members(database: sqlite3.Connection, story: str) -> Iterator[str]:
    """The articles of a story, or of none: the one that it is named after first."""
    yield story
    for row in database.execute("SELECT article FROM copies WHERE story = ?1 AND article != ?1", (story,)):
        yield row[0]


def _join(database: sqlite3.Connection, one: str, other: str) -> None:
    """Put both articles, with what each was grouped with before, into one story, named after its first id."""
    stories = {row[0] for name in (one, other) for row in database.execute(_STORY, (name,))}
    name = min({one, other} | stories)
    database.executemany("INSERT OR REPLACE INTO copies VALUES (?, ?)", [(one, name), (other, name)])
    database.executemany("UPDATE copies SET story = ? WHERE story = ?", [(name, story) for story in stories - {name}])


def forget_copy(database: sqlite3.Connection, article: str) -> None:
    """End the article's story: those that it was of are compared again, since it may be what joined them."""
    database.execute("DELETE FROM bands WHERE article = ?", (article,))
    for (story,) in database.execute(_STORY, (article,)).fetchall():
        database.execute("DELETE FROM bands WHERE article IN (SELECT article FROM copies WHERE story = ?)", (story,))
        database.execute("DELETE FROM copies WHERE story = ?", (story,))
