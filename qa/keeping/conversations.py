"""The conversations of every reader, in one SQLite file that only this user can read."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa.archive import index_folder
from qa.keeping.database import Database
from qa.keeping.lean import answer_bytes, answer_of, filters_bytes, filters_of, lean, settled
from qa.language.words import fold, without_surrogates
from qa.settings import Settings
from qa.types import Answer, Filters

TITLE_CHARACTERS, RENAMED_CHARACTERS = 60, 200
"""Of a title that a question makes, and of one that a reader gives."""
COMMENT_CHARACTERS = 2_000
ID_BYTES = 12
"""Random bytes of an id. Who knows the id of a turn may read it, so it cannot be guessed."""

# `folded` stands before what is long: a search then reads no page of the answers.
_TABLES = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL,
    created TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX conversations_listed ON conversations (owner, changed DESC, id);
CREATE TABLE turns (id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    place INTEGER NOT NULL, folded TEXT NOT NULL, asked TEXT NOT NULL, narrow INTEGER NOT NULL, revision TEXT NOT NULL,
    put TEXT NOT NULL, vote INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', filters BLOB NOT NULL,
    answer BLOB NOT NULL, UNIQUE (conversation, place));
CREATE INDEX turns_voted ON turns (put, id) WHERE vote <> 0
"""
_TURN = """SELECT turns.id, conversation, place, asked, answer, filters, revision, put, narrow, vote, comment
    FROM turns JOIN conversations ON conversations.id = conversation"""
_LISTED = """
SELECT id, title, created, changed, (SELECT count(*) FROM turns WHERE conversation = conversations.id)
FROM conversations WHERE owner = ? AND id IN (SELECT conversation FROM turns) AND NOT EXISTS (
    SELECT 1 FROM json_each(?) AS word WHERE instr(folded, word.value) = 0 AND NOT EXISTS (
        SELECT 1 FROM turns WHERE conversation = conversations.id AND instr(turns.folded, word.value) > 0))
ORDER BY changed DESC, id LIMIT ?
"""
_JOIN = """
UPDATE conversations SET changed = ?1, title = iif(title = '', ?2, title), folded = iif(title = '', ?3, folded)
WHERE id = ?4 AND owner = ?5
"""
_UNTITLE = "UPDATE conversations SET title = '', folded = '' WHERE id = ? AND owner = ? AND title = ?"
"""Of a conversation that is called as its first question was."""
_FORGET_EMPTY = "DELETE FROM conversations WHERE owner = ? AND id NOT IN (SELECT conversation FROM turns)"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""What Markdown escapes."""


def shown(markdown: str) -> str:
    """The text with what Markdown escapes as it then shows it."""
    return _ESCAPED.sub(r"\1", markdown)


def file_of(settings: Settings, corpus: Path) -> Path:
    """Where the conversations over the articles in `corpus` are kept."""
    return settings.data_folder / index_folder(corpus).name / "conversations.sqlite"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it is listed."""

    id: str
    title: str
    created: datetime
    """UTC."""
    changed: datetime
    """When its turns last changed, UTC."""
    turns: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A question with its answer, as it was given."""

    id: str
    conversation: str
    place: int
    """Among the turns of its conversation, from 0."""
    asked: str
    """The question as put."""
    answer: Answer
    """Its articles without their texts, and the best hits only."""
    filters: Filters
    """What the question was put with."""
    revision: str
    """Of the archive that answered."""
    when: datetime
    """UTC."""
    narrow: bool = True
    """Whether the question's own words could narrow the search."""
    vote: int = 0
    """1 for right, -1 for wrong, 0 where the reader has not said."""
    comment: str = ""
    """What the reader said to it."""


