"""The archive for an event loop: its work is done in threads, so many at once, and ends when nobody waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing, suppress
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from qa.types import Event

CONCURRENT = 16
"""Threads that work for callers at once, and questions that the browser chat answers at once."""
WAITING = 64
"""Callers, or questions, that wait for one; whoever comes then is turned away."""
Result = TypeVar("Result")


class Busy(Exception):  # noqa: N818 - a state, told to the caller as a status
    """More callers wait than are let wait."""


class Threads:
    """The threads that work for callers."""

    def __init__(self, concurrent: int = CONCURRENT, waiting: int = WAITING) -> None:
        self._limit, self._most, self._here = CapacityLimiter(concurrent), concurrent + waiting, 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def at_work(self) -> int:
        """How many work now."""
        return self._limit.borrowed_tokens

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns, called in a thread. Who is cancelled waits for it nevertheless.

        Raises:
            Busy: Too many wait already.
        """
        if self._here >= self._most:
            raise Busy
        self._here += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limit)
        finally:
            self._here -= 1

    async def events(self, make: Callable[[], Generator[Event, None, None]]) -> AsyncGenerator[Event, None]:
        """The events of a stream as they come. Close it, and the stream is closed at its next event.

        A thread is held while the archive works, not while a slow caller reads.

        Raises:
            Busy: Too many wait already.
        """
        loop, ended = asyncio.get_running_loop(), threading.Event()
        queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()

        def work() -> None:
            if ended.is_set():
                return
            with closing(make()) as events:
                for event in events:
                    if ended.is_set():
                        return
                    with suppress(RuntimeError):  # the loop is closed: the server has ended
                        loop.call_soon_threadsafe(queue.put_nowait, event)

        async def whole() -> None:
            try:
                await self.run(work)
                queue.put_nowait(None)
            except BaseException as error:  # noqa: BLE001 - raised again where the events are read
                queue.put_nowait(error)

        task = asyncio.create_task(whole())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while (event := await queue.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            ended.set()
