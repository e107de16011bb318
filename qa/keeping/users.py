"""Who may log in to a server that others reach: names, and of each password its argon2id hash.

They stand in SQLite, not in JSON, because `qa users` writes while a server reads: a row is there whole or not at all.
"""

from __future__ import annotations

import secrets
import threading
import time
import unicodedata
from functools import cached_property
from math import ceil
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from qa.errors import UserError
from qa.keeping.database import Database

FILE = "users.sqlite"
"""In the folder of what readers keep."""
NAME_LENGTH = 64
PASSWORD_LENGTHS = range(10, 1001)
# A person mistypes a few times; a program guesses from one address, or guesses one name from many.
OF_PAIR = RateLimitItemPerMinute(5, 15, "pair")
OF_NAME = RateLimitItemPerMinute(20, 15, "name")
"""Wrong passwords after which a name at an address, and a name everywhere, waits."""
_WAITING: dict[RateLimitItem, RateLimitItem] = {
    item: RateLimitItemPerMinute(1, 15, f"{item.namespace}-waits") for item in (OF_PAIR, OF_NAME)
}
_TABLE = "CREATE TABLE users (name TEXT PRIMARY KEY, hash TEXT NOT NULL, stamp TEXT NOT NULL) WITHOUT ROWID"


class Users:
    """The users in the file `path`, made where there is none. Wrong passwords are counted in memory.

    Every method raises KeepingError where the file fails.
    """

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        self._file = Database(path, [_TABLE])
        self._hasher = hasher or PasswordHasher()  # its defaults are the second choice of RFC 9106: 64 MiB a hash
        self._one_at_a_time = threading.Lock()
        counts = MemoryStorage()
        self._wrong, self._waits = MovingWindowRateLimiter(counts), FixedWindowRateLimiter(counts)

    def names(self) -> list[str]:
        """All names, sorted."""
        return [name for (name,) in self._file.rows("SELECT name FROM users ORDER BY name")]

    def add(self, name: str, password: str) -> None:
        """A new user.

        Raises:
            UserError: The name or the password cannot be used, or the name is there already.
        """
        name = checked(name)
        row = (name, self._hashed(password), secrets.token_urlsafe(8))
        if not self._file.changed("INSERT OR IGNORE INTO users VALUES (?, ?, ?)", *row):
            raise UserError(f"There is a user {name!r} already: choose another name.")

    def remove(self, name: str) -> None:
        """Without that user, who is logged out everywhere.

        Raises:
            UserError: There is no such user.
        """
        if not self._file.changed("DELETE FROM users WHERE name = ?", known(name)):
            raise _missing(name)

    def set_password(self, name: str, password: str) -> None:
        """Another password for that user, who is logged out everywhere.

        Raises:
            UserError: There is no such user, or the password cannot be used.
        """
        row = (self._hashed(password), secrets.token_urlsafe(8), known(name))
        if not self._file.changed("UPDATE users SET hash = ?, stamp = ? WHERE name = ?", *row):
            raise _missing(name)

    def stamp(self, name: str) -> str | None:
        """A mark that is another after each change of the password; None where there is no such user.

        A random mark, not a part of the hash: that changes too when it is only computed anew with other parameters.
        """
        found = self._file.rows("SELECT stamp FROM users WHERE name = ?", known(name))
        return found[0][0] if found else None

    def check(self, name: str, password: str, address: str) -> bool:
        """Whether that is the user's password. Wrong ones are counted, and none is looked at while the name waits.

        One is checked at a time: guesses sent all at once are counted like those in a row, and a flood of them takes
        the memory of one hash.

        Args:
            name: As given.
            password: As given.
            address: Where the request comes from.
        """
        with self._one_at_a_time:
            if self.locked(name, address):
                return False
            good = self._verified(known(name), password)
            if good:
                self._wrong.clear(OF_PAIR, address, known(name))
            else:
                self._count(name, address)
            return good

    def locked(self, name: str, address: str) -> int:
        """Seconds for which no password of that name from that address is looked at; 0 mostly."""
        left = [
            self._waits.get_window_stats(wait, *key).reset_time - time.time()
            for wait, key in ((_WAITING[item], key) for item, key in _keys(name, address))
            if not self._waits.test(wait, *key)
        ]
        return ceil(max(left, default=0))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _count(self, name: str, address: str) -> None:
        for item, key in _keys(name, address):
            self._wrong.hit(item, *key)
            if not self._wrong.test(item, *key):
                self._waits.hit(_WAITING[item], *key)  # for as long as it takes to forget the wrong ones

    def _verified(self, name: str, password: str) -> bool:
        nobody = self._nobody  # made before the look-up, so that the first check of a process takes as long for all
        found = self._file.rows("SELECT hash FROM users WHERE name = ?", name)
        hashed = found[0][0] if found else nobody
        try:
            self._hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        if self._hasher.check_needs_rehash(hashed):
            anew = self._hasher.hash(_bytes(password))
            self._file.changed("UPDATE users SET hash = ? WHERE name = ? AND hash = ?", anew, name, hashed)
        return bool(found)

    @cached_property
    def _nobody(self) -> str:
        """What is verified for unknown names: they must take as long as known ones."""
        return self._hasher.hash("")

    def _hashed(self, password: str) -> str:
        plain = unicodedata.normalize("NFKC", password)
        if len(plain) not in PASSWORD_LENGTHS or any(unicodedata.category(c) in ("Cc", "Cs") for c in plain):
            raise UserError(
                f"This password cannot be used: give {PASSWORD_LENGTHS[0]} to {PASSWORD_LENGTHS[-1]:,} characters, "
                "none of them a control character."
            )
        return self._hasher.hash(_bytes(password))


def canonical(name: str) -> str:
    """The name as it is kept: one way to write what looks the same (NFC)."""
    return unicodedata.normalize("NFC", name)


def checked(name: str) -> str:
    """The name as it is kept.

    Raises:
        UserError: It cannot be used.
    """
    name = canonical(name)
    if not _usable(name):
        raise UserError(
            f"The name {name[: NAME_LENGTH + 1]!r} cannot be used: give 1 to {NAME_LENGTH} characters, "
            "no space at either end and nothing that does not show."
        )
    return name


def _usable(name: str) -> bool:
    shows = all(unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in ("Zl", "Zp") for c in name)
    return 0 < len(name) <= NAME_LENGTH and shows and name == name.strip()


def known(name: str) -> str:
    """The name under which somebody may be found; nobody's where none can have it, however long it is."""
    name = canonical(name)
    return name if _usable(name) else ""


def _keys(name: str, address: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
    """What wrong passwords are counted by."""
    return (OF_PAIR, (address, known(name))), (OF_NAME, (known(name),))


def _bytes(password: str) -> bytes:
    """The same from every keyboard (NFKC); what is no character is never right, but no error either."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _missing(name: str) -> UserError:
    return UserError(f"There is no user {canonical(name)[: NAME_LENGTH + 1]!r}: see `qa users list`.")
