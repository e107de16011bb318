"""Articles that readers add: told line by line, answered from at once, and nothing else harmed."""

import asyncio
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from filelock import FileLock
from starlette.testclient import TestClient

from qa.archive import Archive
from qa.ingest import readers
from qa.ingest.fetching import fetch
from qa.ingest.fields import Fields
from qa.ingest.formats.plain import read_text
from qa.models.encoder import Encoder
from qa.network.rates import Rates
from qa.settings import Settings
from qa.types import Progress
from qa.web.access import Access
from qa.web.added import added
from qa.web.adding import Fetch, adding_router
from qa.web.saving import _paced
from tests.conftest import Corpus, article
from tests.ingest.test_fetching import Reply, serving
from tests.ingest.test_readers import pdf

Lines = list[dict[str, Any]]
OLD = {"bridge.md": article("Bridge closed", "The bridge at Kelm was closed on Sunday. Lorries go round.")}
LIGHTHOUSE = article("Lighthouse lost", "The lighthouse of Sorn collapsed on 3 March 2016 in a storm.", "2016-03-04")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def archive(corpus: Corpus, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """A real archive; its encoder is loaded once for all tests."""
    monkeypatch.setattr("qa.archive.Encoder", lambda _: encoder)
    with Archive(corpus(OLD), tmp_path / "index") as found:
        found.sync()
        yield found


def app(archive: Archive, fetching: Fetch = fetch, **settings: Any) -> FastAPI:  # noqa: ANN401
    made = FastAPI()
    made.include_router(adding_router(archive, Settings(**settings), fetching))
    return made


@pytest.fixture
def client(archive: Archive) -> Iterator[TestClient]:
    with TestClient(app(archive, add_megabytes=1)) as found:
        yield found


def lines(response: Any) -> Lines:  # noqa: ANN401
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def add(client: TestClient, *files: tuple[str, str | bytes]) -> Lines:
    return lines(client.post("/api/add/files", files=[("files", file) for file in files]))


def of(kind: str, told: Lines) -> Lines:
    return [{key: value for key, value in line.items() if key != "kind"} for line in told if line["kind"] == kind]


def refused_at_once(response: Any, status: int) -> str:  # noqa: ANN401
    said = response.json()["detail"]
    assert response.status_code == status and isinstance(said, str), response.text
    assert said.endswith(".") and ". " not in said
    return said


def test_added_files_are_answered_from_at_once(archive: Archive, client: TestClient) -> None:
    question = "When did the lighthouse of Sorn collapse?"
    assert archive.ask(question).abstained and archive.ask("Was the bridge at Kelm closed?").hits
    told = add(client, ("news/2016/lighthouse.md", LIGHTHOUSE), ("row.jsonl", '{"text": "A mill burned at Kelm."}'))
    assert told[:2] == [
        {"kind": "saved", "source": "news/2016/lighthouse.md", "id": "added/news/2016/lighthouse.md", "new": True},
        {"kind": "saved", "source": "row.jsonl", "id": "added/row.jsonl", "new": True},
    ]
    assert [line["kind"] for line in told[2:-1]] == ["progress"] * (len(told) - 3)
    stages = {line["stage"]: (line["done"], line["total"]) for line in of("progress", told)}
    assert stages == {"reading": (2, 2), "indexing": (2, 2), "comparing": (2, 2), "encoding": (2, 2)}
    assert told[-1] == {"kind": "done", "added": 2, "changed": 0, "articles": 3, "passages": 3}
    answer = archive.ask(question)
    assert answer.short == "3 March 2016"
    assert answer.citations[0].article.id == "added/news/2016/lighthouse.md"
    assert archive.search("mill burned")[0].article.id == "added/row.jsonl#1"
    assert answer.hits[0].lexical > 0 and answer.hits[0].dense > 0  # by words and by meaning


def test_who_adds_too_often_waits(archive: Archive) -> None:
    made = FastAPI()
    made.include_router(adding_router(archive, Settings(), rates=Rates(a_minute=1)))
    with TestClient(Access(made, b"s" * 32)) as reader:
        assert of("done", add(reader, ("a.md", LIGHTHOUSE)))
        refused = reader.post("/api/add/files", files=[("files", ("b.md", LIGHTHOUSE))])
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 60
    assert "wait" in refused.json()["detail"]
    assert archive.article("added/b.md") is None


def test_what_is_there_already_is_not_added_twice(archive: Archive, client: TestClient) -> None:
    add(client, ("a.md", LIGHTHOUSE))
    told = add(client, ("a.md", LIGHTHOUSE), ("a.md", LIGHTHOUSE.replace("Sorn", "Torn")))
    assert [(line["id"], line["new"]) for line in of("saved", told)] == [("added/a.md", False), ("added/a-2.md", True)]
    assert of("done", told) == [{"added": 1, "changed": 0, "articles": 3, "passages": 3}]
    assert (archive.corpus / "added/a.md").read_text() == LIGHTHOUSE


def test_what_cannot_be_saved_is_told_and_stops_nothing(archive: Archive, client: TestClient) -> None:
    told = add(
        client,
        ("photo.jpg", b"\xff\xd8"),
        ("metadata.csv", "file\n"),
        ("empty.txt", ""),
        ("large.txt", "x" * 1_000_001),
        ("../../escape.txt", "It got no further than here."),
        ("good.md", LIGHTHOUSE),
    )
    reasons = {line["source"]: line["reason"] for line in of("refused", told)}
    assert [*reasons] == ["photo.jpg", "metadata.csv", "empty.txt", "large.txt"]
    assert reasons["large.txt"] == "It has 1,000,001 bytes; at most 1,000,000 are taken."
    assert [line["id"] for line in of("saved", told)] == ["added/escape.txt", "added/good.md"]
    assert told[-1]["added"] == 2
    assert {path.name for path in archive.corpus.rglob("*") if path.is_file()} == {"bridge.md", "escape.txt", "good.md"}


def test_where_nothing_is_saved_nothing_is_synced(archive: Archive, client: TestClient) -> None:
    (archive.corpus / "other.txt").write_text("Put there by somebody else.")
    told = add(client, ("photo.jpg", b"\xff\xd8"))
    assert [line["kind"] for line in told] == ["refused", "done"]
    assert told[-1] == {"kind": "done", "added": 0, "changed": 0, "articles": 1, "passages": 1}


def test_files_in_which_nothing_can_be_read_are_taken_out_again(archive: Archive, client: TestClient) -> None:
    (archive.corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")  # not of this request
    (archive.corpus / "added").mkdir()
    (archive.corpus / "added/old.pdf").write_bytes(b"%PDF-1.4 old")
    told = add(
        client,
        ("old.pdf", b"%PDF-1.4 old"),
        ("sub/new.pdf", b"%PDF-1.4 new"),
        ("bare.txt", "Skip to main content"),
        ("bare.jsonl", '{"text": "Skip to main content"}\n'),
        ("bad.jsonl", "no\n[]\n"),
        ("half.jsonl", 'no\n{"text": "The mill burned down on Monday."}\n'),
    )
    reasons = [(line["source"], line.get("line")) for line in of("refused", told)]
    assert sorted(reasons, key=str) == [
        *(("bad.jsonl", 1), ("bad.jsonl", 2), ("bare.jsonl", None), ("bare.txt", None), ("half.jsonl", 1)),
        *(("old.pdf", None), ("sub/new.pdf", None)),
    ]
    assert all(line["reason"].endswith(".") for line in of("refused", told))
    kept = {path.relative_to(archive.corpus).as_posix() for path in (archive.corpus / "added").rglob("*")}
    assert kept == {"added/old.pdf", "added/half.jsonl"}
    assert {(item.source, item.line) for item in archive.refused()} == {
        *(("broken.pdf", None), ("added/old.pdf", None), ("added/half.jsonl", 1))
    }
    assert told[-1] == {"kind": "done", "added": 1, "changed": 0, "articles": 2, "passages": 2}


def test_of_many_bad_rows_the_first_are_told(client: TestClient) -> None:
    told = of("refused", add(client, ("rows.jsonl", "no\n" * 25)))
    assert [line.get("line") for line in told] == [*range(1, 21), None]
    assert told[-1]["reason"] == "And 5 more rows cannot be read."


def test_a_pasted_text(archive: Archive, client: TestClient) -> None:
    given = {
        "title": "Mill burned",
        "text": "The mill of Kelm burned down.",
        "published": "2016-05-01",
        "publisher": "P",
    }
    told = lines(client.post("/api/add/text", json=given | {"author": "A", "url": "https://x.example/mill"}))
    (saved,) = of("saved", told)
    assert (saved["source"], saved["id"]) == ("Mill burned", "added/2016-05-01-mill-burned.md")
    found = archive.article(saved["id"])
    assert found and (found.title, found.publisher, found.author, found.url) == (
        *("Mill burned", "P", "A", "https://x.example/mill"),
    )
    told = lines(client.post("/api/add/text", json={"text": "It rains."}))
    assert [(line["source"], line["id"]) for line in of("saved", told)] == [("text", "added/text-it-rains.md")]
    told = lines(client.post("/api/add/text", json={"title": "T", "text": " "}))
    assert of("refused", told) == [{"source": "T", "reason": "There is no text: paste the article's own words."}]
    assert told[-1]["kind"] == "done"


@pytest.mark.parametrize(
    "body", [b"", b"no", b"[]", b'{"title": "T"}', b'{"text": 7}', b'{"text": "\\ud800"}', b"\xff"]
)
def test_a_text_that_is_none_is_one_sentence(client: TestClient, body: bytes) -> None:
    said = refused_at_once(client.post("/api/add/text", content=body), 422)
    assert said.startswith(("The request cannot be used (", "The text cannot be used ("))


def test_addresses_are_fetched_where_they_may_be(archive: Archive) -> None:
    text = "<p>The mill of Kelm burned down on Monday.</p>" * 9
    page = f"<html><body><article><h1>Mill</h1>{text}</article></body></html>"
    with serving({"/mill": Reply(page.encode(), wait_first=0.3), "/two": Reply(b"It rains.", "text/plain")}) as web:
        fetching = partial(fetch, resolve=web.resolve, connecting=web.connecting)
        asked = ["http://news.example/mill", "http://127.0.0.1/", "http://news.example/none", "http://news.example/two"]
        with TestClient(app(archive, fetching, fetch=True)) as client:
            told = lines(client.post("/api/add/addresses", json={"addresses": [*asked, asked[0]]}))
        assert len(web.connected) == 3
    assert {(line["source"], line["reason"]) for line in of("refused", told)} == {
        (asked[1], "The address names no host of the public web."),
        (asked[2], "The address answers 404 in place of a page."),
    }
    assert [(line["source"], line["id"]) for line in of("saved", told)] == [
        (asked[0], "added/news.example/mill.html"),
        (asked[3], "added/news.example/two.md"),
    ]
    fetched = [(line["done"], line["total"]) for line in of("progress", told) if line["stage"] == "fetching"]
    assert fetched == [(1, 4), (2, 4), (3, 4), (4, 4)]
    found = archive.article("added/news.example/mill.html")
    assert found and found.url == asked[0] and told[-1]["added"] == 2


def test_a_few_addresses_are_fetched_at_a_time(archive: Archive) -> None:
    running: list[int] = [0]

    async def fetching(address: str) -> tuple[str, bytes]:
        running.append(running[-1] + 1)
        await asyncio.sleep(0.02)
        running.append(running[-1] - 1)
        raise ValueError("It is not there.")

    with TestClient(app(archive, fetching, fetch=True)) as client:
        told = lines(client.post("/api/add/addresses", json={"addresses": [str(n) for n in range(12)]}))
    assert len(of("refused", told)) == 12 and max(running) == 4


def test_no_address_is_fetched_where_it_may_not_be(client: TestClient) -> None:
    response = client.post("/api/add/addresses", json={"addresses": ["http://news.example/"]})
    assert "not fetched here" in refused_at_once(response, 403)


def test_how_many_addresses(archive: Archive) -> None:
    with TestClient(app(archive, fetch=True)) as client:
        for addresses in ([], ["ftp://x"] * 21, "http://news.example/"):
            response = client.post("/api/add/addresses", json={"addresses": addresses})
            assert "addresses cannot be used" in refused_at_once(response, 422)
        assert len(of("refused", lines(client.post("/api/add/addresses", json={"addresses": ["ftp://x"]})))) == 1


PATHS = ["files", "text", "addresses"]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_added_where_it_may_not_be(archive: Archive, path: str) -> None:
    with TestClient(app(archive, add=False, fetch=True)) as client:
        said = refused_at_once(client.post(f"/api/add/{path}", files={"files": ("a.md", LIGHTHOUSE)}), 403)
    assert said == "Articles cannot be added here." and not (archive.corpus / "added").exists()


def test_how_many_files_and_bytes(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [("files", (f"{n}.txt", b"Rain.")) for n in range(201)]
    assert "At most 200 files" in refused_at_once(client.post("/api/add/files", files=files), 413)
    monkeypatch.setattr("qa.web.receiving.REQUEST_BYTES", 5000)
    large = {"files": ("a.txt", b"x" * 5000)}
    assert "At most 5,000 bytes" in refused_at_once(client.post("/api/add/files", files=large), 413)
    request = client.build_request("POST", "/api/add/files", files=large)
    chunks: Callable[[], Iterator[bytes]] = lambda: iter([request.read()[n : n + 900] for n in range(0, 6000, 900)])  # noqa: E731
    headers = {"Content-Type": request.headers["Content-Type"]}  # and no length
    assert "At most 5,000" in refused_at_once(client.post("/api/add/files", content=chunks(), headers=headers), 413)
    assert "At most 3,100,000" in refused_at_once(client.post("/api/add/text", content=b" " * 3_100_001), 413)


FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("", "", "no files"),
        ("files=a", "application/x-www-form-urlencoded", "no files"),
        ("x", "multipart/form-data", "cannot be read"),
        ("x", FORM, "cannot be read"),
        ('--b\nContent-Disposition: form-data; name="files"\n\nx\n--b--\n', FORM, "no files"),
        ('--b\nContent-Disposition: form-data; name="x"; filename="a.md"\n\nx\n--b--\n', FORM, "no files"),
    ],
)
def test_a_form_that_is_none_is_one_sentence(client: TestClient, body: str, kind: str, said: str) -> None:
    content = body.replace("\n", "\r\n").encode()
    response = client.post("/api/add/files", content=content, headers={"Content-Type": kind})
    assert said in refused_at_once(response, 400)


def test_two_at_once_queue(archive: Archive, client: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        each = list(pool.map(lambda n: add(client, ("same.md", LIGHTHOUSE.replace("Sorn", f"Sorn{n}"))), range(4)))
    assert [told[-1]["kind"] for told in each] == ["done"] * 4
    assert [told[-1]["added"] for told in each] == [1] * 4
    assert sorted(told[-1]["articles"] for told in each) == [2, 3, 4, 5]
    assert any(told[0] == {"kind": "waiting"} for told in each)
    assert len({of("saved", told)[0]["id"] for told in each}) == 4


def test_another_process_is_waited_for(archive: Archive, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.web.saving.RETRY_SECONDS", 0.05)
    lock = FileLock(archive._index.folder / "write.lock", thread_local=False)
    lock.acquire()
    timer = threading.Timer(0.5, lock.release)
    timer.start()
    told = add(client, ("a.md", LIGHTHOUSE))
    timer.join()
    assert len(of("waiting", told)) >= 2 and told[-1]["added"] == 1
    monkeypatch.setattr("qa.web.saving.WAIT_SECONDS", 0.1)
    with lock:
        told = add(client, ("b.md", LIGHTHOUSE))
    assert {line["kind"] for line in told[1:-1]} == {"waiting"} and len(told) < 6 and told[-1]["kind"] == "failed"
    assert told[-1]["reason"] == "Another process is writing the index: what was added is found after its next sync."
    assert add(client, ("c.md", LIGHTHOUSE))[-1]["added"] == 2  # with what was left behind


def test_progress_is_told_now_and_then(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.web.saving.PACE_SECONDS", 1000.0)
    told = of("progress", add(client, *[(f"{n}.txt", f"Rain fell on day {n}.") for n in range(30)]))
    reading = [(line["done"], line["total"]) for line in told if line["stage"] == "reading"]
    assert reading == [(1, 30), (30, 30)] and len(told) <= 8


def test_each_stage_is_told_as_it_begins_and_ends() -> None:
    told: Lines = []
    report = _paced(told.append)
    for stage, done in (("reading", 1), ("reading", 2), ("indexing", 1), ("indexing", 8), ("indexing", 9)):
        report(Progress(stage, done, 9))
    assert [(line["stage"], line["done"]) for line in told] == [("reading", 1), ("indexing", 1), ("indexing", 9)]
    time.sleep(0.11)
    report(Progress("indexing", 5, 9))
    assert len(told) == 4


@pytest.mark.parametrize("fault", ["index", "bug"])
def test_a_failure_is_one_sentence(archive: Archive, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    async def fetching(_: str) -> tuple[str, bytes]:
        if fault == "bug":
            raise RuntimeError("secret")
        return "a.md", LIGHTHOUSE.encode()

    if fault == "index":
        shutil.rmtree(archive._index.folder / "lexical")
        (archive._index.folder / "lexical").write_bytes(b"in the way")
    with TestClient(app(archive, fetching, fetch=True)) as client:
        told = lines(client.post("/api/add/addresses", json={"addresses": ["x"]}))
        assert told[-1]["kind"] == "failed" and told[-1]["reason"].endswith(".")
        assert "secret" not in str(told) and ("secret" in caplog.text) is (fault == "bug")


def test_a_file_that_breaks_its_reader_goes_and_the_others_stay(
    archive: Archive, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(data: bytes) -> tuple[str, Fields]:
        if b"break" in data:
            raise RuntimeError("secret")
        return read_text(data)

    monkeypatch.setitem(readers._READERS, ".txt", breaking)
    told = add(client, ("bad.txt", "Please break."), ("good.txt", "Rain fell on the mill."))
    (line,) = of("refused", told)
    assert line["source"] == "bad.txt" and "It cannot be read (RuntimeError)" in line["reason"]
    assert told[-1] == {"kind": "done", "added": 1, "changed": 0, "articles": 2, "passages": 2}
    assert [path.name for path in (archive.corpus / "added").iterdir()] == ["good.txt"] and archive.refused() == ()
    (archive.corpus / "own.txt").write_text("break")  # put there by whoever keeps the archive: it stays
    told = add(client, ("next.txt", "Snow fell."))
    assert told[-1]["kind"] == "done" and not of("refused", told)
    assert [item.source for item in archive.refused()] == ["own.txt"] and (archive.corpus / "own.txt").exists()


def test_a_damaged_document_never_keeps_the_archive_from_its_sync(archive: Archive, client: TestClient) -> None:
    deep = b"---\ntitle: " + b"[" * 900 + b"]" * 900 + b"\n---\nRain."
    strange = pdf("Rain").replace(b"<</Length", b"<</Filter/Foo/Length")
    told = add(client, ("deep.md", deep), ("strange.pdf", strange), ("good.md", LIGHTHOUSE))
    assert {line["source"] for line in of("refused", told)} == {"deep.md", "strange.pdf"}
    assert told[-1]["articles"] == 2 and archive.sync().unchanged == 2 and archive.refused() == ()


@contextmanager
def listening(served: FastAPI) -> Iterator[str]:
    """The address of a real server."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        server = uvicorn.Server(uvicorn.Config(served, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{place.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def until(happened: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not happened() and time.monotonic() < ends:
        time.sleep(0.02)
    return happened()


@pytest.mark.parametrize("leaves", ["after the first line", "while it waits for its turn"])
def test_it_is_finished_for_a_browser_that_goes_away(archive: Archive, leaves: str) -> None:
    files: Sequence[Any] = [
        ("files", ("a.md", LIGHTHOUSE)),
        ("files", ("large.txt", "Rain fell." + "\u00a0" * 600_000)),
    ]
    lock = FileLock(archive._index.folder / "write.lock")
    with listening(app(archive)) as address:
        lock.acquire()
        with httpx.stream("POST", f"{address}/api/add/text", json={"text": "It rains."}, timeout=20) as response:
            assert "saved" in next(response.iter_lines())
            if leaves == "while it waits for its turn":
                with httpx.stream("POST", f"{address}/api/add/files", files=files, timeout=20) as second:
                    assert next(second.iter_lines()) == '{"kind": "waiting"}'
        time.sleep(0.2)
        lock.release()
        expected = 2 if leaves == "after the first line" else 4
        assert until(lambda: archive.statistics().articles == expected)
        assert until(lambda: archive._index.check() == [])


@pytest.mark.parametrize("path", ["files", "text"])
def test_what_says_that_it_is_too_large_is_not_waited_for(archive: Archive, path: str) -> None:
    head = f"POST /api/add/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\nContent-Type: {FORM}\r\n\r\n"
    with listening(app(archive)) as address:
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as browser:
            browser.sendall(head.encode())
            assert browser.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["files", "text"])
def test_an_upload_that_breaks_off_is_no_fault_of_the_server(
    archive: Archive, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST /api/add/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\nContent-Type: {FORM}\r\n\r\n--b\r\n"
    part = 'Content-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n' + "x" * 2000
    with caplog.at_level("INFO"), listening(app(archive)) as address:
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as browser:
            browser.sendall((head + part).encode())
            time.sleep(0.3)
        time.sleep(0.3)
    assert "Traceback" not in caplog.text and not (archive.corpus / "added").exists()


def test_what_was_added_is_listed_newest_first_and_taken_out_again(archive: Archive, client: TestClient) -> None:
    add(client, ("news/lighthouse.md", LIGHTHOUSE), ("rows.jsonl", '{"text": "A mill burned at Kelm."}'))
    folder = archive.corpus / "added"
    os.utime(folder / "news/lighthouse.md", (1, 1))
    (folder / ".hidden.md").write_text("x")
    listed = [(item.file, item.title, item.is_article) for item in added(archive)]
    assert listed == [
        ("added/rows.jsonl", "rows.jsonl", False),
        ("added/news/lighthouse.md", "Lighthouse lost", True),
    ]
    told = lines(client.delete("/api/add/file", params={"file": "added/news/lighthouse.md"}))
    assert told[-1]["kind"] == "done" and told[-1]["articles"] == 2
    assert archive.article("added/news/lighthouse.md") is None
    assert not (folder / "news").exists() and (folder / "rows.jsonl").exists()


@pytest.mark.parametrize("file", ["bridge.md", "added/../bridge.md", "added/none.md", "added/link.md", "added", ""])
def test_nothing_else_is_taken_out(archive: Archive, client: TestClient, file: str) -> None:
    add(client, ("a.md", LIGHTHOUSE))
    (archive.corpus / "added/link.md").symlink_to(archive.corpus / "bridge.md")
    refused_at_once(client.delete("/api/add/file", params={"file": file}), 404)
    assert (archive.corpus / "bridge.md").exists() and (archive.corpus / "added/a.md").exists()


def test_nobody_takes_out_where_nothing_may_be_added(archive: Archive, client: TestClient) -> None:
    add(client, ("a.md", LIGHTHOUSE))
    with TestClient(app(archive, add=False)) as other:
        refused_at_once(other.delete("/api/add/file", params={"file": "added/a.md"}), 403)
    assert (archive.corpus / "added/a.md").exists()
