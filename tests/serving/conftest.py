"""A small archive, and a real server over it on a free port of this machine."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp

import qa
from qa.archive import Archive
from qa.serving.application import application
from qa.settings import Settings
from tests.conftest import article

QUESTION = "When did the old bridge at Basra collapse?"
QUOTE = "The old bridge at Basra collapsed on Sunday, when the flood reached its third pier."
ROW = "city desk/rows.jsonl#no. 1?"
ARTICLES = {
    "bridge.md": article(
        "Flood closes the bridge at Basra",
        f"{QUOTE}\n\nNobody was on it. The mayor, Salim Aziz, said that 27 houses were lost in the flood at Basra.",
    ),
    "festival.md": article(
        "Lantern festival", "The lantern festival of Kut opened on 3 April 2016 with music.", "2016-04-04", "The Lamp"
    ),
    "city desk/rows.jsonl": json.dumps(
        {
            "id": "no. 1?",
            "title": "A tram for Amara",
            "text": "The first tram of Amara ran on Monday with 40 passengers.",
            "published": "2018-02-06",
            "publisher": "The Lamp",
            "url": "https://lamp.example/tram",
        }
    ),
}


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds `news` and its `index`."""
    found = tmp_path_factory.mktemp("serving")
    for name, text in ARTICLES.items():
        path = found / "news" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    qa.open(found / "news", found / "index").close()
    return found


def opened(folder: Path, **settings: object) -> Archive:
    return Archive(folder / "news", folder / "index", Settings(**settings))  # type: ignore[arg-type]


@pytest.fixture(scope="package")
def archive(folder: Path) -> Iterator[Archive]:
    with opened(folder) as found:
        yield found


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The address of a real server of that application."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 10
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="package")
def address(archive: Archive) -> Iterator[str]:
    """Where the archive answers."""
    with running(application(archive, rate=100_000)) as found:
        yield found
