"""The one cookie, and the secret that signs it."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import HTTPConnection

from qa.errors import KeepingError

NAME = "dateline"
_DAY = 24 * 60 * 60
BROWSER_SECONDS = 365 * _DAY
"""How long a browser keeps what tells its conversations from those of others."""
RENEWED_AFTER = 30 * _DAY
"""A browser's cookie older than this begins its year anew: who comes now and then never loses their conversations."""
LOGIN_SECONDS = 30 * _DAY
SECRET_BYTES = 32


def secret_at(path: Path) -> bytes:
    """The server's secret in that file, made where there is none.

    Raises:
        KeepingError: The file cannot be read or made, or is no secret of ours.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
        secret = path.read_bytes()
    except OSError as error:
        raise KeepingError(f"The secret {str(path)!r} cannot be used ({error}): mend it.") from None
    if len(secret) != SECRET_BYTES:
        raise KeepingError(f"The secret {str(path)!r} is damaged: remove it, upon which every reader begins anew.")
    return secret


class Cookie:
    """The one cookie, signed: which browser it is, or who is logged in. Each kind has a signature of its own."""

    def __init__(self, secret: bytes, secure: bool = False) -> None:
        self._secure = secure
        self._browser, self._user = signer(secret, "browser"), signer(secret, "user")

    def browser(self, connection: HTTPConnection) -> tuple[str, bool] | None:
        """The browser's token, and whether its cookie should be renewed; None where there is no good one."""
        match _signed(self._browser, connection):
            case ([str(token)], int(given)):
                return token, time.time() - given > RENEWED_AFTER
        return None

    def user(self, connection: HTTPConnection) -> tuple[str, str] | None:
        """The name and stamp of who has logged in; None where there is no good cookie."""
        match _signed(self._user, connection, LOGIN_SECONDS):
            case ([str(name), str(stamp)], int()):
                return name, stamp
        return None

    def of_browser(self, token: str, connection: HTTPConnection) -> str:
        """The header that gives it."""
        return self._header(self._browser.dumps([token]), BROWSER_SECONDS, connection)

    def of_user(self, name: str, stamp: str, connection: HTTPConnection) -> str:
        """The header that gives it."""
        return self._header(self._user.dumps([name, stamp]), LOGIN_SECONDS, connection)

    def gone(self, connection: HTTPConnection) -> str:
        """The header that takes it away."""
        return self._header("", 0, connection)

    def _header(self, value: str | bytes, seconds: int, connection: HTTPConnection) -> str:
        # Lax, not Strict: a link from a mail or another site would come without a Strict cookie, be given a new one,
        # and the reader's conversations would be gone. Requests that change something are guarded in access.py.
        secure = "; Secure" if self._secure or connection.scope["scheme"] in ("https", "wss") else ""
        text = value if isinstance(value, str) else value.decode("ascii")
        return f"{NAME}={text}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"


def signer(secret: bytes, kind: str) -> URLSafeTimedSerializer:
    """What signs cookies of that kind, and no others."""
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(secret, salt=f"dateline {kind} 1", signer_kwargs=how)


def _signed(
    signs: URLSafeTimedSerializer, connection: HTTPConnection, seconds: int | None = None
) -> tuple[Any, int] | None:
    """What stands in the cookie and when it was given; None where it is altered, too old or of another kind."""
    try:
        found, given = signs.loads(connection.cookies.get(NAME, ""), max_age=seconds, return_timestamp=True)
    except BadData:
        return None
    return found, int(given.timestamp())
