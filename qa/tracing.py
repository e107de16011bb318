"""Spans of how an answer is made, for OpenTelemetry, named as OpenInference has it; nothing at all unless started.

    ask (chain)
    ├── retrieve (retriever)    the passages found, with their scores; several where a question has parts
    ├── read (reranker)         the order that the shipped reader puts them in
    └── write (llm)             what a language model was told and said, with its tokens

The packages come with `dateline[otel]` and are imported when this is started. The tracer is our own and never the
process's: what other libraries here can trace stays off. OPENINFERENCE_HIDE_INPUTS and its likes hide texts.
https://arize-ai.github.io/openinference/spec/semantic_conventions.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from qa.errors import SettingsError
from qa.types import Answer, Event, Finished, Hit, Usage

if TYPE_CHECKING:
    from openinference.instrumentation import Document, OITracer
    from opentelemetry.sdk.trace import TracerProvider

NAME = "dateline"
MISSING = 'Spans need further packages: pip install "dateline[otel]".'
SEND_SECONDS = 2
"""How long spans may take to be sent, all tries together: a program that ends waits for its last ones."""
Tell = Callable[[dict[str, Any]], None]
_tracer: OITracer | None = None
_exporting: TracerProvider | None = None


def start(provider: TracerProvider) -> None:
    """Give spans to that provider from now on.

    Raises:
        SettingsError: The packages are not installed.
    """
    global _tracer
    try:
        from openinference.instrumentation import OITracer, TraceConfig
    except ImportError:
        raise SettingsError(MISSING) from None
    _tracer = OITracer(provider.get_tracer(NAME), config=TraceConfig())


def export(endpoint: str) -> None:
    """Send spans to a collector from now on, by OTLP over HTTP.

    Args:
        endpoint: As OTEL_EXPORTER_OTLP_ENDPOINT: an address such as http://127.0.0.1:4318.

    Raises:
        SettingsError: The packages are not installed.
    """
    global _exporting
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(MISSING) from None
    resource = Resource({"service.name": NAME}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # spans that are lost are told once, not at each try
    start(provider)
    _exporting = provider


@contextmanager
def exported(endpoint: str) -> Iterator[None]:
    """What is done meanwhile is sent to a collector, where one is named.

    Raises:
        SettingsError: The packages are not installed.
    """
    if endpoint:
        export(endpoint)
    try:
        yield
    finally:
        stop()


def stop() -> None:
    """Give no more spans to anybody; what is still to be sent is sent."""
    global _tracer, _exporting
    exporting, _tracer, _exporting = _exporting, None, None
    if exporting:
        exporting.shutdown()


def answering(question: str, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    """The same events, and the span of the answer that they end with. Spans that are begun meanwhile lie in it."""
    if _tracer is None:
        return events
    return _answering(_tracer, question, events)


def _answering(tracer: OITracer, question: str, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    from openinference.instrumentation import get_input_attributes
    from opentelemetry.trace import use_span

    span = tracer.start_span("ask", openinference_span_kind="chain", attributes=dict(get_input_attributes(question)))
    try:
        with closing(events):
            while True:
                # It is the current span only while the next event is made: who reads them has a context of their own.
                with use_span(span, end_on_exit=False):
                    event = next(events, None)
                if event is None:
                    return
                if isinstance(event, Finished):
                    span.set_attributes(_of_answer(event.answer))
                yield event
    finally:
        span.end()


def _of_answer(answer: Answer) -> dict[str, Any]:
    from openinference.instrumentation import get_metadata_attributes, get_output_attributes

    known = {
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "short": answer.short,
        "understood": answer.question,
        "citations": [f"{one.article.id}:{one.start}:{one.end}" for one in answer.citations],
        "warnings": list(answer.warnings),
    }
    return {**get_output_attributes(answer.text), **get_metadata_attributes(metadata=known)}


@contextmanager
def retrieving(query: str) -> Iterator[Callable[[Sequence[Hit]], None]]:
    """The span of a search; to be told what it found."""
    if _tracer is None:
        yield _nothing
        return
    from openinference.instrumentation import get_input_attributes, get_retriever_attributes

    known = dict(get_input_attributes(query))
    with _tracer.start_as_current_span("retrieve", openinference_span_kind="retriever", attributes=known) as span:
        yield lambda hits: span.set_attributes(get_retriever_attributes(documents=_documents(hits)))


@contextmanager
def reading(question: str, hits: Sequence[Hit], model: str) -> Iterator[Callable[[Sequence[Hit]], None]]:
    """The span of the reading of those hits; to be told their new order."""
    if _tracer is None:
        yield _nothing
        return
    from openinference.instrumentation import get_reranker_attributes

    known = get_reranker_attributes(query=question, model_name=model, input_documents=_documents(hits))
    with _tracer.start_as_current_span("read", openinference_span_kind="reranker", attributes=known) as span:
        yield lambda ordered: span.set_attributes(get_reranker_attributes(output_documents=_documents(ordered)))


def writing(
    pieces: Generator[str, None, None], messages: Sequence[dict[str, str]], name: Callable[[], str], used: list[Usage]
) -> Generator[str, None, None]:
    """The same pieces of what a language model writes, and its span.

    Args:
        pieces: What it writes.
        messages: What it was told.
        name: Tells its name, once it has written.
        used: Given what it cost, in the end.
    """
    if _tracer is None:
        return pieces
    return _writing(_tracer, pieces, messages, name, used)


def _writing(
    tracer: OITracer,
    pieces: Generator[str, None, None],
    messages: Sequence[dict[str, str]],
    name: Callable[[], str],
    used: list[Usage],
) -> Generator[str, None, None]:
    from openinference.instrumentation import Message, TokenCount, get_llm_attributes
    from opentelemetry.trace import Status, StatusCode

    said = [Message(role=message["role"], content=message["content"]) for message in messages]
    span = tracer.start_span("write", openinference_span_kind="llm", attributes=get_llm_attributes(input_messages=said))
    written: list[str] = []
    try:
        with closing(pieces):
            for piece in pieces:
                written.append(piece)
                yield piece
    except Exception as error:
        span.set_status(Status(StatusCode.ERROR, str(error)))
        raise
    finally:
        answer = Message(role="assistant", content="".join(written))
        span.set_attributes(get_llm_attributes(model_name=name(), output_messages=[answer]))
        if used:
            cost = TokenCount(prompt=used[-1].read, completion=used[-1].written, total=used[-1].read + used[-1].written)
            span.set_attributes(get_llm_attributes(token_count=cost))
        span.end()


def _documents(hits: Sequence[Hit]) -> list[Document]:
    from openinference.instrumentation import Document

    return [
        Document(
            id=hit.passage.id,
            content=hit.text,
            score=hit.score,
            metadata={
                "article": hit.article.id,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "publisher": hit.article.publisher,
                "published": hit.article.published.isoformat() if hit.article.published else None,
                "lexical": hit.lexical,
                "dense": hit.dense,
            },
        )
        for hit in hits
    ]


def _nothing(_: Sequence[Hit]) -> None:
    """Told where nobody listens."""
