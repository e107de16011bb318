"""The browser chat from its start to its end: who may log in, the port taken, the page served."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import DatelineError
from qa.network.listening import called_as, listening, resolved
from qa.progress import bars
from qa.settings import Settings
from qa.tracing import exported

if TYPE_CHECKING:
    from qa.keeping.users import Users


def launch(settings: Settings, corpus: Path, index: str | Path | None, host: str, port: int, login: bool) -> None:
    """Serve the page until told to end; what keeps it from starting is told before any article is read.

    Args:
        settings: Those in force.
        corpus: The folder of articles.
        index: The folder of its index or the address of a Chroma server, None for the default.
        host: An address or name; one that others reach demands a login.
        port: 0 for any that is free.
        login: Whether a login is demanded on this machine too.

    Raises:
        DatelineError: It cannot be listened there, nobody may log in, or the archive cannot be opened.
    """
    family, address = resolved(host)
    ours = ipaddress.ip_address(address).is_loopback
    with (
        _users(settings, host, ours) if login or not ours else nullcontext() as users,
        listening(family, address, port) as listener,
    ):
        if not ours:
            print("Others reach this by plain http, passwords too: put a server with https before it.", file=sys.stderr)
        _serve(settings, corpus, index, host, listener, users)


@contextmanager
def _users(settings: Settings, host: str, ours: bool) -> Iterator[Users]:
    """Who may log in; somebody must."""
    from qa.keeping.users import FILE, Users

    with closing(Users(settings.data_folder / FILE)) as users:
        if not users.names():
            why = "--login lets nobody in" if ours else f"--host {host} opens Dateline to others"
            raise DatelineError(f'{why}: add a user first with "qa users add NAME".')
        yield users


def _serve(
    settings: Settings, corpus: Path, index: str | Path | None, host: str, listener: socket.socket, users: Users | None
) -> None:
    import qa

    with bars() as progress:
        archive = qa.open(corpus, index, progress, settings)
    with archive, exported(settings.otel_exporter_otlp_endpoint):
        for refused in archive.refused():
            print(f"Not read: {refused}", file=sys.stderr)
        with ThreadPoolExecutor(1) as pool:
            loaded = pool.submit(archive.load)  # while Gradio is imported, which takes seconds too
            import uvicorn

            from qa.network.callers import LOOPBACK
            from qa.web.server import server
        loaded.result()
        called, port = called_as(listener)
        # Without a login the names of this machine alone: another could be one that somebody made to point here.
        hosts = None if users else LOOPBACK | {called, host.lower()}
        application = server(archive, settings, users, hosts)
        listener.listen()
        print(f"Dateline answers at http://{called}:{port} (Ctrl-C ends it)", flush=True)
        running = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=5))
        running.run(sockets=[listener])
