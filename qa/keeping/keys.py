"""Who may call the HTTP interface of a server that others reach: names, and of each key its SHA-256.

A key has 256 random bits, so that a fast hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from qa.errors import UserError
from qa.keeping.database import Database
from qa.keeping.users import NAME_LENGTH, canonical, checked, known

FILE = "keys.sqlite"
"""In the folder of what readers keep."""
PREFIX = "dl-"
"""By it people, and those who look for keys that leaked, tell what a key is for."""
_TABLE = "CREATE TABLE keys (name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE) WITHOUT ROWID"


class Keys:
    """The keys in the file `path`, made where there is none. Every method raises KeepingError where the file fails."""

    def __init__(self, path: Path) -> None:
        self._file = Database(path, [_TABLE])

    def names(self) -> list[str]:
        """All names, sorted."""
        return [name for (name,) in self._file.rows("SELECT name FROM keys ORDER BY name")]

    def add(self, name: str) -> str:
        """The new key of that name. It is kept nowhere, and cannot be shown again.

        Raises:
            UserError: The name cannot be used, or has a key already.
        """
        name = checked(name)
        key = PREFIX + secrets.token_urlsafe(32)
        if not self._file.changed("INSERT OR IGNORE INTO keys VALUES (?, ?)", name, _hashed(key)):
            raise UserError(f"There is a key {name!r} already: choose another name.")
        return key

    def remove(self, name: str) -> None:
        """Without that key, which opens nothing any more.

        Raises:
            UserError: There is no key of that name.
        """
        if not self._file.changed("DELETE FROM keys WHERE name = ?", known(name)):
            raise UserError(f"There is no key {canonical(name)[: NAME_LENGTH + 1]!r}: see `qa keys list`.")

    def owner(self, key: str) -> str | None:
        """The name whose key that is, None where it is nobody's."""
        found = self._file.rows("SELECT name FROM keys WHERE hash = ?", _hashed(key))
        return str(found[0][0]) if found else None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
