"""Who asks, who must log in first, and what is turned away, on a tiny application behind the middleware."""

import asyncio
import json
import re
import stat
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, WebSocket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Message

from qa.errors import KeepingError
from qa.keeping.users import Users
from qa.network.callers import LOOPBACK, address_of
from qa.network.rates import Rates
from qa.web.access import Access, owner_of
from qa.web.cookie import secret_at, signer
from qa.web.login import FORM_BYTES, login_router
from qa.web.texts import languages

SECRET = b"s" * 32
ADDRESS = "http://127.0.0.1:7860"
PASSWORD = "a lantern for Kut"  # noqa: S105 - of nobody
WRONG = "a lantern for Hit"
SOCKET = "ws://127.0.0.1:7860/socket"
DAY = 24 * 60 * 60.0
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVIL = '"><script>alert(1)</script>'


class Clock:
    """The time of day, moved by hand. limits and itsdangerous read `time.time` themselves, so it is set there."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock


@pytest.fixture
def users(tmp_path: Path) -> Iterator[Users]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with closing(Users(tmp_path / "users.sqlite", hasher)) as users:
        users.add("Salim", PASSWORD)
        yield users


def application(users: Users | None = None, secret: bytes = SECRET, **options: Any) -> FastAPI:  # noqa: ANN401
    app = FastAPI()
    if users:
        app.include_router(login_router(users, secret, languages(), options.get("secure", False)))

    @app.api_route("/", methods=["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
    def owner(request: Request) -> str:
        return owner_of(request)

    @app.get("/healthz")
    @app.get("/static/page.css")
    @app.get("/talk/{name:path}")
    def other(request: Request) -> str:
        return request.url.path

    @app.get("/cookies")
    def cookies() -> Response:
        return Response(headers={"set-cookie": "theme=dark"})

    @app.get("/stream")
    async def stream(request: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for piece in (b"The bridge ", b"is closed."):
                yield piece
                await request.app.state.seen.wait()

        return StreamingResponse(pieces())

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(owner_of(websocket))
        await websocket.close()

    app.add_middleware(Access, secret=secret, users=users, **options)
    return app


def client(users: Users | None = None, address: str = ADDRESS, **options: Any) -> TestClient:  # noqa: ANN401
    return TestClient(application(users, **options), base_url=address, follow_redirects=False)


def log_in(client: TestClient, name: str = "Salim", password: str = PASSWORD, **fields: str) -> Any:  # noqa: ANN401
    return client.post("/login", data={"name": name, "password": password, **fields})


@pytest.fixture
def inside(users: Users) -> TestClient:
    """Somebody who has logged in."""
    found = client(users)
    assert log_in(found).status_code == 303
    return found


# Each browser its own conversations


def test_each_browser_is_an_owner_and_stays_one() -> None:
    app = application()
    first, second = (TestClient(app, base_url=ADDRESS) for _ in range(2))
    answer = first.get("/")
    owner = answer.json()
    assert re.fullmatch(r"browser:[\w-]{22}", owner)
    assert "set-cookie" in answer.headers
    again = first.get("/")
    assert again.json() == owner and "set-cookie" not in again.headers
    assert second.get("/").json() not in (owner, "browser:")
    assert client(secret=SECRET).get("/", headers={"cookie": f"dateline={first.cookies['dateline']}"}).json() == owner


def test_the_cookie_is_for_this_server_alone() -> None:
    header = client().get("/").headers["set-cookie"]
    name, *attributes = header.split("; ")
    assert name.startswith("dateline=")
    assert attributes == ["Max-Age=31536000", "Path=/", "HttpOnly", "SameSite=Lax"]
    for options in ({"address": "https://news.test"}, {"secure": True}):
        assert client(**options).get("/").headers["set-cookie"].split("; ")[-1] == "Secure"


def test_a_cookie_of_another_hand_is_replaced() -> None:
    good = client().get("/").cookies["dateline"]
    other = client(secret=b"t" * 32).get("/").cookies["dateline"]
    payload, given, signature = good.split(".")
    altered = [
        f"{payload[:-2]}AA.{given}.{signature}",
        f"{payload}.{given}.{signature[:-2]}AA",
        payload,
        "",
        "x",
        other,
    ]
    owner = client().get("/", headers={"cookie": f"dateline={good}"}).json()
    for text in altered:
        answer = client().get("/", headers={"cookie": f"dateline={text}"})
        assert answer.status_code == 200 and answer.json() != owner, text
        assert "set-cookie" in answer.headers, text


@given(st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_no_cookie_is_an_error(text: bytes) -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", b"dateline=" + text)]}
    messages, state = asyncio.run(exchanged(scope))
    assert messages[0]["status"] == 200 and state["owner"].startswith("browser:")


async def exchanged(scope: dict[str, Any], **options: Any) -> tuple[list[Message], dict[str, Any]]:  # noqa: ANN401
    """What the middleware sends for that scope, and the state that the application behind it saw."""
    messages: list[Message] = []
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        seen.update(scope.get("state", {}))
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    whole = {"scheme": "http", "query_string": b"", **scope}
    await Access(app, SECRET, **options)(whole, receive, send)
    return messages, seen


def test_a_cookie_signed_by_us_in_another_form_is_replaced(users: Users) -> None:
    good = ["Salim", users.stamp("Salim")]
    for kind, value in (
        *(("browser", value) for value in ("text", {}, [], [1], ["a", "b"], None)),
        *(("user", value) for value in ("text", {}, [], ["a"], [*good, "c"], [1, 2], None)),
        *(("browser", good), ("user", ["a"])),
    ):
        cookie = {"cookie": f"dateline={signer(SECRET, kind).dumps(value)}"}
        answer = client().get("/", headers=cookie)
        assert re.fullmatch(r"browser:[\w-]{22}", answer.json()) and "set-cookie" in answer.headers
        assert client(users).get("/", headers=cookie).status_code == 401, value


def test_a_login_is_no_browser_and_a_browser_no_login(inside: TestClient, users: Users) -> None:
    logged_in = inside.cookies["dateline"]
    answer = client().get("/", headers={"cookie": f"dateline={logged_in}"})
    assert answer.json().startswith("browser:") and "set-cookie" in answer.headers
    browser = client().get("/").cookies["dateline"]
    assert client(users).get("/", headers={"cookie": f"dateline={browser}"}).status_code == 401


def test_a_browser_s_year_begins_anew_each_month_it_comes(clock: Clock) -> None:
    browser = client()
    owner = browser.get("/").json()
    clock.now += 29 * DAY
    assert "set-cookie" not in browser.get("/").headers
    clock.now += 2 * DAY
    answer = browser.get("/")
    assert answer.json() == owner and "Max-Age=31536000" in answer.headers["set-cookie"]
    assert "set-cookie" not in browser.get("/").headers
    clock.now -= 300 * DAY  # a clock put right
    assert browser.get("/").json() == owner


def test_files_and_health_checks_give_no_cookie() -> None:
    browser = client()
    for path in ("/static/page.css", "/healthz"):
        answer = browser.get(path)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers


def test_cookies_of_the_application_stay() -> None:
    browser = client()
    browser.get("/cookies")
    assert browser.cookies["theme"] == "dark" and "dateline" in browser.cookies


def test_an_owner_is_not_left_for_the_next_request() -> None:
    shared: dict[str, Any] = {"kept": 1}
    scopes = [{"type": "http", "method": "GET", "path": "/", "headers": [], "state": shared} for _ in range(2)]
    first, second = (asyncio.run(exchanged(scope))[1] for scope in scopes)
    assert first["owner"] != second["owner"] and first["kept"] == second["kept"] == 1
    assert shared == {"kept": 1}


def test_a_stream_is_passed_on_piece_by_piece() -> None:
    app = application()
    messages: list[Message] = []

    async def main() -> None:
        app.state.seen = asyncio.Event()
        first = asyncio.Event()

        async def send(message: Message) -> None:
            messages.append(message)
            if message.get("body"):
                first.set()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        scope = {
            **{"type": "http", "http_version": "1.1", "method": "GET", "path": "/stream", "raw_path": b"/stream"},
            **{"query_string": b"", "headers": [], "scheme": "http", "client": ("127.0.0.1", 1)},
        }
        task = asyncio.create_task(app(scope, receive, send))
        async with asyncio.timeout(5):
            await first.wait()  # the first piece is here while the second is not yet made
            assert [message.get("body") for message in messages] == [None, b"The bridge "]
            app.state.seen.set()
            await task

    asyncio.run(main())
    assert any(name == b"set-cookie" for name, _ in messages[0]["headers"])
    assert b"".join(message.get("body", b"") for message in messages) == b"The bridge is closed."


def test_what_is_no_request_is_passed_on() -> None:
    messages, state = asyncio.run(exchanged({"type": "lifespan"}, hosts=LOOPBACK))
    assert state == {} and len(messages) == 2


def test_gradio_s_requests_have_an_owner_too() -> None:
    assert owner_of(SimpleNamespace(state=SimpleNamespace(owner="user:Salim"))) == "user:Salim"


# What is turned away


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": ADDRESS}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),  # a form on a page without referrer
        ({"origin": ADDRESS}, 200),
        ({"origin": "http://News.test", "host": "news.TEST"}, 200),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://127.0.0.1:7861"}, 403),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "https://news.test", "host": "news.test"}, 200),
        ({"origin": "https://news.test", "host": "news.test:443"}, 200),
        ({"origin": "https://news.test:443", "host": "news.test"}, 200),
        ({"origin": "null", "host": ""}, 403),
        ({"origin": "https://news.test:8443", "host": "news.test"}, 403),
        ({"origin": "https://news.test", "host": "news.test.evil.test"}, 403),
    ],
)
def test_other_sites_change_nothing(method: str, headers: dict[str, str], status: int) -> None:
    answer = client().request(method, "/", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json() == {"detail": "Requests from other sites are not answered."}
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_other_sites_lead_here(method: str) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "http://evil.test"}
    assert client().request(method, "/", headers=elsewhere).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("127.0.0.1", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:7860", 200),
        ("[::1]", 200),
        ("evil.test", 421),
        ("evil.test:7860", 421),
        ("127.0.0.1.evil.test", 421),
        ("evil.test:127.0.0.1", 421),
        ("127.0.0.1:7860@evil.test", 421),
        ("localhost.", 421),
        ("[::1", 421),
        ("::1", 421),
        ("", 421),
    ],
)
def test_a_server_of_this_machine_is_called_by_its_names(host: str, status: int) -> None:
    for path in ("/", "/healthz", "/static/page.css"):
        answer = client(hosts=LOOPBACK).get(path, headers={"host": host})
        assert answer.status_code == status
        assert status == 200 or answer.text.count(".") >= 1 and "localhost" in answer.text
    assert client(hosts=None).get("/", headers={"host": host}).status_code == 200


def test_a_request_without_host_is_turned_away_where_names_count() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    assert asyncio.run(exchanged(scope, hosts=LOOPBACK))[0][0]["status"] == 421


# Logging in


def test_pages_lead_to_the_login_and_back(users: Users) -> None:
    browser = client(users)
    for path in ("/", "/talk/a%3Fb%2Fc%20%D8%A8?q=1&r=%26", "/talk/x"):
        answer = browser.get(path, headers=PAGE)
        assert answer.status_code == 303
        place = urlsplit(answer.headers["location"])
        assert place.path == "/login" and parse_qs(place.query) == {"next": [path]}
        page = browser.get(answer.headers["location"])
        assert fields(page.text)["next"] == path
        back = log_in(browser, next=fields(page.text)["next"])
        assert (back.status_code, back.headers["location"]) == (303, path)
        browser.cookies.clear()


def test_a_server_that_gives_no_raw_path_leads_back_too(users: Users) -> None:
    scope = {"type": "http", "method": "GET", "path": "/talk/ü", "headers": [(b"accept", b"text/html")]}
    messages, _ = asyncio.run(exchanged(scope, users=users))
    place = dict(messages[0]["headers"])[b"location"].decode()
    assert parse_qs(urlsplit(place).query) == {"next": ["/talk/%C3%BC"]}


def test_everything_else_is_told_to_log_in_first(users: Users) -> None:
    outside = client(users)
    for method, path in (("GET", "/"), ("POST", "/"), ("GET", "/stream"), ("POST", "/logout"), ("DELETE", "/none")):
        answer = outside.request(method, path, headers={"accept": "*/*"})
        assert (answer.status_code, answer.json()) == (401, {"detail": "Log in first."})
        assert "set-cookie" not in answer.headers
    assert outside.post("/", headers=PAGE).status_code == 401


def test_what_needs_no_login(users: Users) -> None:
    outside = client(users)
    for path in ("/login", "/healthz", "/static/page.css"):
        answer = outside.get(path)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
    for path in ("/static/../talk/x", "/static/%2e%2e/talk/x", "/static", "/healthz/", "/loginx", "//login", "/Login"):
        assert outside.get(f"{ADDRESS}{path}").status_code == 401, path


def test_who_has_logged_in_is_the_owner(inside: TestClient) -> None:
    assert inside.get("/").json() == "user:Salim"
    assert inside.post("/", headers={"sec-fetch-site": "same-origin"}).json() == "user:Salim"
    assert inside.post("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_login_cookie_ends_after_30_days(users: Users, clock: Clock) -> None:
    browser = client(users)
    header = log_in(browser).headers["set-cookie"]
    assert header.split("; ")[1:] == ["Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Lax"]
    cookie = {"cookie": header.split(";")[0]}
    clock.now += 30 * DAY
    assert client(users).get("/", headers=cookie).status_code == 200
    clock.now += 1
    assert client(users).get("/", headers=cookie).status_code == 401


@pytest.mark.parametrize("change", ["password", "removed", "removed and added", "secret"])
def test_the_login_ends_when_it_must(inside: TestClient, users: Users, change: str) -> None:
    cookie = {"cookie": f"dateline={inside.cookies['dateline']}"}
    users.add("Amal", PASSWORD)
    assert inside.get("/").status_code == 200  # others come and go
    if change == "password":
        users.set_password("Salim", "another lantern")
    if change.startswith("removed"):
        users.remove("Salim")
    if change.endswith("added"):
        users.add("Salim", PASSWORD)
    secret = b"t" * 32 if change == "secret" else SECRET
    assert client(users, secret=secret).get("/", headers=cookie).status_code == 401


def test_a_name_in_another_spelling_is_the_same_owner(users: Users) -> None:
    users.add("Jos\u00e9", PASSWORD)
    browser = client(users)
    assert log_in(browser, "Jose\u0301").status_code == 303
    assert browser.get("/").json() == "user:Jos\u00e9"


def test_a_login_gives_a_cookie_of_its_own(users: Users) -> None:
    browser = client(users)
    planted = client().get("/").cookies["dateline"]
    browser.cookies.set("dateline", planted)
    answer = log_in(browser)
    assert answer.cookies["dateline"] != planted
    assert client(users).get("/", headers={"cookie": f"dateline={planted}"}).status_code == 401


def test_logging_out_takes_the_cookie(inside: TestClient) -> None:
    answer = inside.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert answer.headers["set-cookie"].startswith("dateline=; Max-Age=0; Path=/; HttpOnly")
    assert "dateline" not in inside.cookies and inside.get("/").status_code == 401
    assert inside.get("/logout").status_code in (401, 405)  # a picture on another page logs nobody out


def test_logins_from_other_sites_are_turned_away(users: Users) -> None:
    browser = client(users)
    data = {"name": "Salim", "password": PASSWORD}
    assert browser.post("/login", data=data, headers={"origin": "http://evil.test"}).status_code == 403
    assert browser.post("/login", data=data, headers={"origin": ADDRESS}).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        *(
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "https://evil.test",
            "https:evil.test",
            "javascript:alert(1)",
        ),
        *("/\t/evil.test", "/\n/evil.test", "\t//evil.test", " //evil.test", "///evil.test", "/\\/evil.test"),
        *(
            "evil.test",
            "",
            "/\r\nset-cookie: a=b",
            "/a\\..\\\\evil.test",
            "/login",
            "/logout",
            "/login?next=/x",
            "/\x00",
            "/talk?\\",
            "/talk?\r\nset-cookie: a=b",
            "/talk? x",
        ),
    ],
)
def test_a_login_leads_nowhere_else(users: Users, target: str) -> None:
    browser = client(users)
    assert fields(browser.get("/login", params={"next": target}).text)["next"] == "/"
    answer = log_in(browser, next=target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_wrong_passwords_are_told_and_counted(users: Users, clock: Clock) -> None:
    browser = client(users)
    for _ in range(4):
        answer = log_in(browser, password=WRONG, next="/talk/x")
        assert answer.status_code == 401 and "set-cookie" not in answer.headers
        assert shown(answer.text)["alert"] == "Name or password is wrong."
        assert fields(answer.text) == {"next": "/talk/x", "name": "Salim", "password": ""}
    clock.now += 30.5
    answer = log_in(browser, password=WRONG)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert shown(answer.text)["alert"] == "Too many wrong passwords: wait 15 minutes and try again."
    elsewhere = TestClient(application(users), ADDRESS, client=("198.51.100.9", 1), follow_redirects=False)
    assert log_in(elsewhere).status_code == 303
    clock.now += 14 * 60 - 1
    for seconds, told in ((61, "2 minutes"), (60, "1 minute")):
        answer = log_in(browser)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, str(seconds))
        assert shown(answer.text)["alert"] == f"Too many wrong passwords: wait {told} and try again."
        assert "set-cookie" not in answer.headers
        clock.now += 1
    clock.now += 60
    assert log_in(browser).status_code == 303


def test_unknown_names_are_told_the_same(users: Users) -> None:
    browser = client(users)
    pages = [log_in(browser, name, WRONG).text.replace(name, "NAME") for name in ("Salim", "Amal")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("data", [b"", b"name=Salim", b"\xff\xfe=\x00", b"name=%ff&password=%ff", b"&&==;"])
def test_forms_that_are_none_of_ours_log_nobody_in(users: Users, data: bytes) -> None:
    assert client(users).post("/login", content=data).status_code == 401


def test_a_form_is_bounded_and_holds_the_longest_password(users: Users) -> None:
    longest = "\U00010400" * 1000
    users.set_password("Salim", longest)
    assert log_in(client(users), password=longest).status_code == 303
    assert client(users).post("/login", content=b"x" * (FORM_BYTES + 1)).status_code == 413


def test_many_logins_at_once_leave_the_others_their_threads(tmp_path: Path) -> None:
    go_on = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - as argon2 names it
            go_on.wait(10)
            return super().verify(hash, password)

    async def main(app: FastAPI) -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
            data = {"name": "Salim", "password": WRONG}
            logins = [asyncio.create_task(browser.post("/login", data=data)) for _ in range(60)]
            try:
                async with asyncio.timeout(5):
                    await asyncio.sleep(0.1)
                    assert (await browser.get("/healthz")).status_code == 200
            finally:
                go_on.set()
            return [(await login).status_code for login in logins]

    with closing(Users(tmp_path / "slow.sqlite", Slow(time_cost=1, memory_cost=8, parallelism=1))) as users:
        users.add("Salim", PASSWORD)
        assert sorted(asyncio.run(main(application(users)))) == [401] * 4 + [429] * 56


class Shown(HTMLParser):
    """What a page has: its tags, and the text of the alert."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.alert = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][1].get("role") == "alert":
            self.alert += data.strip()

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def shown(page: str) -> dict[str, str]:
    return {"alert": Shown(page).alert}


