"""A Chroma server: where it is, what it is told to prove who asks, and how long it is waited for.

Chroma's own client is used one layer below `chromadb.HttpClient`, for two reasons. That one has no time-outs, and asks
the server as it is made. And its collections make embedding functions, which may import, read files and download, of
what the server says of a collection: even with `embedding_function=None`, at the first `add`. Below it nothing is made
of an answer but ids, numbers and words.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.errors import EngineFailed, ServerUnusable, SettingsError
from qa.settings import Settings

if TYPE_CHECKING:
    import httpx
    from chromadb.api.fastapi import FastAPI

QUESTION_TRIES, SYNC_TRIES = 2, 6
"""How often a request is sent. A question has something to fall back on; a sync waits for a server that starts again:
some six seconds, drawn by chance so that several do not come at once."""
SYNC_PATIENCE = 6
"""How many times longer than a question a sync waits for one answer: a collection may be read from disk for it."""
CONNECT_SECONDS = 5.0
AWAY_SECONDS = 30.0
"""How long a server that did not answer is not asked again by questions: each would wait for it in vain."""
KEPT = "Nothing is lost: the next sync hands over what it lacks."
CLOUD = ".trychroma.com"
CLOUD_RESULTS = 300
"""The most that Chroma Cloud gives for one query (docs.trychroma.com, Quotas & Limits)."""
_BUSY = {429, 502, 503, 504}
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{1,126}[A-Za-z0-9])")
"""Chroma's rule for a collection's name, and Chroma Cloud's length; tenants and databases stand in the address too."""


class Missing(EngineFailed):
    """There is no such collection, or no such database."""


class _Busy(Exception):
    """The server cannot be reached just now, or says that it is busy."""


class _Refused(Exception):
    """The server does not take the token."""


class ChromaServer:
    """A server, the database on it and the collection in that. Asks nothing before it is told to; thread-safe."""

    def __init__(self, address: str, settings: Settings, collection: str) -> None:
        """Take the address as `is_address` has it; `collection` is the name where none is set.

        Raises:
            SettingsError: The address or a setting cannot be used, or the token would be sent unencrypted.
        """
        self.address, self._settings = address.rstrip("/"), settings
        self.collection = settings.chroma_collection or collection
        self.writes = settings.chroma_write
        self._where = {"tenant": settings.chroma_tenant, "database": settings.chroma_database}
        host = _checked(self.address, settings, self.collection)
        self._loopback = _is_loopback(host)
        self.most = CLOUD_RESULTS if host.endswith(CLOUD) else None
        self._verified = _verifying(settings.chroma_certificates)
        self._lock = threading.Lock()
        self._apis: dict[bool, FastAPI] = {}
        self._away_until = 0.0

    @property
    def away(self) -> bool:
        """Whether it could not be used a moment ago, so that it is not worth asking."""
        return monotonic() < self._away_until

    def ask(self, patient: bool, method: str, **arguments: Any) -> Any:  # noqa: ANN401 - as the method has it
        """What a method of Chroma's client says of our database, called again where the server is busy.

        Args:
            patient: Whether to wait for a server that starts again, as a sync does.
            method: One that does no harm where it is called twice.
            arguments: Its own.

        Raises:
            ServerUnusable: The server cannot be reached, stays busy, refuses the token, or is none of Chroma's.
            Missing: There is no such collection.
            EngineFailed: The server refuses this request.
        """
        from tenacity import (
            Retrying,
            retry_if_exception_type,
            stop_after_attempt,
            stop_after_delay,
            wait_random_exponential,
        )

        seconds = self._seconds(patient)
        retrying = Retrying(
            retry=retry_if_exception_type(_Busy),
            stop=stop_after_attempt(SYNC_TRIES if patient else QUESTION_TRIES) | stop_after_delay(seconds),
            wait=wait_random_exponential(multiplier=0.5, max=4) if patient else wait_random_exponential(max=0.2),
            reraise=True,
        )
        with self._ours():
            called = getattr(self._client(patient), method)
            found = retrying(_once, called, **arguments, **self._where)
        self._away_until = 0.0
        return found

    def failed(self, why: str) -> ServerUnusable:
        """The error that says why this server cannot be used: "The Chroma server … {why}."."""
        self._away_until = monotonic() + AWAY_SECONDS
        return ServerUnusable(f"The Chroma server {self.address} {why}. {KEPT}")

    def close(self) -> None:
        """Close its connections; the next request opens others."""
        with self._lock:
            for api in self._apis.values():
                api._session.close()
            self._apis = {}

    @contextmanager
    def _ours(self) -> Iterator[None]:
        from chromadb.errors import ChromaError, NotFoundError

        try:
            yield
        except _Busy as error:
            raise self.failed(f"cannot be reached ({error}): see that it runs") from None
        except _Refused as error:
            raise self.failed(f"does not let this machine in ({error}): set QA_CHROMA_TOKEN") from None
        except NotFoundError as error:
            raise Missing("it has no such collection") from error
        except ChromaError as error:
            # Its kind alone: what a server says is not for terminals and logs.
            raise EngineFailed(f"it answers {type(error).__name__}") from error
        except Exception as error:
            why = f"does not answer as one does ({type(error).__name__}): see that the address is right"
            raise self.failed(why) from error

    def _seconds(self, patient: bool) -> float:
        return self._settings.chroma_timeout * (SYNC_PATIENCE if patient else 1)

    def _client(self, patient: bool) -> FastAPI:
        """One for questions and one for syncs, which differ in their time-outs."""
        with self._lock:
            if patient not in self._apis:
                self._apis[patient] = self._made(patient)
            return self._apis[patient]

    def _made(self, patient: bool) -> FastAPI:
        import httpx
        from chromadb.api.fastapi import FastAPI
        from chromadb.config import Settings as ChromaSettings
        from chromadb.config import System

        # What chromadb would take from the environment, or from a file .env where it is started, is set here.
        made = ChromaSettings(
            _env_file=None,
            anonymized_telemetry=False,
            chroma_otel_collection_endpoint="",
            chroma_client_auth_provider=None,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=self.address,
            chroma_server_http_port=urlsplit(self.address).port or 0,
            chroma_server_ssl_enabled=False,  # the address says it
            chroma_server_headers=None,
            chroma_server_api_default_path="/api/v2",
        )
        api = System(made).instance(FastAPI)
        api._session.close()
        api._session = httpx.Client(
            timeout=httpx.Timeout(self._seconds(patient), connect=min(CONNECT_SECONDS, self._seconds(patient))),
            headers=dict(api._session.headers) | self._token(),
            verify=self._verified,
            follow_redirects=False,
            trust_env=not self._loopback,  # a proxy, where one is configured; never to this machine
            event_hooks={"response": [_look]},
        )
        return api

    def _token(self) -> dict[str, str]:
        token = self._settings.chroma_token.get_secret_value()
        if not token:
            return {}
        header = self._settings.chroma_token_header
        return {header: f"Bearer {token}" if header == "authorization" else token}