class Conversations:
    """What was asked and answered, by owner. Only `kept` and `voted` show it to others than the owner.

    Many threads may use it at once. Every method raises KeepingError where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, or make it and its folder.

        Raises:
            KeepingError: A newer Dateline wrote it, it is damaged, or this user may not write it.
        """
        self._database = Database(path, (_TABLES,))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # What is asked and answered.

    def add(
        self,
        owner: str,
        conversation: str | None,
        asked: str,
        answer: Answer,
        filters: Filters,
        narrow: bool,
        revision: str,
    ) -> Kept:
        """The turn as it is kept now, last in its conversation.

        Args:
            owner: Whose conversation it is.
            conversation: Its id; a new one is begun where it is None or not the owner's (any more).
            asked: The question as put.
            answer: What was answered.
            filters: What the question was put with.
            narrow: Whether the question's own words could narrow the search.
            revision: Of the archive.
        """
        owner, known, asked, revision = map(without_surrogates, (owner, conversation or "", asked, revision))
        answer, filters, when = lean(answer), settled(filters), datetime.now(UTC)
        now, folded = _stamp(when), _folded(f"{asked}\n{answer.question}\n{shown(answer.text)}")
        blobs = (filters_bytes(filters), answer_bytes(answer))
        with self._database.changing() as database:
            title = _title(asked)
            if not database.execute(_JOIN, (now, title, _folded(title), known, owner)).rowcount:
                database.execute(_FORGET_EMPTY, (owner,))
                known = secrets.token_urlsafe(ID_BYTES)
                row = (known, owner, title, _folded(title), now, now)
                database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)", row)
            sql = "SELECT coalesce(max(place) + 1, 0) FROM turns WHERE conversation = ?"
            place = database.execute(sql, (known,)).fetchone()[0]
            kept = Kept(secrets.token_urlsafe(ID_BYTES), known, place, asked, answer, filters, revision, when, narrow)
            database.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?)",
                (kept.id, known, place, folded, asked, narrow, revision, now, *blobs),
            )
        return kept

    def keep_until(self, owner: str, conversation: str, place: int) -> None:
        """Remove the turns from `place` on.

        A conversation without turns is not listed, and ends when another is begun; until then a turn may join it.
        """
        owner, conversation = without_surrogates(owner), without_surrogates(conversation)
        with self._database.changing() as database:
            if place <= 0:
                sql = "SELECT asked FROM turns WHERE conversation = ? AND place = 0"
                for (asked,) in database.execute(sql, (conversation,)).fetchall():
                    database.execute(_UNTITLE, (conversation, owner, _title(asked)))
            removed = database.execute(
                "DELETE FROM turns WHERE place >= ? AND conversation IN "
                "(SELECT id FROM conversations WHERE id = ? AND owner = ?)",
                (place, conversation, owner),
            )
            if removed.rowcount:
                sql = "UPDATE conversations SET changed = ? WHERE id = ?"
                database.execute(sql, (_stamp(datetime.now(UTC)), conversation))

    def turns(self, owner: str, conversation: str, last: int | None = None) -> list[Kept]:
        """The turns of a conversation in their order, or the last so many; none where it is not the owner's."""
        newest = f"DESC LIMIT {last:d}" if last is not None else "DESC"
        return self._kept(f"WHERE conversation = ? AND owner = ? ORDER BY place {newest}", conversation, owner)[::-1]

    def kept(self, turn_id: str) -> Kept | None:
        """The turn of that id, whoever's it is: who knows the id may read it."""
        return next(iter(self._kept("WHERE turns.id = ?", turn_id)), None)

    def _kept(self, clause: str, *values: str) -> list[Kept]:
        rows = self._database.rows(f"{_TURN} {clause}", *map(without_surrogates, values))
        with self._database.told():
            return [
                Kept(
                    id=row[0],
                    conversation=row[1],
                    place=row[2],
                    asked=row[3],
                    answer=answer_of(row[4]),
                    filters=filters_of(row[5]),
                    revision=row[6],
                    when=datetime.fromisoformat(row[7]),
                    narrow=bool(row[8]),
                    vote=row[9],
                    comment=row[10],
                )
                for row in rows
            ]

    # Conversations as a whole.

    def listed(self, owner: str, words: str = "", limit: int = 200) -> list[Conversation]:
        """The owner's conversations, the last changed first, ties by id.

        Args:
            owner: Whose.
            words: Each of them stands in the title, a question or an answer, case and accents aside.
            limit: How many at most.
        """
        rows = self._database.rows(_LISTED, without_surrogates(owner), json.dumps(_folded(words).split()), limit)
        return [
            Conversation(key, title, datetime.fromisoformat(created), datetime.fromisoformat(changed), turns)
            for key, title, created, changed, turns in rows
        ]

    def rename(self, owner: str, conversation: str, title: str) -> bool:
        """Whether the conversation has the new title; an empty one is none."""
        title = _shortened(without_surrogates(title), RENAMED_CHARACTERS)
        sql = "UPDATE conversations SET title = ?, folded = ? WHERE id = ? AND owner = ?"
        values = (title, _folded(title), without_surrogates(conversation), without_surrogates(owner))
        return bool(title and self._database.changed(sql, *values))

    def delete(self, owner: str, conversation: str) -> bool:
        """Whether the conversation was there; it is removed with all its turns."""
        sql = "DELETE FROM conversations WHERE id = ? AND owner = ?"
        return bool(self._database.changed(sql, without_surrogates(conversation), without_surrogates(owner)))

    # What readers say to answers.

    def vote(self, owner: str, turn_id: str, vote: int, comment: str = "") -> bool:
        """Whether the vote is kept, in place of the one before.

        Args:
            owner: Whose turn it is.
            turn_id: Its id.
            vote: Above 0 for right, below for wrong, 0 to take it back.
            comment: Its first 2,000 characters are kept.
        """
        sql = (
            "UPDATE turns SET vote = ?, comment = ? WHERE id = ? AND conversation IN "
            "(SELECT id FROM conversations WHERE owner = ?)"
        )
        comment, sign = without_surrogates(comment).strip()[:COMMENT_CHARACTERS], (vote > 0) - (vote < 0)
        return bool(self._database.changed(sql, sign, comment, without_surrogates(turn_id), without_surrogates(owner)))

    def voted(self) -> list[Kept]:
        """All owners' turns that were voted on, oldest first."""
        return self._kept("WHERE vote <> 0 ORDER BY put, turns.id")


def _title(asked: str) -> str:
    """What a conversation is called that begins with that question."""
    return _shortened(asked, TITLE_CHARACTERS)


def _stamp(when: datetime) -> str:
    """Sorts as text in the order of time."""
    return when.isoformat(timespec="microseconds")


def _folded(text: str) -> str:
    """As texts are compared; at a NUL the JSON of SQLite ends."""
    return without_surrogates(fold(text)).replace("\0", " ")


def _shortened(text: str, characters: int) -> str:
    """One line of at most so many characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    words = line[: characters + 1].rpartition(" ")[0] or line[:characters]
    return f"{words}…"