def fields(page: str) -> dict[str, str]:
    return {str(field["name"]): str(field.get("value") or "") for field in Shown(page).of("input")}


def test_the_login_page_loads_nothing_and_is_labelled(users: Users) -> None:
    answer = client(users).get("/login")
    page = Shown(answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags} and "url(" not in answer.text
    assert page.of("html") == [{"lang": "en", "dir": "ltr"}] and page.alert == ""
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.of("meta")
    assert {"name": "referrer", "content": "same-origin"} in page.of("meta")
    assert "color-scheme: light dark" in answer.text and "prefers-color-scheme: dark" in answer.text
    labels = {label["for"] for label in page.of("label")}
    assert labels == {field["id"] for field in page.of("input") if field.get("type") != "hidden"}
    assert [field.get("autocomplete") for field in page.of("input")[1:]] == ["username", "current-password"]
    assert page.of("form") == [{"method": "post", "action": "/login"}]


def test_the_login_speaks_the_language_of_the_page_asked_for_else_the_browsers(users: Users) -> None:
    browser = client(users)
    arabic = {"lang": "ar", "dir": "rtl"}
    assert Shown(browser.get("/login?next=/ar/%3Fc=x").text).of("html") == [arabic]
    assert Shown(browser.get("/login", headers={"Accept-Language": "ar-EG,en;q=0.5"}).text).of("html") == [arabic]
    assert Shown(browser.get("/login", headers={"Accept-Language": "fr"}).text).of("html")[0]["lang"] == "en"
    wrong = browser.post("/login", data={"name": "nobody", "password": WRONG, "next": "/ar/"})
    assert Shown(wrong.text).of("html") == [arabic] and languages()["ar"]("login_wrong") in wrong.text


