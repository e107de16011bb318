"""Pages are fetched from the public web alone, by a real client from a real server on this machine.

The names are looked up in a table, and only the last step, the connection to a public IP address, is led to this
machine's server: which IP address the client asked for is what the tests look at.
"""

import asyncio
import gzip
import re
import shutil
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.ingest.adding import save
from qa.ingest.fetching import fetch, public, resolved
from qa.ingest.files import sources
from qa.ingest.readers import read
from qa.types import Article
from tests.ingest.test_readers import docx, pdf

HOSTS = {
    "news.example": ["93.184.216.34"],
    "www.news.example": ["93.184.216.34"],
    "six.example": ["2606:2800:220:1::1"],
    "two.example": ["93.184.216.35", "93.184.216.34"],
    "inside.example": ["10.0.0.7"],
    "half.example": ["93.184.216.34", "127.0.0.1"],
    "none.example": [],
    "xn--mnchen-3ya.example": ["93.184.216.34"],
}
PARAGRAPHS = "".join(f"<p>The bridge was closed on Sunday, said the mayor for the {n}th time.</p>" for n in range(8))
PAGE = (
    f"<html><head><title>Bridge closed</title></head><body><article><h1>Bridge</h1>{PARAGRAPHS}</article></body></html>"
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class Reply:
    """What the server answers to one path."""

    body: bytes = PAGE.encode()
    kind: str = "text/html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds between two bytes of the body; the bytes are then sent for ever."""
    wait_first: float = 0.0
    """Seconds before anything is sent."""
    keep: bool = False
    """Whether the connection is kept for the next request."""
    wait_head: float = 0.0
    """Seconds between two bytes of a head that never ends."""


@dataclass
class Web:
    """The server that stands for all hosts of HOSTS, and what was asked for."""

    port: int
    pages: dict[str, Reply]
    dead: set[str] = field(default_factory=set)
    """IP addresses where nothing listens."""
    connected: list[str] = field(default_factory=list)
    """IP addresses that were connected to."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """Headers of the requests, by lower-case name, the path under "path"."""
    looked_up: list[str] = field(default_factory=list)

    async def resolve(self, host: str) -> list[str]:
        self.looked_up.append(host)
        if host not in HOSTS:
            raise OSError("Name or service not known")
        return HOSTS[host]

    def connecting(self) -> httpx.AsyncBaseTransport:
        return _Wire(self)

    def fetch(self, address: str) -> tuple[str, bytes]:
        return asyncio.run(fetch(address, self.resolve, self.connecting))


class _Wire(httpx.AsyncBaseTransport):
    """The real transport, whose connections end at this machine's server."""

    def __init__(self, web: Web) -> None:
        self._web, self._real = web, httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self._web.connected.append(host)
        port = 1 if host in self._web.dead else self._web.port
        request.url = request.url.copy_with(host="127.0.0.1", port=port)
        return await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        self.web.asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        reply = self.web.pages.get(self.path, Reply(status=404))
        self.close_connection = not reply.keep
        time.sleep(reply.wait_first)
        try:
            while reply.wait_head:
                self.wfile.write(b"H")
                time.sleep(reply.wait_head)
            self._send(reply)
        except OSError:
            pass

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in ({"Content-Type": reply.kind} | dict(reply.headers)).items():
            if value:
                self.send_header(name, value)
        self.send_header("Connection", "keep-alive" if reply.keep else "close")
        if not reply.wait and "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        while reply.wait:
            self.wfile.write(b" ")
            time.sleep(reply.wait)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(pages: dict[str, Reply], wrapped: Callable[[ThreadingHTTPServer], None] = lambda _: None) -> Iterator[Web]:
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        wrapped(server)
        handler.web = Web(server.server_address[1], pages)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield handler.web
        finally:
            server.shutdown()
            thread.join()


def refused(web: Web, address: str) -> str:
    with pytest.raises(ValueError) as error:
        web.fetch(address)
    said = str(error.value)
    assert said.endswith(".") and "\n" not in said and ". " not in said
    return said


def article(root: Path, name: str, content: bytes) -> Article:
    saved = save(root, name, content)
    (source,) = [one for one in sources(root) if one.id == saved.id]
    (found,) = read(source, {})
    assert isinstance(found, Article), found
    return found


def test_a_page_comes_from_the_ip_address_looked_up_once(tmp_path: Path) -> None:
    with serving({"/2015/05/bridge-closed.html?id=1": Reply()}) as web:
        name, content = web.fetch(" http://news.example/2015/05/bridge-closed.html?id=1#top ")
    assert (web.looked_up, web.connected) == (["news.example"], ["93.184.216.34"])
    (asked,) = web.asked
    assert (asked["host"], asked["accept-encoding"]) == ("news.example", "gzip")
    assert "cookie" not in asked and "referer" not in asked
    assert name == "news.example/bridge-closed.html"
    found = article(tmp_path, name, content)
    assert "closed on Sunday" in found.text and found.id == "added/news.example/bridge-closed.html"
    assert found.url == "http://news.example/2015/05/bridge-closed.html?id=1"


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://news.example/own">',
        '<meta property="og:url" content="https://news.example/own">',
    ],
)
def test_an_address_that_the_page_tells_stands(tmp_path: Path, head: str) -> None:
    with serving({"/a": Reply(PAGE.replace("<head>", f"<head>{head}").encode())}) as web:
        assert article(tmp_path, *web.fetch("http://news.example/a")).url == "https://news.example/own"


