"""An SQLite file for this user alone, used by many threads; its errors and the file system's become ours here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qa.errors import KeepingError
from qa.sqlite import Connections, connected

Value = str | int | bytes


class Database:
    """The file. Each thread has a connection of its own; every method raises KeepingError where the file fails."""

    def __init__(self, path: Path, tables: Sequence[str]) -> None:
        """Open the file at `path`, or make it and its folder.

        Args:
            path: The file.
            tables: The statements that bring version n of the file to version n + 1, from 0.

        Raises:
            KeepingError: A newer Dateline wrote it, it is damaged, or this user may not write it.
        """
        self._path, self._connections = path, Connections(path, _connected)
        try:
            with self.told():
                _make(path)
            with self.changing() as connection:
                self._migrate(connection, tables)
        except KeepingError:
            self.close()
            raise

    def _migrate(self, connection: sqlite3.Connection, tables: Sequence[str]) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(tables):
            raise KeepingError(f"What is kept in {str(self._path)!r} is a newer Dateline's: update this one.")
        for statement in ";".join(tables[version:]).split(";"):
            connection.execute(statement)
        # Written in any case, so that a file which may only be read is found now.
        connection.execute(f"PRAGMA user_version = {len(tables)}")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of SQLite, of the file system and of values that cannot be read back, as ours."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise KeepingError(
                f"What is kept in {str(self._path)!r} cannot be opened or written ({error}): see that this user may "
                "write there and that the disk has room."
            ) from None
        except (sqlite3.Error, ValueError) as error:
            if self._connections.closed:
                raise KeepingError(f"What is kept in {str(self._path)!r} was closed: open it again.") from None
            reason = str(error).partition("\n")[0]
            raise KeepingError(
                f"What is kept in {str(self._path)!r} cannot be read ({reason}): put a copy of that file back, or move "
                "it away to begin anew."
            ) from None

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A write that happens whole or not at all."""
        with self.told(), self._connections.transaction() as connection:
            yield connection

    def changed(self, sql: str, *values: Value) -> int:
        """How many rows the statement changed."""
        with self.changing() as connection:
            return connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Value) -> list[Any]:
        """What the query finds."""
        with self.told():
            return self._connections.own().execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()


def _connected(path: Path) -> sqlite3.Connection:
    # What a reader deletes is overwritten, not only let go.
    return connected(path, "foreign_keys = ON", "secure_delete = ON")


def _make(path: Path) -> None:
    """An empty file at `path` where there is none; for this user alone, where the system knows such modes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # An existing file is not opened here: to close it would drop the locks that SQLite has on it elsewhere.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with suppress(OSError):
        path.chmod(path.stat().st_mode & 0o600)
