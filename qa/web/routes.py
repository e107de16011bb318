"""What the page's script asks for, beside the conversation itself: pieces of HTML, and what readers keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field, SecretStr

from qa.archive import Archive
from qa.keeping.conversations import Conversations, Kept
from qa.keeping.exports import as_json, bibtex, csl_json, markdown, plain_text
from qa.types import Filters
from qa.web.access import owner_of
from qa.web.added import added
from qa.web.render import article_html, preview_html, timeline_html
from qa.web.texts import Texts
from qa.web.views import about_html, conversations_html, filters_html, library_html, results_html, settings_html

FOUND = 100
"""Passages that a search lists."""
Form = Literal["markdown", "text", "json", "csl", "bibtex"]
_FORMS: dict[Form, tuple[str, str]] = {
    "markdown": ("text/markdown", "md"),
    "text": ("text/plain", "txt"),
    "json": ("application/json", "json"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "bibtex": ("application/x-bibtex", "bib"),
}
Words = Annotated[str, Query(max_length=4000)]
TextsOf = Callable[[Request], Texts]


class Vote(BaseModel):
    """What a reader thinks of an answer."""

    vote: Literal[-1, 0, 1]
    comment: str = Field(default="", max_length=2000)


class Named(BaseModel):
    """The new name of a conversation."""

    title: str = Field(max_length=1000)


class Changed(BaseModel):
    """The settings that the page shows, as the reader leaves them. An empty key leaves the one there is."""

    write: bool = False
    openai_base_url: str = Field(default="", max_length=2000, pattern=r"^(https?://\S+)?$")
    model: str = Field(default="", max_length=200)
    openai_api_key: str = Field(default="", max_length=2000)
    quotes: int = Field(ge=1, le=10)
    answer_from: float = Field(ge=0, le=1)


def router(archive: Archive, kept: Conversations, words: dict[str, Texts], free: bool) -> APIRouter:
    """The routes below /api.

    Args:
        archive: What is searched.
        kept: The readers' conversations.
        words: The page's words by language.
        free: Whether readers may change the settings: only on a machine of their own.
    """
    routes = APIRouter(prefix="/api", default_response_class=HTMLResponse)

    def texts_of(request: Request) -> Texts:
        return words.get(request.query_params.get("language", ""), words["en"])

    _add_sources(routes, archive, texts_of)
    _add_searches(routes, archive, texts_of)
    _add_library(routes, archive, texts_of, free)
    _add_kept(routes, kept, texts_of)
    return routes


def _add_sources(routes: APIRouter, archive: Archive, texts_of: TextsOf) -> None:
    """The routes to articles."""

    @routes.get("/source")
    def source(request: Request, article: str, span: Annotated[list[str], Query()] = [], active: int = 0) -> str:  # noqa: B006
        texts = texts_of(request)
        found = archive.article(article)
        if found is None:
            return f'<p role="alert">{texts("article_gone")}</p>'
        try:
            spans = [_span(one) for one in span]
        except ValueError:
            return f'<p role="alert">{texts("link_broken")}</p>'
        return article_html(found, spans, active, texts, archive.copies(found))

    @routes.get("/preview")
    def preview(request: Request, article: str, start: int, end: int) -> str:
        found, texts = archive.article(article), texts_of(request)
        if found is None or not 0 <= start < end <= len(found.text):
            return f"<p>{texts('article_gone')}</p>"
        return preview_html(found, start, end, texts)


def _add_searches(routes: APIRouter, archive: Archive, texts_of: TextsOf) -> None:
    """The routes that find."""

    @routes.get("/search")
    def search(
        request: Request,
        q: Words = "",
        after: str = "",
        before: str = "",
        outlet: Annotated[list[str], Query()] = [],  # noqa: B006
        sort: str = "relevance",
    ) -> str:
        if not q.strip():
            return ""
        filters = Filters(_day(after), _day(before), tuple(outlet))
        return results_html(q, archive.search(q, FOUND, filters), sort, texts_of(request))

    @routes.get("/timeline")
    def timeline(request: Request, question: Words) -> str:
        return timeline_html(question, archive.timeline(question), texts_of(request))


def _add_library(routes: APIRouter, archive: Archive, texts_of: TextsOf, free: bool) -> None:
    """The routes to what the archive is and how it answers."""

    @routes.get("/about")
    def about(request: Request) -> str:
        texts = texts_of(request)
        return about_html(archive.name, archive.statistics(), archive.refused(), texts, archive.written_by)

    @routes.get("/filters")
    def filters(request: Request) -> str:
        return filters_html(archive.statistics(), texts_of(request))

    @routes.get("/library")
    def library(request: Request) -> str:
        listed = added(archive)
        return library_html(archive.statistics(), archive.refused(), archive.settings, texts_of(request), listed)

    @routes.get("/settings")
    def settings(request: Request) -> str:
        return settings_html(archive.settings, free, texts_of(request))

    @routes.post("/settings")
    def change(request: Request, changed: Changed) -> str:
        if not free:
            raise HTTPException(403, texts_of(request)("settings_locked"))
        before, given = archive.settings, changed.model_dump(exclude={"openai_api_key"})
        # What the reader leaves as it is may come from the environment, and is not made to outlast it.
        values: dict[str, Any] = {name: value for name, value in given.items() if value != getattr(before, name)}
        if key := changed.openai_api_key.strip():
            values["openai_api_key"] = SecretStr(key)
        if values:
            new = before.model_copy(update=values)
            new.save(list(values))
            archive.configure(new)
        return texts_of(request)("settings_saved")


def _add_kept(routes: APIRouter, kept: Conversations, texts_of: TextsOf) -> None:
    """The routes to what readers keep."""

    @routes.get("/conversations")
    def listed(request: Request, words: Words = "") -> str:
        found = kept.listed(owner_of(request), words)
        return conversations_html(found, texts_of(request), datetime.now(UTC), bool(words.strip()))

    @routes.post("/conversations/{conversation}", status_code=204)
    def rename(request: Request, conversation: str, named: Named) -> None:
        _must(kept.rename(owner_of(request), conversation, named.title))

    @routes.delete("/conversations/{conversation}", status_code=204)
    def delete(request: Request, conversation: str) -> None:
        _must(kept.delete(owner_of(request), conversation))

    @routes.get("/conversations/{conversation}/export")
    def export(request: Request, conversation: str, form: Form = "markdown") -> Response:
        turns = kept.turns(owner_of(request), conversation)
        _must(bool(turns))
        titles = [talk.title for talk in kept.listed(owner_of(request)) if talk.id == conversation]
        return _exported(turns, (titles or [turns[0].asked])[0], form)

    @routes.get("/answer/{turn}")
    def answer(turn: str, form: Form = "markdown") -> Response:
        found = kept.kept(turn)
        _must(found is not None)
        assert found is not None  # noqa: S101 - for the type checker
        # Who has the link may read the answer, not what its owner thinks of it and where else it was asked.
        shown = replace(found, conversation="", vote=0, comment="")
        return _exported([shown], found.answer.question, form)

    @routes.post("/answer/{turn}/vote", status_code=204)
    def vote(request: Request, turn: str, vote: Vote) -> None:
        _must(kept.vote(owner_of(request), turn, vote.vote, vote.comment))


def _exported(turns: list[Kept], title: str, form: Form) -> Response:
    made = {
        "markdown": lambda: markdown(turns, title),
        "text": lambda: plain_text(turns),
        "json": lambda: as_json(turns, title),
        "csl": lambda: csl_json(turns),
        "bibtex": lambda: bibtex(turns),
    }[form]()
    kind, suffix = _FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="dateline-{date.today().isoformat()}.{suffix}"'}
    return Response(made.encode("utf-8", "replace"), media_type=f"{kind}; charset=utf-8", headers=headers)


def _must(found: bool) -> None:
    if not found:
        raise HTTPException(404, "There is no such conversation or answer of yours.")


def _span(text: str) -> tuple[int, int, str]:
    start, end, *known = text.split(":")
    return int(start), int(end), known[0] if known else ""


def _day(text: str) -> date | None:
    """A day of the address; what is no day filters nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
