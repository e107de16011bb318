"""An SQLite file that many threads use, each through a connection of its own; its users turn its errors into ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WAIT_SECONDS = 30.0
"""How long a statement waits for another's commit."""


def connected(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A connection to the file at `path`, which is made where there is none; `pragmas` are set on it.

    Raises:
        sqlite3.Error: The file cannot be opened, or is no database.
    """
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        with suppress(sqlite3.OperationalError):  # locked: another opens it just now, and makes the same change
            connection.execute("PRAGMA journal_mode = WAL")
        # FULL: what has been committed survives a power cut too.
        for pragma in ("synchronous = FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


class Connections:
    """To one file, one for each thread; those of threads that have ended are closed. Errors are SQLite's own."""

    def __init__(self, path: Path, connect: Callable[[Path], sqlite3.Connection]) -> None:
        """Nothing is opened yet.

        Args:
            path: The file.
            connect: Makes a connection to it, as `connected` does, that any thread may close.
        """
        self._path, self._connect = path, connect
        self._local, self._lock = threading.local(), threading.Lock()
        self._all: dict[threading.Thread, list[sqlite3.Connection]] = {}
        self.closed = False

    def own(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        local = self._local
        # A file that is damaged may have been moved aside since, and another have taken its place.
        if getattr(local, "connection", None) is None or _file(self._path) not in (None, local.file):
            local.connection = self._another()
            local.file = _file(self._path)
        found: sqlite3.Connection = local.connection
        return found

    def _another(self) -> sqlite3.Connection:
        if self.closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        connection = self._connect(self._path)
        with self._lock:
            # A server's threads come and go.
            for thread in [thread for thread in self._all if not thread.is_alive()]:
                _close(self._all.pop(thread))
            self._all.setdefault(threading.current_thread(), []).append(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write that happens whole or not at all."""
        connection = self.own()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself takes back what a full disk stopped
                connection.execute("ROLLBACK")
            raise

    def let_go(self) -> None:
        """Close the connections of all threads; each makes another where it needs one."""
        with self._lock:
            left, self._all, self._local = self._all, {}, threading.local()
        for connections in left.values():
            _close(connections)

    def close(self) -> None:
        """Close the connections of all threads for good."""
        self.closed = True
        self.let_go()


def _close(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def _file(path: Path) -> int | None:
    """Which file is at `path`; None where there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return None
