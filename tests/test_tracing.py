"""Spans: what an answer is made of, for who asks for them, and for nobody else."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import qa
from evals.scripted import Reply, passages, serving, words
from qa import tracing
from qa.archive import Archive
from qa.settings import Settings
from qa.types import Draft
from tests.conftest import ROOT

QUESTION = "When did Ramadi fall?"
FELL = "The city fell on Sunday, when the last soldiers and police pulled out of their bases"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample archive, made once."""
    place = tmp_path_factory.mktemp("index")
    qa.open(ROOT / "corpus", place).close()
    return place


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[Archive]:
    with Archive(ROOT / "corpus", folder) as found:
        yield found


class Spans:
    """What was traced since it was last looked at, in the order of their beginnings."""

    def __init__(self, provider: TracerProvider) -> None:
        self.provider, self._memory = provider, InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(self._memory))

    def all(self) -> list[ReadableSpan]:
        found = sorted(self._memory.get_finished_spans(), key=lambda span: span.start_time or 0)
        self._memory.clear()
        return found


@pytest.fixture
def spans() -> Iterator[Spans]:
    found = Spans(TracerProvider())
    tracing.start(found.provider)
    yield found
    tracing.stop()


def kinds(found: list[ReadableSpan]) -> list[tuple[str, Any]]:
    return [(span.name, known(span)["openinference.span.kind"]) for span in found]


