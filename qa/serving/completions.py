"""OpenAI's chat completions, as its clients ask for them: https://platform.openai.com/docs/api-reference/chat.

The archive is the model `dateline`. What a language model could do and an archive cannot (calling tools, JSON by a
schema, several choices) is refused in one sentence where the caller relies on it; wishes that change nothing
(temperature, the number of tokens, a seed) are read over.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from datetime import date
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from qa import types
from qa.answer.quoting import MARKER
from qa.search.dialogue import HISTORY
from qa.serving.refusals import Refusal
from qa.serving.schemas import Answer, Narrowing
from qa.types import Article, Delta, Event, Finished, Turn

MODEL = "dateline"
MESSAGES = 1000
CUT_OFF = "\n\n---\n\n"
"""Stands between what a model had written before it failed and the answer that takes its place."""


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """What somebody said."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """How a stream is sent."""

    include_usage: bool = False


class Options(Narrowing):
    """Dateline's own wishes: `extra_body={"dateline": {...}}` of the openai client."""

    asked: date | None = Field(default=None, description="The day the question is put, for words like “last week”.")
    narrow: bool = Field(default=True, description="Whether the days that the question names narrow the search.")


class Asked(BaseModel):
    """A request for a completion. Fields that are not named here are read over."""

    model_config = ConfigDict(json_schema_extra={"description": "As OpenAI's; the last message is the question."})

    model: str = Field(json_schema_extra={"enum": [MODEL]})
    messages: list[Message] = Field(min_length=1, max_length=MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    response_format: dict[str, Any] | None = None
    tool_choice: str | dict[str, Any] | None = None
    dateline: Options = Options()

    def checked(self) -> Asked:
        """Itself.

        Raises:
            Refusal: The caller relies on what no archive can do.
        """
        known_model(self.model)
        if self.n not in (None, 1):
            raise Refusal(400, f"n is {self.n}: the archive has one answer, leave it out.")
        if (self.response_format or {}).get("type", "text") != "text":
            raise Refusal(400, "response_format asks for JSON: answers are text, their parts are under dateline.")
        if self.tool_choice not in (None, "auto", "none"):
            raise Refusal(400, "tool_choice demands a tool: the archive calls none, leave it out.")
        return self

    def conversation(self) -> tuple[str, list[Turn]]:
        """The question and the turns before it. What systems, developers and tools say is no part of either.

        Raises:
            Refusal: The last message asks nothing, or has something else than text.
        """
        said = [(one.role, _text(one)) for one in self.messages if one.role in ("user", "assistant")]
        if not said or said[-1][0] != "user":
            raise Refusal(400, "The last message is no question: end with a message of role user.")
        turns: list[Turn] = []
        for role, text in said[:-1]:
            if role == "user":
                turns.append(Turn(text))
            elif turns:
                turns[-1] = Turn(turns[-1].question, f"{turns[-1].answer}\n\n{text}".strip())
        return said[-1][1], turns[-HISTORY:]


def known_model(name: str) -> None:
    """Nothing, where that is the archive's model.

    Raises:
        Refusal: It is another.
    """
    if name != MODEL:
        raise Refusal(404, f"There is no model {name[:100]!r} here: ask {MODEL!r}.", "model_not_found")


def model_object(created: int) -> dict[str, Any]:
    """The archive as a model in OpenAI's list; `created` in seconds since 1970."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": MODEL}


def completion(answer: types.Answer, created: int, home: str) -> dict[str, Any]:
    """The answer as a completion.

    Args:
        answer: What is told.
        created: Seconds since 1970.
        home: The server's address, with "/" at its end: articles that have no address of their own are found there.
    """
    message = {
        "role": "assistant",
        "content": answer.text,
        "refusal": None,
        "annotations": cited(answer, answer.text, 0, home),
    }
    return {
        "id": _identity(),
        "object": "chat.completion",
        "created": created,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage(answer),
        "dateline": Answer.of(answer).model_dump(mode="json"),
    }


async def chunks(events: AsyncIterator[Event], created: int, home: str, with_usage: bool) -> AsyncGenerator[str, None]:
    """The stream as server-sent events: the text in pieces, then its citations, what it cost, and the end."""
    known: dict[str, Any] = {
        "id": _identity(),
        "object": "chat.completion.chunk",
        "created": created,
        "model": MODEL,
    }
    known |= {"usage": None} if with_usage else {}
    yield _event(known, {"role": "assistant", "content": ""})
    sent = ""
    async for event in events:
        if isinstance(event, Delta):
            sent += event.text
            yield _event(known, {"content": event.text})
        elif isinstance(event, Finished):
            for line in _ended(event.answer, sent, known, home, with_usage):
                yield line


def _ended(answer: types.Answer, sent: str, known: dict[str, Any], home: str, with_usage: bool) -> Iterator[str]:
    """The end of the stream. Where the model failed halfway, the answer that stands in its place follows whole."""
    begins = 0 if answer.text.startswith(sent) else len(sent) + len(CUT_OFF)
    if rest := CUT_OFF + answer.text if begins else answer.text[len(sent) :]:
        yield _event(known, {"content": rest})
    noted = cited(answer, answer.text, begins, home)
    told = {"dateline": Answer.of(answer).model_dump(mode="json")}
    yield _event(known | told, {"annotations": noted} if noted else {}, "stop")
    if with_usage:
        yield f"data: {json.dumps(known | {'choices': [], 'usage': usage(answer)})}\n\n"
    yield "data: [DONE]\n\n"


def cited(answer: types.Answer, text: str, begins: int, home: str) -> list[dict[str, Any]]:
    """The citations as OpenAI's clients read them: one for each marker, text[start_index:end_index] == "[1]".

    Args:
        answer: Whose they are.
        text: What has the markers.
        begins: Where the text begins in what the caller has.
        home: As for `completion`.
    """
    articles = {citation.number: citation.article for citation in answer.citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": begins + marker.start(),
                "end_index": begins + marker.end(),
                "title": article.title or article.id,
                "url": address(article, home),
            },
        }
        for marker in MARKER.finditer(text)
        if (article := articles.get(int(marker[1])))
    ]


def address(article: Article, home: str) -> str:
    """Where the article is on the web, or else here."""
    try:
        if urlsplit(article.url).scheme in ("http", "https"):
            return article.url
    except ValueError:
        pass
    return f"{home}api/articles/{quote(article.id)}"


def usage(answer: types.Answer) -> dict[str, int]:
    """The tokens of the language model; none where the articles are quoted."""
    read, written = answer.usage.read, answer.usage.written
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _event(known: dict[str, Any], delta: dict[str, Any], ended: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": ended}
    return f"data: {json.dumps(known | {'choices': [choice]})}\n\n"


def _identity() -> str:
    return f"chatcmpl-{secrets.token_urlsafe(12)}"


def _text(message: Message) -> str:
    if not isinstance(message.content, list):
        return message.content or ""
    other = next((part.type for part in message.content if part.type not in ("text", "refusal")), None)
    if other:
        raise Refusal(400, f"A message has a part of type {other[:50]!r}: only text is read.")
    return "\n".join(part.text for part in message.content)