def test_an_address_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    with serving({"/a?%22%3E&b='": Reply()}) as web:
        name, content = web.fetch("http://news.example/a?\">&b='")
    assert content.startswith(b'<link rel="canonical" href="http://news.example/a?%22%3E&amp;b=&#x27;">')
    assert article(tmp_path, name, content).url == "http://news.example/a?b=%27"  # as the reader writes it


PLACES = {
    "/a/ramadi-falls/": "news.example/ramadi-falls.html",
    "/a.b/story.php": "news.example/story.html",
    "/news/index.html": "news.example/news.html",
    "/": "news.example/page.html",
    "/story-1.2": "news.example/story-1.2.html",
    "/%D8%B3%D9%82%D9%88%D8%B7": "news.example/سقوط.html",
}


@pytest.mark.parametrize(("path", "expected"), PLACES.items())
def test_a_page_is_named_after_its_address(path: str, expected: str) -> None:
    with serving({path: Reply()}) as web:
        assert web.fetch(f"http://news.example{path}")[0] == expected


def test_a_name_out_of_an_address_stays_in_its_folder(tmp_path: Path) -> None:
    with serving({"/..%2F..%2F..%2Fetc%2Fx": Reply(), "/%2e%2e": Reply(), "/.hidden": Reply()}) as web:
        for path in list(web.pages):
            saved = save(tmp_path, *web.fetch(f"http://news.example{path}"))
            assert saved.id.startswith("added/news.example/") and ".." not in saved.id


KINDS = [
    ("text/html; charset=utf-8", PAGE.encode(), ".html"),
    ("Application/XHTML+xml", PAGE.encode(), ".html"),
    ("text/plain", b"The bridge was closed.", ".md"),
    ("application/pdf", pdf("The bridge was closed on Sunday."), ".pdf"),
    (DOCX, docx(["The bridge was closed."]), ".docx"),
]


@pytest.mark.parametrize(("kind", "body", "ending"), KINDS)
def test_the_kinds_that_are_taken(tmp_path: Path, kind: str, body: bytes, ending: str) -> None:
    with serving({"/a": Reply(body, kind)}) as web:
        name, content = web.fetch("http://news.example/a")
    assert name == f"news.example/a{ending}"
    found = article(tmp_path, name, content)
    assert "bridge was closed" in found.text
    assert found.url == ("" if ending in (".pdf", ".docx") else "http://news.example/a")
    assert ending not in (".pdf", ".docx") or content == body


@pytest.mark.parametrize("kind", ["", "image/png", "application/json", "text/html-evil", "application/octet-stream"])
def test_other_kinds_are_refused(kind: str) -> None:
    with serving({"/a": Reply(kind=kind)}) as web:
        assert "only web pages, plain text, PDF and Word documents" in refused(web, "http://news.example/a")


