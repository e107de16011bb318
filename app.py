"""The browser chat: `uv run app.py`, then open the address that it prints."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import DatelineError
from qa.network.listening import called_as, listening, resolved
from qa.progress import bars
from qa.settings import Settings
from qa.tracing import exported

if TYPE_CHECKING:
    from qa.keeping.users import Users


def main(arguments: list[str] | None = None) -> int:
    """0 when the server was stopped by its user, 1 with one sentence where it cannot start."""
    try:
        return _started(Settings.load(), arguments)
    except DatelineError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


def _started(settings: Settings, arguments: list[str] | None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=settings.corpus, help="the folder of articles [%(default)s]")
    parser.add_argument(
        "--index", default=settings.index, help="the index's folder, or a Chroma server's address [a cache folder]"
    )
    parser.add_argument("--host", default=settings.host, help="the address to listen at [%(default)s]")
    parser.add_argument("--port", type=int, default=7860, help="[%(default)s]")
    parser.add_argument("--login", action="store_true", help="demand a login on this machine too")
    options = parser.parse_args(arguments)
    family, address = resolved(options.host)
    ours = ipaddress.ip_address(address).is_loopback
    users = _users(settings, options.host, ours) if options.login or not ours else None
    with listening(family, address, options.port) as listener:
        if not ours:
            print("Others reach this by plain http, passwords too: put a server with https before it.", file=sys.stderr)
        return _serve(options, settings, listener, users)


def _users(settings: Settings, host: str, ours: bool) -> Users:
    """Who may log in; somebody must."""
    from qa.keeping.users import FILE, Users

    users = Users(settings.data_folder / FILE)
    if not users.names():
        users.close()
        why = "--login lets nobody in" if ours else f"--host {host} opens Dateline to others"
        raise DatelineError(f'{why}: add a user first with "qa users add NAME".')
    return users


def _serve(options: argparse.Namespace, settings: Settings, listener: socket.socket, users: Users | None) -> int:
    import qa

    with bars() as progress:
        archive = qa.open(options.corpus, options.index, progress)
    for refused in archive.refused():
        print(f"Not read: {refused}", file=sys.stderr)
    archive.load()
    import uvicorn

    from qa.network.callers import LOOPBACK
    from qa.web.server import server

    called, port = called_as(listener)
    # Without a login the names of this machine alone: another could be one that somebody made to point here.
    hosts = None if users else LOOPBACK | {called, options.host.lower()}
    application = server(archive, settings, users, hosts)
    listener.listen()
    print(f"Dateline answers at http://{called}:{port} (Ctrl-C ends it)", flush=True)
    running = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=5))
    with exported(settings.otel_exporter_otlp_endpoint):
        running.run(sockets=[listener])
    archive.close()
    if users:
        users.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
