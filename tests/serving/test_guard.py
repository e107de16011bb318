"""Who is turned away before anything looks at the request: keys, names, other sites, rates, slow and many callers."""

import asyncio
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from qa.archive import Archive
from qa.errors import UserError
from qa.keeping.keys import Keys
from qa.network.callers import LOOPBACK
from qa.serving import guard
from qa.serving.answering import Busy, Threads
from qa.serving.application import application
from tests.serving.conftest import QUESTION

HERE = "http://127.0.0.1:7861"
GUARDED = ["/v1/models", "/api/search?query=bridge", "/api/articles/bridge.md", "/metrics"]
OPEN = ["/healthz", "/docs", "/openapi.json", "/docs/static/swagger-ui.css"]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with closing(Keys(tmp_path / "kept" / "keys.sqlite")) as found:
        yield found


def client(archive: Archive, rate: int = 1000, base: str = HERE, **guards: Any) -> TestClient:  # noqa: ANN401
    return TestClient(application(archive, rate, **guards), base_url=base)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


# Keys


@pytest.mark.parametrize("path", GUARDED)
def test_without_a_key_nothing_is_told(archive: Archive, keys: Keys, path: str) -> None:
    key = keys.add("newsroom")
    caller = client(archive, keys=keys)
    for headers in ({}, bearer(""), bearer("dl-wrong"), bearer(key[:-1]), bearer(key + "x"), {"Authorization": key}):
        response = caller.get(path, headers=headers)
        assert response.status_code == 401 and response.headers["www-authenticate"] == "Bearer"
        assert "qa keys add NAME" in response.text and "newsroom" not in response.text
    assert caller.get(path, headers=bearer(key)).status_code == 200
    assert caller.get(path, headers={"Authorization": f"bearer  {key}"}).status_code == 200
    keys.remove("newsroom")
    assert caller.get(path, headers=bearer(key)).status_code == 401


@pytest.mark.parametrize("path", OPEN)
def test_what_is_no_secret_needs_no_key(archive: Archive, keys: Keys, path: str) -> None:
    assert client(archive, keys=keys).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/docs/static/../../metrics", "/docs/static/%2e%2e/%2e%2e/metrics", "//metrics"])
def test_no_way_round_leads_past_the_key(archive: Archive, keys: Keys, path: str) -> None:
    assert client(archive, keys=keys).get(path).status_code in (401, 404)


def test_openai_s_clients_are_told_in_their_shape(archive: Archive, keys: Keys) -> None:
    error = client(archive, keys=keys).post("/v1/chat/completions", json={}).json()["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_api_key")


def test_only_a_hash_of_a_key_is_kept_and_for_this_user_alone(keys: Keys, tmp_path: Path) -> None:
    key = keys.add("newsroom")
    file = tmp_path / "kept" / "keys.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(key[3:].encode() in one.read_bytes() for one in file.parent.iterdir())
    assert keys.owner(key) == "newsroom" and keys.owner("newsroom") is None and keys.owner("\ud800") is None
    assert len(key) > 40 and key != keys.add("desk") and keys.names() == ["desk", "newsroom"]


def test_a_name_that_cannot_be_used_is_told(keys: Keys) -> None:
    keys.add("Salīm")
    for name, said in [("Salīm", "There is a key"), (" x", "cannot be used"), ("", "cannot be used")]:
        with pytest.raises(UserError, match=said):
            keys.add(name)
    for name in ("nobody", "\ud800", "x" * 100):
        with pytest.raises(UserError, match="There is no key"):
            keys.remove(name)


