"""The HTTP interface: its routes, what guards them, and what is told where something is wrong."""

from __future__ import annotations

import time

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from qa.archive import Archive
from qa.errors import DatelineError, QuestionError
from qa.keeping.keys import Keys
from qa.network import NO_TELEMETRY
from qa.network.headers import Headers
from qa.network.rates import Rates
from qa.serving.answering import Busy, Threads
from qa.serving.guard import STATIC, Guard
from qa.serving.metrics import Counting, Metrics
from qa.serving.refusals import BUSY, BUSY_SECONDS, FAILED, Refusal, refused
from qa.serving.routes import Asking, openai_routes, own_routes

HEADERS = {
    # The page /docs has a script of its own in it; it may load nothing from anywhere else.
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


PLACE_CHARACTERS = 100
"""Of what cannot be used: its name may be anything that a caller sent."""


class Health(BaseModel):
    """That the server answers, and from how much."""

    articles: int


def application(archive: Archive, rate: int, keys: Keys | None = None, hosts: frozenset[str] | None = None) -> FastAPI:
    """The application that answers other programs from `archive`.

    Args:
        archive: What is asked.
        rate: Requests a minute of one key, or of one address where no keys are asked for.
        keys: Who may ask; None where everybody on this machine may.
        hosts: The names under which the server may be called; None for any.
    """
    threads = Threads()
    metrics = Metrics(archive, threads)
    rates = Rates(rate, rate * 60, rate * 10)
    app = FastAPIOffline(
        title="Dateline",
        description="Ask an archive of news articles; get a dated answer with the sentences it rests on.",
        docs_url="/docs",
        redoc_url=None,
        static_url=STATIC.rstrip("/"),
        telemetry=NO_TELEMETRY,
        middleware=[
            Middleware(Counting, metrics=metrics),
            Middleware(Headers, headers=HEADERS),
            Middleware(Guard, rates=rates, keys=keys, hosts=hosts),
        ],
        dependencies=[Depends(HTTPBearer(auto_error=False))] if keys else [],
    )
    _tell_errors(app)
    asking = Asking(archive, threads, metrics)
    app.include_router(openai_routes(asking, int(time.time())))
    app.include_router(own_routes(asking))
    app.include_router(_operating(archive, metrics))
    return app


def _operating(archive: Archive, metrics: Metrics) -> APIRouter:
    """What those who run the server look at."""
    routes = APIRouter(tags=["Operating"])

    @routes.get("/healthz")
    def healthz() -> Health:
        """Whether the server answers. Needs no key."""
        return Health(articles=archive.statistics().articles)

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def counted() -> Response:
        """What is counted, for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def _tell_errors(app: FastAPI) -> None:
    """Every error is one sentence, in the shape of its path."""

    @app.exception_handler(Refusal)
    async def turned_away(request: Request, refusal: Refusal) -> Response:
        return refused(request.url.path, refusal)

    @app.exception_handler(DatelineError)
    async def ours(request: Request, error: DatelineError) -> Response:
        return refused(request.url.path, Refusal(400 if isinstance(error, QuestionError) else 500, str(error)))

    @app.exception_handler(Busy)
    async def busy(request: Request, _: Busy) -> Response:
        return refused(request.url.path, Refusal(503, BUSY, headers={"Retry-After": BUSY_SECONDS}))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"][1:])[:PLACE_CHARACTERS] or "request"
        status = 400 if request.url.path.startswith("/v1/") else 422
        return refused(request.url.path, Refusal(status, f"The {place} cannot be used ({first['msg']})."))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        told = {404: "There is nothing at this address", 405: "This address takes another method"}
        message = told.get(error.status_code, str(error.detail))
        headers = error.headers
        return refused(request.url.path, Refusal(error.status_code, f"{message}: see /docs.", headers=headers))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, _: Exception) -> Response:
        return refused(request.url.path, Refusal(500, FAILED))
