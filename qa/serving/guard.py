"""Which requests are turned away before anything looks at them, and what is read of the others."""

from __future__ import annotations

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.keeping.keys import Keys
from qa.network.callers import address_of, from_elsewhere, host_of
from qa.network.rates import Rates
from qa.serving.refusals import Refusal, refused

BODY_BYTES, BODY_SECONDS = 1_000_000, 30.0
"""What a request may have, and how long it may take to come."""
PASSED_OVER = 10 * BODY_BYTES
"""What is received of a larger one, so that its sender comes to read why it is refused."""
OPEN = frozenset({"/healthz", "/docs", "/openapi.json"})
STATIC = "/docs/static/"
"""Below it, what the page /docs is made of."""


class Guard:
    """The ASGI middleware that turns away whom it must.

    Args:
        app: What is asked.
        rates: How often one may ask.
        keys: Who may ask; None where everybody on this machine may.
        hosts: The names, in lower case and without port, under which the server may be called; None for any. Without
            keys they must be those of this machine (`qa.web.access` says why).
    """

    def __init__(self, app: ASGIApp, rates: Rates, keys: Keys | None, hosts: frozenset[str] | None) -> None:
        self._app, self._rates, self._keys, self._hosts = app, rates, keys, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the ASGI specification has it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._admit(HTTPConnection(scope))
            body = await _body(HTTPConnection(scope), receive)
        except Refusal as refusal:
            await refused(scope["path"], refusal)(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)

    def _admit(self, connection: HTTPConnection) -> None:
        if self._hosts is not None and host_of(connection) not in self._hosts:
            raise Refusal(421, "Dateline answers this machine alone here: call it localhost or 127.0.0.1.")
        if from_elsewhere(connection):
            raise Refusal(403, "Requests from pages of other sites are not answered.")
        path = connection.scope["path"]
        if path in OPEN or path.startswith(STATIC):
            return
        address = address_of(connection)
        owner = self._owner(connection) if self._keys else address
        if wait := self._rates.wait(owner, address):
            told = f"Too many requests: wait {wait} seconds."
            raise Refusal(429, told, "rate_limit_exceeded", {"Retry-After": str(wait)})

    def _owner(self, connection: HTTPConnection) -> str:
        """Whose key the request has."""
        scheme, _, key = connection.headers.get("authorization", "").partition(" ")
        assert self._keys is not None  # noqa: S101 - for the type checker
        name = self._keys.owner(key.strip()) if scheme.lower() == "bearer" else None
        if name is None:
            told = "This key opens nothing" if scheme else "A key is needed"
            told = f'{told}: send "Authorization: Bearer KEY", with a key made by "qa keys add NAME".'
            raise Refusal(401, told, "invalid_api_key", {"WWW-Authenticate": "Bearer"})
        return name


async def _body(connection: HTTPConnection, receive: Receive) -> bytes | None:
    """The body, whole; None where the caller has gone."""
    too_large = Refusal(413, f"At most {BODY_BYTES:,} bytes are read of a request: send less.")
    declared = connection.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > PASSED_OVER:
        raise too_large
    found, length = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while length <= PASSED_OVER:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                piece = message.get("body", b"")
                length += len(piece)
                found += piece if length <= BODY_BYTES else b""
                if not message.get("more_body"):
                    break
    except TimeoutError:
        told = f"The request did not come within {BODY_SECONDS:g} seconds: send it again."
        raise Refusal(408, told, headers={"Connection": "close"}) from None
    if length > BODY_BYTES:
        raise too_large
    return bytes(found)


def _again(body: bytes | None, receive: Receive) -> Receive:
    """What gives a body that was read already, then what comes after it."""
    given = body is None

    async def receiving() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"} if body is None else await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