RUSSIAN = PAGE.replace("The bridge was closed", "Мост был закрыт")
TOLD = RUSSIAN.replace("<head>", '<head><meta charset="windows-1251">')
CHARSETS = [
    ("text/html; charset=windows-1251", RUSSIAN.encode("windows-1251")),
    ("text/html; charset=windows-1251", TOLD.encode("windows-1251")),
    ("text/html; charset=utf-8", TOLD.encode()),
    ("text/html; charset=nonsense", RUSSIAN.encode()),
    ("text/html; charset=windows-1251", b"\xef\xbb\xbf" + RUSSIAN.encode()),
    ("text/html", b"\xef\xbb\xbf" + RUSSIAN.encode()),
    ("text/html", RUSSIAN.encode("utf-16")),
    ("text/html", TOLD.encode("windows-1251")),
    ("text/plain; charset=windows-1251", "Мост был закрыт.".encode("windows-1251")),
]


@pytest.mark.parametrize(("kind", "body"), CHARSETS)
def test_what_only_the_server_says_of_the_letters_is_kept(tmp_path: Path, kind: str, body: bytes) -> None:
    with serving({"/a": Reply(body, kind)}) as web:
        found = article(tmp_path, *web.fetch("http://news.example/a"))
    assert "Мост был закрыт" in found.text and found.url == "http://news.example/a"


def test_a_page_without_an_article_is_refused() -> None:
    with serving({"/a": Reply(b"<html><body></body></html>"), "/b": Reply(b"a\0b", "text/plain")}) as web:
        assert refused(web, "http://news.example/a") == "No article text is found in the page."
        assert "NUL bytes" in refused(web, "http://news.example/b")


SPELLINGS = [
    *("http://0x7f.1/", "http://0x7f000001/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/"),
    *("http://localhost/", "http://localhost./", "http://news.example./", "http://127.0.0.1/", "http://127。0。0。1/"),
    *("http://①②⑦.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[::1]/", "http://[fe80::1%25eth0]/", "http://[::]/"),
    *("http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/", "http://0.0.0.0/"),
    *(
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2606:2800::1%25eth0]/",
        "http://news.example.0x1/",
    ),
    *(
        "http://exa%6dple.org/",
        "http:///a",
        "http://a..b/",
        "http://intranet/",
        "http://1.2.3.4.5/",
        "http://-a.example/",
    ),
    *("http://user:p@news.example/", "http://news.example\\@127.0.0.1/", "http://@news.example:80@10.0.0.1/"),
    *("http://news.example:8080/", "http://news.example:443/", "https://news.example:80/", "http://news.example:0/"),
    *("ftp://news.example/", "file:///etc/passwd", "//news.example/a", "news.example", "", "gopher://news.example:70/"),
    *("http://news.exa\0mple/", "http://[::1", "http://news.example:port/", "http://\ud800/"),
    *("http://inside.example/", "http://half.example/", "http://none.example/", "http://unknown.example/"),
    *(f"http://{'a' * 64}.example/", f"http://{'a.' * 130}example/", f"http://news.example/{'a' * 2000}"),
]


FOREIGN = [address for address in SPELLINGS if re.match(r"\w+://[^/?\ud800]", address) and "\0" not in address]
"""Those that do not lead on to a page of the same host where they stand in a redirect."""


@pytest.mark.parametrize("address", SPELLINGS)
def test_what_is_not_of_the_public_web_is_never_connected_to(address: str) -> None:
    with serving({"/": Reply(), "/a": Reply()}) as web:
        refused(web, address)
        assert web.connected == []


@pytest.mark.parametrize("address", FOREIGN)
def test_a_redirect_is_checked_as_the_first_address_is(address: str) -> None:
    location = address.encode().decode("latin-1")
    with serving({"/a": Reply(b"", status=302, headers={"Location": location})}) as web:
        refused(web, "http://news.example/a")
        assert web.connected == ["93.184.216.34"]


