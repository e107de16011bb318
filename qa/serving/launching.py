"""A server from its start to its end: who may call it, the port taken, and five seconds to finish."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import tracing
from qa.archive import Archive
from qa.errors import DatelineError
from qa.keeping.keys import FILE, Keys
from qa.network.callers import LOOPBACK
from qa.network.listening import called_as, listening, resolved

FINISH_SECONDS = 4
"""For answers under way when the server is told to end. What is left is broken off, so that five seconds are enough."""
CONNECTIONS = 512
"""At once; each has a file handle."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens, and who may call it there."""

    listener: socket.socket
    called: str
    """The address as this machine calls it, with the port, as in "127.0.0.1:7861"."""
    keys: Keys | None
    """Who may call; None where everybody on this machine may."""
    hosts: frozenset[str] | None
    """The names under which the server may be called; None for any."""


@contextmanager
def taken(host: str, port: int, locked: bool, data: Path) -> Iterator[Place]:
    """A place to listen, before the archive is opened: nobody should wait for that in vain.

    Args:
        host: An address or name; one that others reach demands keys.
        port: 0 for any that is free.
        locked: Whether keys are demanded on this machine too.
        data: The folder of what readers keep.

    Raises:
        DatelineError: It cannot be listened there, or keys are demanded and nobody has one.
    """
    family, address = resolved(host)
    ours = ipaddress.ip_address(address).is_loopback
    keys = None if ours and not locked else _keys(data, host, ours)
    with closing(keys) if keys else nullcontext(), listening(family, address, port) as listener:
        if not ours:
            print("Others reach this by plain http, keys too: put a server with https before it.", file=sys.stderr)
        called, port = called_as(listener)
        hosts = None if keys else LOOPBACK | {called, host.lower()}
        yield Place(listener, f"{called}:{port}", keys, hosts)


def _keys(data: Path, host: str, ours: bool) -> Keys:
    """Who may call; somebody must."""
    keys = Keys(data / FILE)
    if not keys.names():
        keys.close()
        why = "--keys lets nobody in" if ours else f"--host {host} opens Dateline to others"
        raise DatelineError(f'{why}: make a key first with "qa keys add NAME".')
    return keys


def serve(place: Place, application: ASGIApp, archive: Archive, path: str = "") -> None:
    """Answer until told to end, then close the archive.

    Args:
        place: Where.
        application: What answers.
        archive: What it answers from.
        path: Below which it answers, for whom starts it.
    """
    import uvicorn

    async def closing_last(scope: Scope, receive: Receive, send: Send) -> None:
        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                archive.close()  # and with it what a language model still writes for callers who were sent away
                tracing.stop()
            return message

        await application(scope, receiving if scope["type"] == "lifespan" else receive, send)

    place.listener.listen()
    print(f"Dateline answers at http://{place.called}{path} (Ctrl-C ends it)", flush=True)
    config = uvicorn.Config(
        closing_last,
        log_level="warning",
        timeout_graceful_shutdown=FINISH_SECONDS,
        limit_concurrency=CONNECTIONS,
        ws="none",
        server_header=False,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[place.listener])
