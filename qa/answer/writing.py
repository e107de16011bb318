"""A language model behind an OpenAI-compatible address: messages to text as it is written, or one sentence why not.

The only file that knows the openai client. Requests run on an event loop of their own thread, so that each has one
deadline for all its tries, and ends at once when nobody reads on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.answer.prompts import Message
from qa.errors import WritingError
from qa.settings import OPENAI_MODEL, Settings
from qa.types import Usage

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 5.0
CHARACTERS_A_TOKEN = 8
"""More than any token of prose has: what is longer than the tokens allowed ignores the limit."""
_OPTIONAL = ("temperature", "stream_options", "max_tokens", "max_completion_tokens")
"""Left out where a server says that it does not take them."""
_Put = Callable[[str | WritingError | None], None]


class Writer:
    """The configured model. Cheap to make; connects on first use; safe for several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: AsyncOpenAI | None = None
        self._model, self._refused = settings.model, set[str]()
        self._openai = not settings.openai_base_url
        address = urlsplit(settings.openai_base_url or "https://api.openai.com/v1")
        self.host = address.netloc.rpartition("@")[2] or settings.openai_base_url
        """Where requests go, as it is told to people: no user, no key."""

    @property
    def name(self) -> str:
        """The model's name; where none is set it is known once the server was asked."""
        return self._model or (OPENAI_MODEL if self._openai else "the model")

    def write(
        self, messages: Sequence[Message], tokens: int = 0, seconds: float = 0, used: list[Usage] | None = None
    ) -> Generator[str, None, None]:
        """The model's words as they come. Reading no further ends the request.

        Args:
            messages: What is said to it.
            tokens: The most it may write; by default as set.
            seconds: What it may take, retries and all; by default, and at most, as set.
            used: Given what it cost in the end, where the server tells.

        Raises:
            WritingError: It cannot be reached, or gave no whole answer; the message is one sentence that says why.
        """
        pieces: SimpleQueue[str | WritingError | None] = SimpleQueue()
        limit, most = self._settings.timeout, tokens or self._settings.answer_tokens
        run = asyncio.run_coroutine_threadsafe(
            self._run(self._pieces(messages, most, used), min(seconds or limit, limit), pieces.put), self._running()
        )
        # Also where the run was cancelled before it began, so that nobody waits for ever.
        run.add_done_callback(lambda _: pieces.put(WritingError("The answer was stopped.")))
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, WritingError):
                    raise piece
                yield piece
        finally:
            run.cancel()

    def load(self) -> None:
        """Import the client now, which takes a second; nothing is sent."""
        self._connected()

    def close(self) -> None:
        """End what is under way and let go of the connections."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop:
            asyncio.run_coroutine_threadsafe(self._closed(), loop).result(CONNECT_SECONDS)
            loop.call_soon_threadsafe(loop.stop)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=_serve, args=(self._loop,), name="writer", daemon=True).start()
            return self._loop

    async def _closed(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        client, self._client = self._client, None
        if client:
            await client.close()

    async def _run(self, pieces: AsyncIterator[str], seconds: float, put: _Put) -> None:
        """Puts the pieces, then None or the error."""
        try:
            async with asyncio.timeout(seconds):
                async for piece in pieces:
                    put(piece)
        except WritingError as error:
            put(error)
        except TimeoutError:
            put(WritingError(f"The model at {self.host} did not finish within {seconds:g} seconds."))
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the reader gets one sentence
            put(WritingError(_why(error, self.host, self._model)))
        else:
            put(None)

    async def _pieces(self, messages: Sequence[Message], tokens: int, used: list[Usage] | None) -> AsyncIterator[str]:
        written, ended = 0, ""
        stream = await self._asked(messages, tokens)
        async with stream:
            async for chunk in stream:
                if chunk.usage and used is not None:
                    used.append(self._usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens))
                for choice in chunk.choices[:1]:
                    ended = choice.finish_reason or ended
                    if choice.delta and choice.delta.refusal:
                        ended = "content_filter"
                    if choice.delta and choice.delta.content:
                        written += len(choice.delta.content)
                        yield choice.delta.content
                if written > tokens * CHARACTERS_A_TOKEN:
                    ended = "length"
                    break
        if reason := _unfinished(ended, written):
            raise WritingError(f"The model at {self.host} {reason}.")

    async def _asked(self, messages: Sequence[Message], tokens: int) -> Any:  # noqa: ANN401 - the client's own type
        """The stream of the reply; what the server does not take is left out and remembered."""
        from openai import BadRequestError

        client = self._connected()
        if not self._model:
            self._model = await self._named(client)
        while True:
            options: dict[str, Any] = {
                "temperature": self._settings.temperature,
                "stream_options": {"include_usage": True},
                "max_completion_tokens" if self._openai else "max_tokens": tokens,
            }
            options = {name: value for name, value in options.items() if name not in self._refused}
            try:
                return await client.chat.completions.create(
                    model=self._model,
                    messages=messages,  # type: ignore[arg-type]
                    stream=True,
                    **options,
                )
            except BadRequestError as error:
                refused = {name for name in _OPTIONAL if name in options and name in str(error)}
                if not refused:
                    raise
                self._refused |= refused

    async def _named(self, client: AsyncOpenAI) -> str:
        """The first model that the server lists."""
        if self._openai:
            return OPENAI_MODEL
        listed = await client.models.list()
        if not listed.data:
            raise WritingError(f"The server at {self.host} lists no model: name one with QA_MODEL.")
        return listed.data[0].id

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI, Timeout

            settings = self._settings
            self._client = AsyncOpenAI(
                api_key=settings.openai_api_key.get_secret_value() or "none",
                base_url=settings.openai_base_url or None,
                timeout=Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout)),
                max_retries=settings.retries,
            )
        return self._client

    def _usage(self, read: int, written: int) -> Usage:
        cost = (read * self._settings.price_in + written * self._settings.price_out) / 1_000_000
        return Usage(read, written, cost)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _unfinished(ended: str, written: int) -> str:
    """Why a reply is no whole answer; empty where it is one."""
    if ended == "content_filter":
        return "refused to answer"
    if ended == "length":
        return "did not come to an end"
    if not written:
        return "sent nothing"
    return "" if ended else "broke off in the middle"


def _why(error: Exception, host: str, model: str) -> str:
    """One sentence. What a server says is left out: it may hold the key, or anything."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return f"The model at {host} did not answer in time."
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return f"The model at {host} does not take the key: set OPENAI_API_KEY."
    if isinstance(error, openai.NotFoundError):
        return f"The server at {host} does not know the model {model!r}: set QA_MODEL and OPENAI_BASE_URL."
    if isinstance(error, openai.RateLimitError):
        return f"The model at {host} takes no more requests now (429): try again later."
    if isinstance(error, openai.APIStatusError):
        return f"The model at {host} failed ({error.status_code})."
    if isinstance(error, openai.APIConnectionError):
        return f"The model at {host} cannot be reached: start its server or mend OPENAI_BASE_URL."
    return f"The reply of the model at {host} cannot be read."