def test_redirects_are_followed_and_counted() -> None:
    pages = {f"/{n}": Reply(b"", status=301 + n % 2, headers={"Location": f"/{n + 1}"}) for n in range(10)}
    pages["/10"] = Reply()
    with serving(pages) as web:
        assert web.fetch("http://news.example/5")[0] == "news.example/10.html"
        assert len(web.connected) == len(web.looked_up) == 6
        assert refused(web, "http://news.example/4") == "The address is redirected more than 5 times."
    with serving(
        {"/a": Reply(b"", status=308, headers={"Location": "http://www.news.example/b"}), "/b": Reply()}
    ) as web:
        name, content = web.fetch("http://news.example/a")
        assert name == "www.news.example/b.html" and b"http://www.news.example/b" in content
        assert [asked["host"] for asked in web.asked] == ["news.example", "www.news.example"]


def test_cookies_are_not_carried_along() -> None:
    moved = Reply(b"", status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})
    with serving({"/a": moved, "/b": Reply()}) as web:
        web.fetch("http://news.example/a")
        assert "cookie" not in web.asked[1]


def test_a_name_that_changes_its_mind_leads_nowhere() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def rebinding(_: str) -> list[str]:
        return answers.pop(0)

    with serving({"/a": Reply()}) as web:
        asyncio.run(fetch("http://news.example/a", rebinding, web.connecting))
        assert web.connected == ["93.184.216.34"] and answers == [["127.0.0.1"]]


def test_this_machine_s_own_look_up_is_checked() -> None:
    found = asyncio.run(resolved("localhost"))
    assert found and not any(public(address) for address in found)
    with serving({"/a": Reply()}) as web, pytest.raises(ValueError, match="no host of the public web"):
        asyncio.run(fetch("http://news.example/a", lambda _: resolved("localhost"), web.connecting))
    assert web.connected == []


PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808"]
NOT_PUBLIC = """
127.0.0.1 127.255.255.255 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200
0.0.0.0 192.0.0.192 198.18.0.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 198.51.100.1 203.0.113.1
168.63.129.16 192.88.99.1 :: ::1 ::127.0.0.1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 100::1
::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b::808:808%1 2606:2800::1%1
2002:7f00:1::1 2001::1 2001:db8::1 3fff::1 5f00::1 0177.0.0.1 127.1 news.example
""".split()


@pytest.mark.parametrize(("address", "expected"), [*((a, True) for a in PUBLIC), *((a, False) for a in NOT_PUBLIC)])
def test_which_ip_addresses_are_public(address: str, expected: bool) -> None:
    assert public(address) is expected


def test_other_ip_addresses_of_a_host_are_tried() -> None:
    with serving({"/a": Reply()}) as web:
        web.dead.add("93.184.216.35")
        web.fetch("http://two.example/a")
        assert web.connected == ["93.184.216.35", "93.184.216.34"]
        web.dead.add("93.184.216.34")
        assert "cannot be reached" in refused(web, "http://two.example/a")


@pytest.mark.parametrize(
    ("address", "ip", "host"),
    [
        ("http://six.example/a", "2606:2800:220:1::1", "six.example"),
        ("http://[2606:2800:220:1::1]/a", "2606:2800:220:1::1", "[2606:2800:220:1::1]"),
        ("http://93.184.216.34/a", "93.184.216.34", "93.184.216.34"),
        ("http://münchen.example/a", "93.184.216.34", "xn--mnchen-3ya.example"),
        ("HTTP://News.Example:80/a", "93.184.216.34", "news.example"),
    ],
)
def test_public_addresses_of_every_spelling(tmp_path: Path, address: str, ip: str, host: str) -> None:
    with serving({"/a": Reply()}) as web:
        saved = save(tmp_path, *web.fetch(address))
    assert (web.connected, web.asked[0]["host"]) == ([ip], host)
    assert len(saved.id.split("/")) == 3


