"""Logging in and out: a plain page that needs no script and loads nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from math import ceil
from urllib.parse import parse_qs

import anyio
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from qa.keeping.users import NAME_LENGTH, PASSWORD_LENGTHS, Users, canonical
from qa.network.callers import address_of
from qa.web.cookie import Cookie
from qa.web.texts import Texts

FORM_BYTES = 32 * 1024
"""Holds the longest name and password, each byte of them written as three."""
_NOT_AGAIN = {"/login", "/logout"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fbfaf7; --line: #8b867c; --accent: #8c2f1b; --field: #fff;
  --on: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8e1; --paper: #171614; --line: #7a756b; --accent: #f0a08a;
  --field: #24221f; --on: #171614 } }
* { box-sizing: border-box }
body { margin: 0; padding: 12vh 1.25rem 2rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper) }
main { max-width: 22rem; margin: 0 auto }
h1 { font: 600 1.7rem/1.25 Charter, "Bitstream Charter", Georgia, serif; margin: 0 0 1.5rem }
label { display: block; margin: 1rem 0 .3rem }
input, button { width: 100%; min-height: 44px; padding: .5rem .75rem; font: inherit; border-radius: .4rem }
input { color: var(--ink); background: var(--field); border: 1px solid var(--line) }
button { margin-top: 1.5rem; font-weight: 600; color: var(--on); background: var(--accent); cursor: pointer;
  border: 1px solid var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
[role=alert] { color: var(--accent); margin: 0 }
"""


def login_router(users: Users, secret: bytes, words: Mapping[str, Texts], secure: bool = False) -> APIRouter:
    """/login and /logout.

    A cookie taken before the logout and kept elsewhere is good until it ends or the password changes: nothing is kept
    of logins but the cookie.

    Args:
        users: Who may log in.
        secret: The one that `Access` has.
        words: The page's words by language; of the page that was asked for, or else as the browser wants them.
        secure: As `Access` has it.
    """
    router = APIRouter()
    cookie = Cookie(secret, secure)
    one = anyio.CapacityLimiter(1)  # further logins wait here, and take no thread from those who ask

    @router.get("/login")
    def form(request: Request) -> Response:
        target = _local(request.query_params.get("next", "/"))
        return _page(target, _texts(request, target, words))

    @router.post("/login")
    async def log_in(request: Request) -> Response:
        given = await _form(request)
        name, target, address = given.get("name", ""), _local(given.get("next", "/")), address_of(request)
        password = given.get("password", "")
        good = await anyio.to_thread.run_sync(users.check, name, password, address, limiter=one)
        stamp = users.stamp(name) if good else None
        if stamp is None:
            return _refused(name, target, _texts(request, target, words), users.locked(name, address))
        response = RedirectResponse(target, 303)
        response.headers.append("set-cookie", cookie.of_user(canonical(name), stamp, request))
        return response

    @router.post("/logout")
    def log_out(request: Request) -> Response:
        response = RedirectResponse("/login", 303)
        response.headers.append("set-cookie", cookie.gone(request))
        return response

    return router


def _texts(request: Request, target: str, words: Mapping[str, Texts]) -> Texts:
    """The words of the language in which the page at `target` is, of English those of the browser's first choice."""
    for texts in words.values():
        if texts.path != "/" and target.startswith(texts.path):
            return texts
    wanted = request.headers.get("accept-language", "").partition(",")[0].partition("-")[0].strip().lower()
    return words.get(wanted, words["en"])


def _refused(name: str, target: str, texts: Texts, wait: int) -> Response:
    if not wait:
        return _page(target, texts, name, texts("login_wrong"), 401)
    response = _page(target, texts, name, texts.count("login_wait", ceil(wait / 60)), 429)
    response.headers["retry-after"] = str(wait)
    return response


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form of bounded size: whoever sends it is not known yet."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > FORM_BYTES:
            raise HTTPException(413, "This form is too long.")
    fields = parse_qs(body.decode("ascii", "replace"))
    return {name: values[0] for name, values in fields.items()}


def _local(target: str) -> str:
    """A path of this server to go on to; / for what a browser might take for another server."""
    path = re.fullmatch(r"(/(?!/)[^\x00-\x20\x7f\\?]*)(?:\?[^\x00-\x20\x7f\\]*)?", target)
    return target if path and path[1] not in _NOT_AGAIN else "/"


def _page(target: str, texts: Texts, name: str = "", told: str = "", status: int = 200) -> Response:
    wrong = ' aria-invalid="true" aria-describedby="told"' if told else ""
    # Under the server's policy of no referrer, the form would come with the origin "null" where the browser sends no
    # Sec-Fetch-Site, which is by plain http from another machine; it would then pass for one of another site.
    html = f"""<!doctype html>
<html lang="{texts.language}" dir="{texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{texts("log_in")} – Dateline</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{texts("login_title")}</h1>
{f'<p role="alert" id="told">{escape(told)}</p>' if told else ""}
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(target)}">
<label for="name">{texts("login_name")}</label>
<input id="name" name="name" value="{escape(name)}" maxlength="{NAME_LENGTH}" autocomplete="username"
  autocapitalize="none" spellcheck="false" dir="auto" required autofocus{wrong}>
<label for="password">{texts("login_password")}</label>
<input id="password" name="password" type="password" maxlength="{PASSWORD_LENGTHS[-1]}"
  autocomplete="current-password" required{wrong}>
<button>{texts("log_in")}</button>
</form>
</main>
</body>
</html>
"""
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})
