"""Who asks, and which requests are turned away before anything looks at them."""

from __future__ import annotations

import secrets
from typing import Any, Protocol
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.keeping.users import Users
from qa.network.callers import from_elsewhere, host_of
from qa.web.cookie import Cookie

WITHOUT_LOGIN = frozenset({"/login", "/healthz"})


class _Asked(Protocol):
    @property
    def state(self) -> Any: ...  # noqa: ANN401 - Starlette's State, of any attributes


def owner_of(request: _Asked) -> str:
    """Who asks: "user:NAME" where people log in, else "browser:TOKEN". Takes Gradio's requests too."""
    return str(request.state.owner)


class Access:
    """The ASGI middleware that says who asks, in `state.owner`, and turns away whom it must.

    Args:
        app: What is asked.
        secret: Signs the cookie; see `qa.web.cookie.secret_at`.
        users: Who may log in; None where nobody has to, and every browser is an owner of its own.
        secure: Whether the cookie is for https alone even where the request came by http, from a proxy.
        hosts: The names, in lower case and without port, under which the server may be called; None for any. Without
            a login they must be those of this machine, else a page elsewhere whose name is made to point here could
            read the archive (DNS rebinding).
    """

    def __init__(
        self,
        app: ASGIApp,
        secret: bytes,
        users: Users | None = None,
        secure: bool = False,
        hosts: frozenset[str] | None = None,
    ) -> None:
        self._app, self._users, self._hosts = app, users, hosts
        self._cookie = Cookie(secret, secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the ASGI specification has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        owner, given = ("", None) if refusal else self._owner(connection)
        if not refusal and not owner and not _open(scope["path"]):
            refusal = _to_login(connection)
        if refusal:
            await _refuse(refusal, scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {}), "owner": owner}  # one of its own: a server may share what it gives
        await self._app(scope, receive, _giving(send, given) if given else send)

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        if self._hosts is not None and host_of(connection) not in self._hosts:
            told = "Dateline answers this machine alone here: call it localhost or 127.0.0.1 in the address."
            return PlainTextResponse(told, 421)
        if from_elsewhere(connection):
            return JSONResponse({"detail": "Requests from other sites are not answered."}, 403)
        return None

    def _owner(self, connection: HTTPConnection) -> tuple[str, str | None]:
        """Who asks, nobody where that is unknown, and the header that gives a cookie where one is due."""
        if self._users is not None:
            logged_in = self._cookie.user(connection)
            holds = logged_in is not None and self._users.stamp(logged_in[0]) == logged_in[1]
            return (f"user:{logged_in[0]}" if logged_in and holds else ""), None
        token, due = self._cookie.browser(connection) or (secrets.token_urlsafe(16), True)
        due = due and not _open(connection.scope["path"])  # what caches keep and machines ask for gives no cookie
        return f"browser:{token}", self._cookie.of_browser(token, connection) if due else None


def _open(path: str) -> bool:
    """Whether that needs no login."""
    return path in WITHOUT_LOGIN or (path.startswith("/static/") and ".." not in path.split("/"))


def _to_login(connection: HTTPConnection) -> Response:
    """Pages lead to the login and back; everything else is told."""
    scope = connection.scope
    if (
        scope["type"] == "websocket"
        or scope["method"] != "GET"
        or "text/html" not in connection.headers.get("accept", "")
    ):
        return JSONResponse({"detail": "Log in first."}, 401)
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"/login?next={quote(f'{path}?{query}' if query else path)}", 303)


async def _refuse(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})  # a policy is violated; RFC 6455, 7.4.1
    else:
        await refusal(scope, receive, send)


def _giving(send: Send, header: str) -> Send:
    """What also sends that cookie, with the first of the answer."""

    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            message.setdefault("headers", [])
            MutableHeaders(scope=message).append("set-cookie", header)
        await send(message)

    return sending