def test_a_wrong_login_names_its_error_at_the_fields(users: Users) -> None:
    page = Shown(log_in(client(users), password=WRONG).text)
    assert [field["aria-describedby"] for field in page.of("input")[1:]] == ["told", "told"]
    assert {"role": "alert", "id": "told"} in page.of("p")


def test_what_is_given_is_shown_as_text(users: Users) -> None:
    browser = client(users)
    texts = [log_in(browser, EVIL, WRONG).text, browser.get("/login", params={"next": f"/{EVIL}"}).text]
    for text in texts:
        assert "<script" not in text
    assert fields(texts[0])["name"] == EVIL and fields(texts[1])["next"] == f"/{EVIL}"


# WebSockets


def test_a_socket_has_an_owner_and_brings_a_cookie() -> None:
    browser = client()
    with browser.websocket_connect(SOCKET) as socket:
        owner = socket.receive_text()
        assert owner.startswith("browser:")
        assert any(name == b"set-cookie" for name, _ in socket.extra_headers or [])


def test_a_secure_socket_brings_a_secure_cookie() -> None:
    with client().websocket_connect(SOCKET.replace("ws:", "wss:")) as socket:
        assert dict(socket.extra_headers or [])[b"set-cookie"].endswith(b"; Secure")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.test"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.test"}, 421),
    ],
)
def test_sockets_from_other_sites_are_turned_away(headers: dict[str, str], status: int) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client(hosts=LOOPBACK).websocket_connect(SOCKET, headers=headers),
    ):
        pass
    assert denied.value.status_code == status


