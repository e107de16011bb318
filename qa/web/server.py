"""The page behind FastAPI, with headers that keep everything on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from qa.archive import Archive
from qa.web.page import STATIC, page

CONCURRENT = 16
"""Questions answered at once; Gradio's default is one."""
WAITING = 64
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
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


def server(archive: Archive) -> FastAPI:
    """The application that serves the chat over `archive` at / and answers /healthz."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, int]:
        return {"articles": archive.statistics().articles}

    blocks = page(archive)  # importing the page has set what Gradio must know before it is imported
    import gradio as gr

    blocks.queue(default_concurrency_limit=CONCURRENT, max_size=WAITING)
    fonts = ["system-ui", "sans-serif"]
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        css=(STATIC / "page.css").read_text(encoding="utf-8"),
        theme=gr.themes.Base(font=fonts, font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        max_file_size="1mb",
        enable_monitoring=False,
    )
    return app
