"""What a caller is sent as an answer is made, and what happens where the caller goes away meanwhile."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from qa import types
from qa.errors import DatelineError
from qa.serving.refusals import FAILED, Refusal, refused
from qa.serving.schemas import Answer, Passage
from qa.types import Delta, Draft, Event, Finished, Found

GONE = 499
"""The status where the caller has gone: heard by nobody, but counted, as nginx does."""
_log = logging.getLogger(__name__)


class EventStream(StreamingResponse):
    """Server-sent events; what makes them is closed as soon as the caller has gone."""

    def __init__(self, lines: AsyncGenerator[str, None]) -> None:
        super().__init__(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the ASGI specification has it."""
        async with aclosing(self._lines):
            await super().__call__(scope, receive, send)


async def streamed(
    events: AsyncGenerator[Event, None],
    lines: Callable[[AsyncIterator[Event]], AsyncGenerator[str, None]],
    path: str,
) -> EventStream:
    """The response that sends the events as `lines` writes them.

    The first event is waited for, so that what cannot be asked is refused by its status. What goes wrong later is told
    in the stream.
    """
    first = await anext(events)

    async def whole() -> AsyncGenerator[Event, None]:
        async with aclosing(events):
            yield first
            async for event in events:
                yield event

    async def told() -> AsyncGenerator[str, None]:
        try:
            async with aclosing(whole()) as them, aclosing(lines(them)) as written:
                async for line in written:
                    yield line
        except DatelineError as error:
            yield _error(path, str(error))
        except Exception:
            _log.exception("An answer failed halfway.")
            yield _error(path, FAILED)

    return EventStream(told())


async def finished(events: AsyncGenerator[Event, None], request: Request) -> types.Answer:
    """The answer that the events end with.

    Raises:
        Refusal: The caller has gone; the work ends.
    """

    async def last() -> types.Answer:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    return event.answer
        raise RuntimeError("The stream has no end.")

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering, leaving = asyncio.create_task(last()), asyncio.create_task(gone())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise Refusal(GONE, "The caller has gone.")
        return answering.result()
    finally:
        answering.cancel()
        leaving.cancel()


async def own_events(events: AsyncIterator[Event]) -> AsyncGenerator[str, None]:
    """Our own server-sent events: found, draft, delta, last answer."""
    async for event in events:
        if isinstance(event, Found):
            passages = [Passage.of(hit).model_dump(mode="json") for hit in event.hits]
            yield _line("found", {"question": event.question, "passages": passages})
        elif isinstance(event, Draft):
            yield _line("draft", {"text": event.text})
        elif isinstance(event, Delta):
            yield _line("delta", {"text": event.text})
        else:
            yield _line("answer", Answer.of(event.answer).model_dump(mode="json"))


def _line(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _error(path: str, message: str) -> str:
    """What went wrong, as a client of that path reads it."""
    response: JSONResponse = refused(path, Refusal(500, message))
    data = bytes(response.body).decode()
    return f"data: {data}\n\n" if path.startswith("/v1/") else f"event: error\ndata: {data}\n\n"
