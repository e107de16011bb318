"""The page behind FastAPI, with headers that keep everything on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from qa.archive import Archive
from qa.errors import DatelineError
from qa.keeping.conversations import Conversations, file_of
from qa.keeping.users import Users
from qa.network import NO_TELEMETRY
from qa.network.headers import Headers
from qa.network.rates import Rates
from qa.serving.answering import CONCURRENT, WAITING
from qa.settings import Settings
from qa.web.access import Access
from qa.web.adding import adding_router
from qa.web.cookie import secret_at
from qa.web.examples import examples
from qa.web.login import login_router
from qa.web.page import STATIC, page
from qa.web.routes import router
from qa.web.talk import Talk
from qa.web.texts import languages
from qa.web.views import state_of

# Gradio's own scripts need 'unsafe-inline' and 'unsafe-eval'. What matters is that nothing is loaded from, or sent to,
# anywhere else: an article that smuggles a picture or a form past the sanitiser still cannot call home.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


def server(
    archive: Archive, settings: Settings, users: Users | None = None, hosts: frozenset[str] | None = None
) -> FastAPI:
    """The application that serves the chat over `archive`: in English at /, in each other language below its name.

    Args:
        archive: What is asked.
        settings: Where things are kept and what readers may do.
        users: Who may log in; None where nobody has to, and every browser has conversations of its own.
        hosts: The names under which the server may be called; None for any.
    """
    kept = Conversations(file_of(settings, archive.corpus))
    secret, words, rates = secret_at(settings.data_folder / "secret"), languages(), Rates()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        kept.close()

    access = Middleware(Access, secret=secret, users=users, hosts=hosts)
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
        middleware=[Middleware(Headers, headers=HEADERS), access],
    )

    @app.get("/healthz")
    def healthz() -> dict[str, int | str]:
        return {"articles": archive.statistics().articles, "state": state_of(archive)}

    @app.exception_handler(DatelineError)
    def ours(_: Request, error: DatelineError) -> Response:
        return PlainTextResponse(str(error), 400)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return PlainTextResponse(f"{first['loc'][-1]}: {first['msg']}.", 422)

    app.mount("/own", StaticFiles(directory=STATIC))
    if users:
        app.include_router(login_router(users, secret, words))
    # Settings may be changed by whoever sits at the machine, and there is nobody else where nobody logs in.
    app.include_router(router(archive, kept, words, free=users is None))
    app.include_router(adding_router(archive, settings, rates=Rates(a_minute=10, an_hour=120, from_address=60)))
    questions = examples(archive)
    for texts in reversed(words.values()):  # English last: "/" takes every path
        other = next(them for them in words.values() if them is not texts)
        _mount(app, page(Talk(archive, kept, rates, texts), other, questions, users is not None), texts.path)
    return app


def _mount(app: FastAPI, blocks: Any, path: str) -> None:  # noqa: ANN401 - Gradio is imported late
    import gradio as gr  # importing the page has set what it must know before it is imported

    blocks.queue(default_concurrency_limit=CONCURRENT, max_size=WAITING)  # Gradio's own limit is one
    fonts = ["system-ui", "sans-serif"]
    gr.mount_gradio_app(
        app,
        blocks,
        path=path.rstrip("/") or "/",
        css=(STATIC / "page.css").read_text(encoding="utf-8"),
        theme=gr.themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        max_file_size="1mb",
        enable_monitoring=False,
    )
