"""The browser chat: `uv run app.py`, then open the address that it prints."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

from qa.errors import DatelineError
from qa.progress import bars
from qa.settings import Settings

HOST = "127.0.0.1"


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
    parser.add_argument("--index", type=Path, default=settings.index, help="the index's folder [a cache folder]")
    parser.add_argument("--port", type=int, default=7860, help="[%(default)s]")
    options = parser.parse_args(arguments)
    with _listening(options.port) as listener:
        return _serve(options, listener)


def _listening(port: int) -> socket.socket:
    """The port, taken before the index is built: nobody should wait for that in vain."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise DatelineError(f"Port {port} cannot be used ({error}): choose another with --port.") from None
    return listener


def _serve(options: argparse.Namespace, listener: socket.socket) -> int:
    import qa

    with bars() as progress:
        archive = qa.open(options.corpus, options.index, progress)
    for refused in archive.refused():
        print(f"Not read: {refused}", file=sys.stderr)
    archive.load()
    import uvicorn

    from qa.web.server import server

    application = server(archive)
    listener.listen()
    print(f"Dateline answers at http://{HOST}:{listener.getsockname()[1]} (Ctrl-C ends it)", flush=True)
    running = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=5))
    running.run(sockets=[listener])
    archive.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