NOTHING_PACKED = gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 2_000_001
"""Unpacks to nothing, however much of it comes."""
FAULTS = [
    (Reply(status=404), "answers 404"),
    (Reply(status=500), "answers 500"),
    (Reply(status=204, body=b""), "answers 204"),
    (Reply(status=304, body=b""), "answers 304"),
    (Reply(headers={"Content-Length": "99999"}), "broke off"),
    (Reply(headers={"Content-Length": "nonsense"}), "no proper answer"),
    (Reply(gzip.compress(PAGE.encode())[:-20], headers={"Content-Encoding": "gzip"}), "broke off"),
    (Reply(headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
    (Reply(zlib.compress(PAGE.encode()), headers={"Content-Encoding": "br"}), "packed as 'br'"),
    (Reply(headers={"Content-Encoding": "gzip, gzip"}), "packed as 'gzip, gzip'"),
    (Reply(b"x" * 10_000_001, "text/plain"), "more than 10,000,000 bytes"),
    (
        Reply(gzip.compress(b"x" * 10_000_001), "text/plain", headers={"Content-Encoding": "gzip"}),
        "more than 10,000,000",
    ),
    (Reply(NOTHING_PACKED, "text/plain", headers={"Content-Encoding": "gzip"}), "more than 10,000,000"),
]


def test_a_long_address_is_kept_whole(tmp_path: Path) -> None:
    path = f"/a?{'b' * 1900}"
    with serving({path: Reply(b"The bridge was closed.", "text/plain")}) as web:
        assert article(tmp_path, *web.fetch(f"http://news.example{path}")).url == f"http://news.example{path}"


def test_what_is_of_another_kind_is_not_waited_for() -> None:
    with serving({"/a": Reply(kind="video/mp4", wait=0.05)}) as web:
        assert "It is video/mp4: only" in refused(web, "http://news.example/a")


@pytest.mark.parametrize(("reply", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_each_fault_is_one_sentence(reply: Reply, said: str) -> None:
    with serving({"/a": reply}) as web:
        assert said in refused(web, "http://news.example/a")


def test_a_page_may_come_packed() -> None:
    packed = Reply(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "GZIP"})
    with serving({"/a": packed, "/b": Reply(b"x" * 10_000_000, "text/plain")}) as web:
        assert web.fetch("http://news.example/a")[1].endswith(PAGE.encode())
        assert len(web.fetch("http://news.example/b")[1]) > 10_000_000


def test_a_bomb_is_not_unpacked_to_its_end() -> None:
    import tracemalloc

    bomb = Reply(gzip.compress(b"\0" * 300_000_000, 9), headers={"Content-Encoding": "gzip"})
    with serving({"/a": bomb}) as web:
        tracemalloc.start()
        refused(web, "http://news.example/a")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("reply", [Reply(wait=0.05), Reply(wait_head=0.05)], ids=["body", "head"])
def test_what_drips_is_ended(monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    monkeypatch.setattr("qa.ingest.fetching.SECONDS", 1.0)
    with serving({"/a": reply}) as web:
        started = time.monotonic()
        assert refused(web, "http://news.example/a") == "The page did not come within 1 seconds."
        assert time.monotonic() - started < 3


def test_a_look_up_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.ingest.fetching.SECONDS", 0.2)

    async def hanging(_: str) -> list[str]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(ValueError, match="did not come within"):
        asyncio.run(fetch("http://news.example/a", hanging))


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl to make a certificate with")
def test_a_certificate_must_be_of_the_name_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=t -keyout {key} -out {certificate}"
    subprocess.run([*made.split(), "-addext", "subjectAltName=DNS:news.example"], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def wrapped(server: ThreadingHTTPServer) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving({"/a": Reply()}, wrapped) as web:
        assert web.fetch("https://news.example/a")[0] == "news.example/a.html"
        assert "cannot prove its name" in refused(web, "https://www.news.example/a")
        moved = Reply(b"", status=302, headers={"Location": "https://www.news.example/a"}, keep=True)
        web.pages["/moved"] = moved  # to another name at the same IP address, which has to prove itself too
        assert "cannot prove its name" in refused(web, "https://news.example/moved")
        monkeypatch.delenv("SSL_CERT_FILE")
        assert "cannot prove its name" in refused(web, "https://news.example/a")


@settings(deadline=None)
@given(st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("http://news.example/{}".format)))
@example("http://[")
@example("http://xn--a.example/")
def test_no_address_raises_anything_but_a_sentence(address: str) -> None:
    async def nowhere(_: str) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(ValueError, match=r"\.\Z") as error:
        asyncio.run(fetch(address, nowhere, httpx.AsyncBaseTransport))
    assert type(error.value) is ValueError
