"""The same headers on every response."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Headers:
    """The ASGI middleware that puts `headers` on every response, in the place of any of that name."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._ours = {name.lower().encode(): value.encode() for name, value in headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the ASGI specification has it."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                theirs = (header for header in message["headers"] if header[0].lower() not in self._ours)
                message["headers"] = [*theirs, *self._ours.items()]
            await send(message)

        await self._app(scope, receive, sending)
