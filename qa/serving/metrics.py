"""What a server counts, in the format of Prometheus."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import types
from qa.archive import Archive
from qa.serving.answering import Threads
from qa.types import Event, Finished

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counts of one server, in a registry of its own."""

    def __init__(self, archive: Archive, threads: Threads) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "dateline_requests", "Requests by route.", ("method", "route", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "dateline_request_seconds",
            "From a request to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "dateline_answers", "Answers; by is quoted or written.", ("abstained", "by"), registry=self._registry
        )
        self._search = Histogram(
            "dateline_search_seconds",
            "Of an answer, until its passages are found and read.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self._tokens = Counter(
            "dateline_tokens", "Tokens that the language model read and wrote.", ("kind",), registry=self._registry
        )
        at_work = Gauge("dateline_threads_at_work", "Threads that work for callers now.", registry=self._registry)
        at_work.set_function(lambda: threads.at_work)
        self._registry.register(_Holdings(archive))
        ProcessCollector(registry=self._registry)

    def answered(self, answer: types.Answer) -> None:
        """Count that answer."""
        self._answers.labels(str(answer.abstained).lower(), "written" if answer.written_by else "quoted").inc()
        self._search.observe(answer.seconds.search)
        self._tokens.labels("read").inc(answer.usage.read)
        self._tokens.labels("written").inc(answer.usage.written)

    async def counted(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The same events; the answer that they end with is counted."""
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    self.answered(event.answer)
                yield event

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Holdings(Collector):
    """What the archive holds, as of the moment it is asked."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterator[GaugeMetricFamily]:
        statistics = self._archive.statistics()
        yield GaugeMetricFamily("dateline_articles", "Articles in the archive.", statistics.articles)
        yield GaugeMetricFamily("dateline_passages", "Passages in the archive.", statistics.passages)


class Counting:
    """The ASGI middleware that counts requests by route: a route's pattern, so that there are no more than routes."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as the ASGI specification has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requests.labels(method, route, str(status or "broken off")).inc()
            self._metrics.seconds.labels(route).observe(perf_counter() - started)
