"""The routes: OpenAI's, below /v1, and our own, below /api."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.responses import JSONResponse

from qa.answer.timeline import EVENTS
from qa.archive import QUESTION_CHARACTERS, Archive
from qa.search.dialogue import HISTORY
from qa.serving.answering import Threads
from qa.serving.completions import Asked, Options, chunks, completion, known_model, model_object
from qa.serving.metrics import Metrics
from qa.serving.refusals import Error, OpenAIErrors, Refusal
from qa.serving.schemas import Answer, Article, Earlier, Found, Moment, Narrowing, Passage, Timeline
from qa.serving.streams import finished, own_events, streamed
from qa.types import Event, Turn

Responses = dict[int | str, dict[str, Any]]
_OPENAI_REFUSALS: Responses = {"4XX": {"model": OpenAIErrors}, "5XX": {"model": OpenAIErrors}}
_REFUSALS: Responses = {"4XX": {"model": Error}, "5XX": {"model": Error}}
_STREAMED: Responses = {200: {"content": {"text/event-stream": {}}}}


class Question(Options):
    """What is asked."""

    question: str = Field(description=f"In plain words, at most {QUESTION_CHARACTERS:,} characters.")
    history: list[Earlier] = Field(default=[], max_length=1000, description="Earlier turns, oldest first.")
    stream: bool = Field(default=False, description="Whether to send events as the answer is made.")


class Search(Narrowing):
    """What is searched for."""

    query: str = Field(description="Plain words; no query syntax.")
    limit: int = Field(default=10, ge=1, le=1000, description="How many at most.")


class Events(Narrowing):
    """What events are searched for."""

    query: str = Field(description="What the events are about, in plain words.")
    limit: int = Field(default=EVENTS, ge=1, le=200, description="How many at most.")


class Asking:
    """The archive, asked by many at once and counted."""

    def __init__(self, archive: Archive, threads: Threads, metrics: Metrics) -> None:
        self.archive, self.threads, self._metrics = archive, threads, metrics

    def events(self, question: str, history: list[Turn], options: Options) -> AsyncGenerator[Event, None]:
        """The events of an answer."""
        make = partial(
            self.archive.stream, question, history[-HISTORY:], options.asked, options.filters, options.narrow
        )
        return self._metrics.counted(self.threads.events(make))


def openai_routes(asking: Asking, started: int) -> APIRouter:
    """OpenAI's interface.

    Args:
        asking: What is asked.
        started: Since when there is the model; seconds since 1970.
    """
    routes = APIRouter(prefix="/v1", tags=["OpenAI"], responses=_OPENAI_REFUSALS)

    @routes.post("/chat/completions", responses=_STREAMED)
    async def complete(request: Request, asked: Asked) -> Response:
        """Answer the last message. Citations are its annotations; exact ones stand under `dateline`."""
        question, history = asked.checked().conversation()
        events = asking.events(question, history, asked.dateline)
        created, home = int(time.time()), str(request.base_url)
        if asked.stream:
            usage = bool(asked.stream_options and asked.stream_options.include_usage)
            lines = partial(chunks, created=created, home=home, with_usage=usage)
            return await streamed(events, lines, request.url.path)
        return JSONResponse(completion(await finished(events, request), created, home))

    @routes.get("/models")
    def models() -> dict[str, Any]:
        """The one model: the archive."""
        return {"object": "list", "data": [model_object(started)]}

    @routes.get("/models/{name}")
    def model(name: str) -> dict[str, Any]:
        """That model."""
        known_model(name)
        return model_object(started)

    return routes


def own_routes(asking: Asking) -> APIRouter:
    """Our own interface to what is asked."""
    archive, run = asking.archive, asking.threads.run
    routes = APIRouter(prefix="/api", tags=["Dateline"], responses=_REFUSALS)

    @routes.post("/ask", response_model=Answer, responses=_STREAMED)
    async def ask(request: Request, asked: Question) -> Response | Answer:
        """Answer a question, or say that the archive does not say; with `stream`, by server-sent events."""
        events = asking.events(asked.question, [Turn(one.question, one.answer) for one in asked.history], asked)
        if asked.stream:
            return await streamed(events, own_events, request.url.path)
        return Answer.of(await finished(events, request))

    @routes.get("/search")
    async def search(asked: Annotated[Search, Query()]) -> Found:
        """The passages that best match, best first."""
        hits = await run(lambda: archive.search(asked.query, asked.limit, asked.filters))
        return Found(query=asked.query, passages=[Passage.of(hit) for hit in hits])

    @routes.get("/timeline")
    async def timeline(asked: Annotated[Events, Query()]) -> Timeline:
        """The dated events that the articles tell of, oldest first, each with its sentence."""
        moments = await run(lambda: archive.timeline(asked.query, asked.limit, asked.filters))
        return Timeline(query=asked.query, events=[Moment.of(moment) for moment in moments])

    @routes.get("/articles/{article:path}")
    async def article(article: str) -> Article:
        """An article by its id, "#" in it written %23."""
        found = await run(lambda: archive.article(article))
        if found is None:
            raise Refusal(404, "There is no such article in the archive (any more).")
        copies = await run(lambda: archive.copies(found))
        return Article.of(found, copies)

    return routes
