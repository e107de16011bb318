"""Readers add articles: files, a pasted text, addresses of web pages; and take them out. Each is answered line by line.

The lines are JSON objects, told as it happens:

    {"kind": "saved", "source", "id", "new"}    a file is in the corpus; new is false where it was there already
    {"kind": "refused", "source", "reason"}     one sentence; with "line" for a row of a file that is kept otherwise
    {"kind": "waiting"}                         another is adding, or another process writes the index
    {"kind": "progress", "stage", "done", "total"}
    {"kind": "failed", "reason"}                the last line, where it cannot be finished
    {"kind": "done", "added", "changed", "articles", "passages"}    the last line otherwise

What cannot be begun is answered by a status from 400 up and {"detail": one sentence}. A request that was begun is
finished, whether anybody listens or not. That requests come from our own page is seen to before (`qa.web.access`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from qa.archive import Archive
from qa.errors import DatelineError
from qa.ingest.adding import check_size, pasted
from qa.ingest.fetching import fetch
from qa.network.callers import address_of
from qa.network.rates import Rates
from qa.settings import Settings
from qa.web.access import owner_of
from qa.web.added import is_added
from qa.web.receiving import JSON_BYTES, Addresses, Text, asked, uploaded
from qa.web.saving import Item, Line, Tell, add, refused, take_out

AT_ONCE = 4
"""Addresses fetched at the same time for one request."""
LOG = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[tuple[str, bytes]]]


def adding_router(
    archive: Archive, settings: Settings, fetching: Fetch = fetch, rates: Rates | None = None
) -> APIRouter:
    """What takes new articles for `archive` below /api/add.

    Args:
        archive: The articles are written into its folder, and it is brought up to date.
        settings: Whether articles may be added, how large, and whether addresses are fetched.
        fetching: Gives name and content of the page at an address.
        rates: How often a reader may add; None for as often as they like.
    """
    limit = settings.add_megabytes * 1_000_000
    adder = _Adder(archive, limit)

    def allowed(request: Request) -> None:
        if not settings.add:
            raise HTTPException(403, "Articles cannot be added here.")
        if rates and (wait := rates.wait(owner_of(request), address_of(request))):
            told = f"Too much is added at once: wait {wait} seconds."
            raise HTTPException(429, told, {"Retry-After": str(wait)})

    router = APIRouter(prefix="/api/add", dependencies=[Depends(allowed)])

    @router.post("/files")
    async def files(request: Request) -> StreamingResponse:
        found = [Item(upload.filename or "", partial(_read, upload, limit)) for upload in await uploaded(request)]
        return adder.answer(partial(_given, found))

    @router.post("/text")
    async def text(request: Request) -> StreamingResponse:
        # JSON may spell a character of two bytes in six.
        given = await asked(Text, request, 3 * limit + JSON_BYTES)
        make = partial(pasted, given.title, given.text, given.published, given.publisher, given.author, given.url)
        return adder.answer(partial(_given, [Item(given.title.strip() or "text", make)]))

    @router.delete("/file")
    async def removed(file: str) -> StreamingResponse:
        if not is_added(archive.corpus, file):
            raise HTTPException(404, "No file of that name was added.")
        return adder.remove(file)

    @router.post("/addresses")
    async def addresses(request: Request) -> StreamingResponse:
        if not settings.fetch:
            raise HTTPException(403, "Addresses are not fetched here: add the page as a file, or its text.")
        given = await asked(Addresses, request, JSON_BYTES)
        return adder.answer(partial(_fetched, list(dict.fromkeys(given.addresses)), fetching))

    return router


class _Adder:
    """Adds for one request after the other, in a thread of its own."""

    def __init__(self, archive: Archive, limit: int) -> None:
        self._archive, self._limit = archive, limit
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="adding")
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0

    def answer(self, collect: Callable[[Tell], Awaitable[Sequence[Item]]]) -> StreamingResponse:
        """The stream of what happens to what `collect` gives."""

        async def work(tell: Tell) -> None:
            items = await collect(tell)
            await self._in_turn(partial(add, self._archive, items, self._limit, tell), tell)

        return self._told(work)

    def remove(self, file: str) -> StreamingResponse:
        """The stream of what happens as the added file of that id is taken out."""

        async def work(tell: Tell) -> None:
            await self._in_turn(partial(take_out, self._archive, file, tell), tell)

        return self._told(work)

    def _told(self, job: Callable[[Tell], Awaitable[None]]) -> StreamingResponse:
        """The stream of what the job tells. It is finished even if nobody reads the stream."""
        loop, lines = asyncio.get_running_loop(), asyncio.Queue[Line | None]()

        def tell(line: Line | None) -> None:
            with suppress(RuntimeError):  # the server has been closed
                loop.call_soon_threadsafe(lines.put_nowait, line)

        async def told() -> AsyncIterator[str]:
            while (line := await lines.get()) is not None:
                yield json.dumps(line) + "\n"

        async def work() -> None:
            try:
                await job(tell)
            except DatelineError as error:
                tell({"kind": "failed", "reason": str(error)})
            except Exception:
                LOG.exception("adding articles failed")
                tell({"kind": "failed", "reason": "Adding failed; the log of the server says why."})
            finally:
                tell(None)

        task = loop.create_task(work())
        self._tasks.add(task)  # a task that nothing holds may be dropped halfway
        task.add_done_callback(self._tasks.discard)
        unbuffered = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(told(), media_type="application/x-ndjson", headers=unbuffered)

    async def _in_turn(self, job: Callable[[], None], tell: Tell) -> None:
        if self._working:
            tell({"kind": "waiting"})
        self._working += 1
        try:
            await asyncio.get_running_loop().run_in_executor(self._worker, job)
        finally:
            self._working -= 1


async def _given(items: Sequence[Item], _: Tell) -> Sequence[Item]:
    return items


async def _fetched(addresses: Sequence[str], fetching: Fetch, tell: Tell) -> Sequence[Item]:
    """The pages at the addresses, in their order; why one is not fetched is told."""
    gate, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(address: str) -> Item | None:
        nonlocal done
        page = None
        async with gate:
            try:
                page = await fetching(address)
            except ValueError as error:
                tell(refused(address, str(error)))
        done += 1
        tell({"kind": "progress", "stage": "fetching", "done": done, "total": len(addresses)})
        return Item(address, partial(_same, page)) if page else None

    return [item for item in await asyncio.gather(*map(one, addresses)) if item]


def _same(page: tuple[str, bytes]) -> tuple[str, bytes]:
    return page


def _read(upload: UploadFile, limit: int) -> tuple[str, bytes]:
    """Name and content of a file that lies in a temporary one, which ends."""
    with upload.file as file:
        check_size(upload.size or 0, limit)
        return upload.filename or "", file.read()