def is_address(index: object) -> bool:
    """Whether an index is the address of a server, not a folder."""
    return isinstance(index, str) and re.match(r"https?://", index, re.IGNORECASE) is not None


def collection_name(archive: str) -> str:
    """A collection's name for an archive of any name that ends in a letter or digit."""
    return f"dateline-{re.sub(r'[^A-Za-z0-9._-]', '-', archive)}"[-128:].lstrip("._-")


def _once(called: Callable[..., Any], **arguments: Any) -> Any:  # noqa: ANN401
    import httpx

    try:
        return called(**arguments)
    except httpx.TransportError as error:
        raise _Busy(type(error).__name__) from error


def _look(response: httpx.Response) -> None:
    """Tell apart by status what Chroma's client does not."""
    if response.status_code in (401, 403):
        raise _Refused(response.status_code)
    if response.status_code in _BUSY:
        raise _Busy(response.status_code)


def _verifying(file: Path | None) -> ssl.SSLContext | bool:
    """What https is checked against, as httpx takes it."""
    if not file:
        return True
    try:
        return ssl.create_default_context(cafile=str(file))
    except OSError as error:  # of which TLS's are
        raise SettingsError(
            f"The certificates {str(file)!r} cannot be read ({error}): mend QA_CHROMA_CERTIFICATES."
        ) from None


def _checked(address: str, settings: Settings, collection: str) -> str:
    """The host of the address."""
    parts = urlsplit(address)
    try:
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host = None, None
    if not host or port == 0 or parts.query or parts.fragment:
        raise SettingsError(f"The index {_shown(address)!r} is no address such as http://127.0.0.1:8000.")
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"The address {_shown(address)!r} holds a name or password: set QA_CHROMA_TOKEN instead.")
    for name, value in (
        ("TENANT", settings.chroma_tenant),
        ("DATABASE", settings.chroma_database),
        ("COLLECTION", collection),
    ):
        if not _NAME.fullmatch(value):
            raise SettingsError(
                f"The setting QA_CHROMA_{name} cannot be used ({value!r}): take 3 to 128 of the letters a to z, of "
                "digits, dots, hyphens and underscores, the first and the last a letter or digit."
            )
    token = settings.chroma_token.get_secret_value()
    if token and not re.fullmatch(r"[!-~]+", token):
        raise SettingsError("The setting QA_CHROMA_TOKEN cannot be used (it has spaces or other signs): change it.")
    if token and parts.scheme.lower() == "http" and not _is_loopback(host) and not settings.chroma_token_in_clear:
        raise SettingsError(
            f"QA_CHROMA_TOKEN would be sent to {host} unencrypted: use an address that begins with https://, "
            "or set QA_CHROMA_TOKEN_IN_CLEAR=1."
        )
    return host


def _shown(address: str) -> str:
    """The address without what stands before its host, which may be secret."""
    return re.sub(r"//.*@", "//", address)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
