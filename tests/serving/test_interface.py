"""Our own interface: the same answers as the library, articles by any id, events, counts, and one sentence an error."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from qa.archive import Archive
from qa.types import ABSTENTION, Filters
from tests.serving.conftest import ARTICLES, QUESTION, QUOTE, ROW

FAILED = "Something failed here: the server's log says what."


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as found:
        yield found


def test_ask_is_the_library_s_answer(http: httpx.Client, archive: Archive) -> None:
    told, answer = http.post("/api/ask", json={"question": QUESTION}).json(), archive.ask(QUESTION)
    assert (told["text"], told["short"], told["abstained"]) == (answer.text, "Sunday 17 May 2015", False)
    (cited,) = told["citations"]
    assert (cited["number"], cited["article"], cited["quote"]) == (1, "bridge.md", QUOTE)
    assert (cited["publisher"], cited["published"], cited["basis"]) == ("Harbour Wire", "2015-05-18", "given")
    assert http.post("/api/ask", json={"question": "Who won on Mars?"}).json()["text"] == ABSTENTION


def test_ask_takes_history_days_and_outlets(http: httpx.Client) -> None:
    follow_up = {"question": "Who was the mayor there?", "history": [{"question": QUESTION}]}
    assert "Basra" in http.post("/api/ask", json=follow_up).json()["question"]
    tram = {"question": "When did the first tram of Amara run?"}
    assert http.post("/api/ask", json=tram).json()["short"]
    assert http.post("/api/ask", json=tram | {"before": "2016-12-31"}).json()["abstained"]
    assert http.post("/api/ask", json=tram | {"publishers": ["Harbour Wire"]}).json()["abstained"]


def test_ask_streams_events(http: httpx.Client) -> None:
    with http.stream("POST", "/api/ask", json={"question": QUESTION, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = response.read().decode()
    events = re.findall(r"event: (\w+)\ndata: (.+)\n\n", text)
    names = [name for name, _ in events]
    assert names[0] == "found" and names[-1] == "answer" and set(names[1:-1]) == {"delta"}
    answer = json.loads(events[-1][1])
    assert "".join(json.loads(data)["text"] for name, data in events if name == "delta") == answer["text"]
    found = json.loads(events[0][1])
    assert found["question"] == QUESTION and found["passages"][0]["article"] == "bridge.md"


def test_search_and_timeline_are_the_library_s(http: httpx.Client, archive: Archive) -> None:
    found = http.get("/api/search", params={"query": "tram or bridge", "limit": 2, "publishers": ["The Lamp"]}).json()
    hits = archive.search("tram or bridge", 2, Filters(publishers=["The Lamp"]))
    assert [(one["article"], one["text"]) for one in found["passages"]] == [(hit.article.id, hit.text) for hit in hits]
    assert found["passages"][0]["article"] == ROW
    events = http.get("/api/timeline", params={"query": "the old bridge at Basra"}).json()["events"]
    assert events and events[0]["first"] == "2015-05-17" and events[0]["citation"]["quote"] == QUOTE


@pytest.mark.parametrize("article", ["bridge.md", ROW])
def test_an_article_is_found_by_its_id_whatever_is_in_it(http: httpx.Client, archive: Archive, article: str) -> None:
    told = http.get(f"/api/articles/{quote(article)}").json()
    known = archive.article(article)
    assert known and (told["article"], told["text"], told["title"]) == (article, known.text, known.title)


@pytest.mark.parametrize(
    "path", ["none.md", "../bridge.md", "..%2Fbridge.md", "%00", "/etc/passwd", "a" * 2000, "bridge.md/", "%ff"]
)
def test_no_other_id_is_found(http: httpx.Client, path: str) -> None:
    response = http.get(f"/api/articles/{path}")
    assert response.status_code == 404 and set(response.json()) == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "said"),
    [
        ("POST", "/api/ask", {"question": ""}, 400, "The question is empty: ask something."),
        ("POST", "/api/ask", {"question": "", "stream": True}, 400, "The question is empty: ask something."),
        ("POST", "/api/ask", {"question": "a" * 4001}, 400, "The question has 4,001 characters"),
        ("POST", "/api/ask", {}, 422, "The question cannot be used (Field required)."),
        ("POST", "/api/ask", {"question": "Who?", "asked": "today"}, 422, "The asked cannot be used"),
        ("POST", "/api/ask", {"question": "Who?", "publisher": "x"}, 422, "The publisher cannot be used"),
        ("POST", "/api/ask", b"\xff{", 400, "There was an error parsing the body"),
        ("POST", "/api/ask", b"[" * 100_000, 400, "There was an error parsing the body"),
        ("POST", "/api/ask", b'{"question": "Who?", "\\ud800": 1}', 422, "The request cannot be used"),
        ("POST", "/api/ask", b'{"question": "Who?", "' + b"x" * 9000 + b'": 1}', 422, "xxx cannot be used"),
        ("GET", "/api/search", None, 422, "The query cannot be used (Field required)."),
        ("GET", "/api/search?query=x&limit=0", None, 422, "The limit cannot be used"),
        ("GET", "/api/search?query=%20", None, 400, "The question is empty"),
        ("GET", "/api/ask", None, 405, "This address takes another method: see /docs."),
        ("GET", "/elsewhere", None, 404, "There is nothing at this address: see /docs."),
        ("POST", "/api/ask", b"x" * 1_000_001, 413, "At most 1,000,000 bytes are read of a request: send less."),
    ],
)
def test_errors_are_one_sentence(
    http: httpx.Client,
    method: str,
    path: str,
    sent: Any,  # noqa: ANN401
    status: int,
    said: str,
) -> None:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    response = http.request(method, path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert set(response.json()) == {"error"} and said in response.json()["error"] and len(response.text) < 250


def test_a_broken_character_is_asked_like_any_other(http: httpx.Client) -> None:
    response = http.post(
        "/api/ask",
        content=rb'{"question": "\ud800", "history": [{"question": "\ud800"}]}',
        headers={"content-type": "application/json"},
    )
    assert response.status_code == 200 and response.json()["abstained"]


def test_a_body_without_a_length_is_bounded_too(http: httpx.Client) -> None:
    response = http.post("/api/ask", content=iter([b"x" * 100_000] * 40))
    assert response.status_code == 413


def test_what_fails_here_is_told_without_its_reason(
    http: httpx.Client, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Archive, "search", fail)
    response = http.get("/api/search", params={"query": "x"})
    assert (response.status_code, response.json()) == (
        500,
        {"error": "Something failed here: the server's log says what."},
    )


def test_it_is_alive_and_counts(http: httpx.Client) -> None:
    def counted() -> dict[tuple[str, str], float]:
        families = text_string_to_metric_families(http.get("/metrics").text)
        return {
            (sample.name, "/".join(sample.labels.values())): sample.value for one in families for sample in one.samples
        }

    assert http.get("/healthz").json() == {"articles": len(ARTICLES)}
    before = counted()
    http.post("/api/ask", json={"question": "Who won on Mars?"})
    for name in range(3):
        http.get(f"/api/articles/no-such-article-{name}")
    after = counted()

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)  # type: ignore[index]

    assert more("dateline_answers_total", "true/quoted") == 1
    assert more("dateline_requests_total", "POST//api/ask/200") == 1
    assert more("dateline_requests_total", "GET//api/articles/{article:path}/404") == 3
    assert more("dateline_request_seconds_count", "/api/ask") == 1
    assert after["dateline_articles", ""] == len(ARTICLES) and after["dateline_threads_at_work", ""] == 0
    assert not any("no-such-article" in name for _, name in after)


def test_the_documents_load_nothing_from_elsewhere(http: httpx.Client) -> None:
    page = http.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 3 and all(one.startswith("/docs/static/") for one in loaded)
    assert all(http.get(one).status_code == 200 for one in loaded)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v1/chat/completions", "/api/ask", "/api/search", "/api/articles/{article}", "/metrics"} <= set(paths)