# Names and other sites


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7861", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_under_another_name_nothing_is_told(archive: Archive, host: str) -> None:
    caller = client(archive, hosts=LOOPBACK)
    for path in [*GUARDED, *OPEN]:
        assert caller.get(path, headers={"host": host}).status_code == 421
    assert caller.get("/healthz", headers={"host": "localhost:1"}).status_code == 200
    assert caller.get("/healthz", headers={"host": "[::1]:7861"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_cannot_ask(archive: Archive, headers: dict[str, str]) -> None:
    caller = client(archive, hosts=LOOPBACK)
    asked = {"model": "dateline", "messages": [{"role": "user", "content": QUESTION}]}
    response = caller.post("/v1/chat/completions", json=asked, headers=headers)
    assert response.status_code == 403 and "other sites" in response.json()["error"]["message"]
    assert "access-control-allow-origin" not in caller.get("/v1/models", headers=headers).headers
    own = caller.post("/v1/chat/completions", json=asked, headers={"origin": HERE})
    assert own.status_code == 200


def test_no_socket_is_opened(archive: Archive) -> None:
    with pytest.raises(WebSocketDisconnect), client(archive).websocket_connect("/v1/models"):
        pass


def test_every_answer_has_the_headers(archive: Archive) -> None:
    caller = client(archive, hosts=LOOPBACK)
    for response in (caller.get("/healthz"), caller.get("/no"), caller.get("/healthz", headers={"host": "evil"})):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


# Rates, slowness, crowds


def test_who_asks_too_often_waits(archive: Archive, keys: Keys) -> None:
    first, second = keys.add("newsroom"), keys.add("desk")
    caller = client(archive, rate=3, keys=keys)
    statuses = [caller.get("/v1/models", headers=bearer(first)).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    response = caller.get("/v1/models", headers=bearer(first))
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.json()["error"]["code"] == "rate_limit_exceeded"
    assert caller.get("/v1/models", headers=bearer(second)).status_code == 200
    assert caller.get("/healthz").status_code == 200


def test_without_keys_an_address_is_what_asks(archive: Archive) -> None:
    app = application(archive, 2)
    ours, other = (TestClient(app, base_url=HERE, client=(host, 1)) for host in ("127.0.0.1", "192.0.2.1"))
    assert [ours.get("/v1/models").status_code for _ in range(3)] == [200, 200, 429]
    assert other.get("/v1/models").status_code == 200


def test_a_request_that_does_not_come_to_an_end_is_not_waited_for(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.3)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as caller:
        caller.sendall(f"POST /api/ask HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\n{{".encode())
        told = caller.recv(10_000)
    assert told.startswith(b"HTTP/1.1 408") and b"did not come within 0.3 seconds" in told


def test_a_crowd_is_turned_away_and_the_others_are_answered(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    going, search = threading.Event(), Archive.search

    def slow(*arguments: Any) -> Any:  # noqa: ANN401
        going.wait(10)
        return search(*arguments)

    monkeypatch.setattr(Archive, "search", slow)
    monkeypatch.setattr("qa.serving.application.Threads", partial(Threads, 2, 3))
    app = application(archive, 1000)

    async def crowd() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as caller:
            asked = [asyncio.create_task(caller.get("/api/search", params={"query": "bridge"})) for _ in range(8)]
            while sum(task.done() for task in asked) < 3:
                await asyncio.sleep(0.01)
            going.set()
            return await asyncio.gather(*asked)

    found = asyncio.run(crowd())
    assert sorted(one.status_code for one in found) == [200] * 5 + [503] * 3
    (refusal, *_) = [one for one in found if one.status_code == 503]
    assert refusal.headers["retry-after"] == "2" and refusal.json()["error"].startswith("All threads are at work")


def test_who_stops_reading_gives_the_thread_back() -> None:
    made: list[str] = []

    def events() -> Iterator[Any]:
        try:
            for n in range(1000):
                time.sleep(0.005)
                yield n
        finally:
            made.append("closed")

    async def read() -> None:
        threads = Threads(1, 0)
        stream = threads.events(events)  # type: ignore[arg-type]
        assert await anext(stream) == 0 and threads.at_work == 1  # type: ignore[comparison-overlap]
        with pytest.raises(Busy):
            await anext(threads.events(events))  # type: ignore[arg-type]
        await stream.aclose()
        while threads.at_work:
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(read(), 5))
    assert made == ["closed"]