def test_sockets_need_a_login_too(users: Users, inside: TestClient) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, client(users).websocket_connect(SOCKET, headers=PAGE):
        pass
    assert denied.value.status_code == 401 and json.loads(denied.value.content) == {"detail": "Log in first."}
    headers = {"origin": ADDRESS, "cookie": f"dateline={inside.cookies['dateline']}"}
    with inside.websocket_connect(SOCKET, headers=headers) as socket:
        assert socket.receive_text() == "user:Salim"


def test_a_server_that_cannot_deny_in_words_closes_the_socket(users: Users) -> None:
    scope = {"type": "websocket", "path": "/socket", "headers": []}
    messages, _ = asyncio.run(exchanged(scope, users=users))
    assert messages == [{"type": "websocket.close", "code": 1008, "reason": ""}]


# The secret


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "there" / "kept" / "secret"
    secret = secret_at(path)
    assert len(secret) == 32 and secret_at(path) == secret == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_at(tmp_path / "other") != secret


@pytest.mark.parametrize("content", [b"", b"short", b"s" * 33])
def test_a_damaged_secret_signs_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(KeepingError, match=r"^The secret '.*secret' is damaged: remove it"):
        secret_at(tmp_path / "secret")


def test_a_secret_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KeepingError, match="cannot be used"):
        secret_at(tmp_path / "file" / "secret")
    (tmp_path / "folder").mkdir()
    with pytest.raises(KeepingError, match="cannot be used"):
        secret_at(tmp_path / "folder")