def known(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_an_answer_is_traced_from_question_to_reading(archive: Archive, spans: Spans) -> None:
    answer = archive.ask(QUESTION)
    asked, retrieved, read = found = spans.all()
    assert kinds(found) == [("ask", "CHAIN"), ("retrieve", "RETRIEVER"), ("read", "RERANKER")]
    assert asked.parent is None and asked.context
    assert all(span.parent and span.parent.span_id == asked.context.span_id for span in (retrieved, read))
    assert known(asked)["input.value"] == QUESTION and known(asked)["output.value"] == answer.text
    told = json.loads(known(asked)["metadata"])
    assert (told["short"], told["abstained"]) == ("Sunday 17 May 2015", False)
    assert told["citations"] == [f"{cited.article.id}:{cited.start}:{cited.end}" for cited in answer.citations] != []
    best = answer.hits[0]
    assert known(read)["reranker.query"] == QUESTION
    assert known(read)["reranker.output_documents.0.document.content"] == best.text
    assert known(read)["reranker.output_documents.0.document.score"] == best.score
    contents = [known(retrieved)[f"retrieval.documents.{n}.document.content"] for n in range(len(answer.hits))]
    assert sorted(contents) == sorted(hit.text for hit in answer.hits)
    assert json.loads(known(retrieved)["retrieval.documents.0.document.metadata"])["article"] in {
        hit.article.id for hit in answer.hits
    }


def test_what_a_model_writes_is_traced_with_its_tokens(folder: Path, spans: Spans) -> None:
    def script(request: Any) -> Reply:  # noqa: ANN401
        number = next(number for number, text in passages(request).items() if FELL in text)
        return Reply(words(f"Ramadi fell on Sunday 17 May 2015 [{number}]."))

    with serving(script) as server:
        settings = Settings(openai_base_url=server.url, retries=0)  # type: ignore[call-arg]
        with Archive(ROOT / "corpus", folder, settings) as archive:
            archive.ask(QUESTION)
            asked, _, _, wrote = found = spans.all()
            assert kinds(found)[3] == ("write", "LLM")
            assert wrote.parent and asked.context and wrote.parent.span_id == asked.context.span_id
            (request,) = server.requests
            assert known(wrote)["llm.input_messages.0.message.content"] == request["messages"][0]["content"]
            assert known(wrote)["llm.output_messages.0.message.content"].startswith("Ramadi fell on Sunday")
            assert (known(wrote)["llm.model_name"], known(wrote)["llm.token_count.total"]) == ("first", 120)
            events = archive.stream(QUESTION)
            while not isinstance(next(events), Draft):
                assert trace.get_current_span() is trace.INVALID_SPAN
            events.close()
            assert [name for name, _ in kinds(spans.all())] == ["ask", "retrieve", "read", "write"]


def test_the_caller_s_span_is_the_parent(archive: Archive, spans: Spans) -> None:
    with spans.provider.get_tracer("mine").start_as_current_span("request") as mine:
        archive.search("Ramadi")
    request, retrieved = spans.all()
    assert (request.name, retrieved.name) == ("request", "retrieve") and retrieved.parent
    assert retrieved.parent.span_id == mine.get_span_context().span_id


def test_an_error_is_told(archive: Archive, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(qa.errors.QuestionError):
        archive.ask("")
    (asked,) = spans.all()
    assert asked.status.status_code is trace.StatusCode.ERROR and "empty" in str(asked.status.description)


def test_texts_can_be_hidden(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENINFERENCE_HIDE_INPUTS", "true")
    monkeypatch.setenv("OPENINFERENCE_HIDE_OUTPUTS", "true")
    found = Spans(TracerProvider())
    tracing.start(found.provider)
    archive.ask(QUESTION)
    tracing.stop()
    asked = found.all()[0]
    assert known(asked)["input.value"] == known(asked)["output.value"] == "__REDACTED__"


def test_once_stopped_and_unless_started_nothing_is_traced(archive: Archive, spans: Spans) -> None:
    tracing.stop()
    answer = archive.ask(QUESTION)
    assert spans.all() == [] and answer.short


class _Collector(BaseHTTPRequestHandler):
    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        self.received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """The address of a collector, and what it was sent."""
    received: list[tuple[str, bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Collector", (_Collector,), {"received": received}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", received
    server.shutdown()
    thread.join()
    server.server_close()


USE = """
import sys
from qa.cli import main
try:
    main(["ask", "When did Ramadi fall?", "--corpus", "corpus", "--index", sys.argv[1]])
except SystemExit as ended:
    assert not ended.code
import opentelemetry.trace as api
assert type(api.get_tracer_provider()).__name__ == "ProxyTracerProvider", "the process has a tracer"
heavy = ("openinference", "opentelemetry.sdk", "fastapi", "mcp", "prometheus_client", "uvicorn")
print(*sorted(name for name in sys.modules if name.startswith(heavy)))
"""


def asked(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "QA_", "OTEL_"))}
    own |= {"XDG_CONFIG_HOME": str(folder)} | more
    command = [sys.executable, "-c", USE, str(folder)]
    return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True, timeout=60)


def test_a_named_collector_is_sent_the_spans(folder: Path, collector: tuple[str, list[tuple[str, bytes]]]) -> None:
    address, received = collector
    result = asked(folder, OTEL_EXPORTER_OTLP_ENDPOINT=address + "/")
    assert result.stdout.startswith("Sunday 17 May 2015\n") and "Traceback" not in result.stderr
    assert {path for path, _ in received} == {"/v1/traces"}
    sent = b"".join(body for _, body in received)
    assert all(word in sent for word in (b"dateline", b"RETRIEVER", b"RERANKER", QUESTION.encode()))
    assert b"chroma" not in sent


def test_without_one_nothing_of_it_nor_of_the_servers_is_imported(folder: Path) -> None:
    assert asked(folder).stdout.splitlines()[-1] == ""


def test_a_collector_that_is_away_is_told_once_and_not_waited_for(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    tracing.export("http://127.0.0.1:9")
    archive.search("Ramadi")
    started = time.monotonic()
    tracing.stop()
    assert time.monotonic() - started < 3  # two, and one for a busy machine
    assert [record.message.partition(" batch")[0] for record in caplog.records] == ["Failed to export spans"]


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(qa.errors.SettingsError, match=r'pip install "dateline\[otel\]"'):
        tracing.export("http://127.0.0.1:9")