# How often


def asked(rates: Rates, count: int, owner: str = "browser:a", address: str = "192.0.2.7") -> list[int]:
    return [rates.wait(owner, address) for _ in range(count)]


def test_an_owner_asks_thirty_times_a_minute(clock: Clock) -> None:
    rates = Rates()
    assert asked(rates, 10) == [0] * 10
    clock.now += 20
    assert asked(rates, 20) == [0] * 20
    assert asked(rates, 3) == [40] * 3
    assert asked(rates, 1, owner="browser:b") == [0]
    clock.now += 39.5
    assert asked(rates, 1) == [1]
    clock.now += 1  # the first ten are a minute old; what was refused does not count
    assert asked(rates, 11) == [0] * 10 + [20]


def test_an_owner_asks_six_hundred_times_an_hour(clock: Clock) -> None:
    rates = Rates()
    for _ in range(20):
        assert asked(rates, 30) == [0] * 30
        clock.now += 61
    assert asked(rates, 1) == [3600 - 20 * 61]
    clock.now += 3600 - 20 * 61 + 1
    assert asked(rates, 1) == [0]


def test_an_address_asks_six_hundred_times_a_minute(clock: Clock) -> None:
    rates = Rates()
    for number in range(30):
        assert asked(rates, 20, owner=f"browser:{number}") == [0] * 20
    assert asked(rates, 1, owner="browser:new") == [60]
    assert asked(rates, 1, owner="browser:new", address="198.51.100.9") == [0]
    clock.now += 61
    assert asked(rates, 1, owner="browser:new") == [0]


def test_an_address_that_is_full_takes_nothing_from_the_owner(clock: Clock) -> None:
    rates = Rates(a_minute=2, an_hour=3, from_address=1)
    assert asked(rates, 9) == [0] + [60] * 8
    assert asked(rates, 2, address="198.51.100.9") == [0, 60]
    clock.now += 61
    assert asked(rates, 2, address="203.0.113.1") == [0, 3600 - 61]


def test_questions_sent_all_at_once_are_counted_like_those_in_a_row() -> None:
    rates, start, waits = Rates(a_minute=100, an_hour=1000, from_address=1000), threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        waits.extend(asked(rates, 40))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert waits.count(0) == 100


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_an_address_is_one_machine(host: str | None, address: str) -> None:
    scope = {"type": "http", "headers": [], "client": (host, 1) if host else None}
    assert address_of(Request(scope)) == address
