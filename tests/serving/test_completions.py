"""OpenAI's own client against a real server, unchanged: whole and streamed, with citations, follow-ups and refusals."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import openai
import pytest

from evals.scripted import Reply, Script, Server, passages, serving, words
from qa.archive import Archive
from qa.types import ABSTENTION
from tests.serving.conftest import QUESTION, QUOTE, ROW

ASKED: list[Any] = [{"role": "system", "content": "Answer in French."}, {"role": "user", "content": QUESTION}]


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as found:
        yield found


def test_an_answer_with_its_citations(client: openai.OpenAI, archive: Archive) -> None:
    made = client.chat.completions.create(model="dateline", messages=ASKED, temperature=0.3, max_tokens=5)
    message, answer = made.choices[0].message, archive.ask(QUESTION)
    assert (message.role, message.content, made.choices[0].finish_reason) == ("assistant", answer.text, "stop")
    assert made.model == "dateline" and made.usage and made.usage.total_tokens == 0
    (noted,) = message.annotations or []
    place = noted.url_citation
    assert noted.type == "url_citation" and place.title == "Flood closes the bridge at Basra"
    assert (message.content or "")[place.start_index : place.end_index] == "[1]"
    exact = made.dateline  # type: ignore[attr-defined]
    (cited,) = exact["citations"]
    assert (cited["article"], cited["quote"], exact["short"]) == ("bridge.md", QUOTE, "Sunday 17 May 2015")
    assert httpx.get(place.url).json()["text"][cited["start"] : cited["end"]] == QUOTE


def test_a_stream_is_the_same_answer_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="dateline", messages=ASKED)
    with client.chat.completions.create(
        model="dateline", messages=ASKED, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    *pieces, last, cost = chunks
    assert len(pieces) > 5 and pieces[0].choices[0].delta.role == "assistant"
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole.choices[0].message.content
    assert [piece.choices[0].finish_reason for piece in pieces] == [None] * len(pieces)
    assert last.choices[0].finish_reason == "stop"
    noted = whole.choices[0].message.annotations or []
    assert last.choices[0].delta.annotations == [one.model_dump() for one in noted]  # type: ignore[attr-defined]
    assert last.dateline["citations"] == whole.dateline["citations"]  # type: ignore[attr-defined]
    assert cost.choices == [] and cost.usage and cost.usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_asynchronous_client_and_the_stream_helper(client: openai.OpenAI, address: str) -> None:
    whole = client.chat.completions.create(model="dateline", messages=ASKED).choices[0].message.content

    async def asked() -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as other:
            made = await asyncio.gather(
                *(other.chat.completions.create(model="dateline", messages=ASKED) for _ in range(20))
            )
            pieces = ""
            async for chunk in await other.chat.completions.create(model="dateline", messages=ASKED, stream=True):
                pieces += chunk.choices[0].delta.content or ""
            return [*(one.choices[0].message.content for one in made), pieces]

    assert asyncio.run(asked()) == [whole] * 21
    with client.chat.completions.stream(model="dateline", messages=ASKED) as stream:
        assert stream.get_final_completion().choices[0].message.content == whole


def test_what_the_archive_does_not_say_is_an_answer(client: openai.OpenAI) -> None:
    asked: list[Any] = [{"role": "user", "content": "Who won the chess tournament on Mars?"}]
    made = client.chat.completions.create(model="dateline", messages=asked)
    assert (made.choices[0].message.content, made.choices[0].finish_reason) == (ABSTENTION, "stop")
    assert made.choices[0].message.annotations == [] and made.dateline["abstained"]  # type: ignore[attr-defined]
    streamed = client.chat.completions.create(model="dateline", messages=asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) == ABSTENTION


def test_a_follow_up_leans_on_the_messages_before(client: openai.OpenAI) -> None:
    messages: list[Any] = [
        *ASKED,
        {"role": "assistant", "content": "Sunday 17 May 2015"},
        {"role": "user", "content": [{"type": "text", "text": "Who was the mayor there?"}]},
    ]
    made = client.chat.completions.create(model="dateline", messages=messages)
    assert "Basra" in made.dateline["question"]  # type: ignore[attr-defined]
    alone = client.chat.completions.create(model="dateline", messages=messages[-1:])
    assert "Basra" not in alone.dateline["question"]  # type: ignore[attr-defined]


def test_what_is_searched_can_be_narrowed(client: openai.OpenAI) -> None:
    asked: list[Any] = [{"role": "user", "content": "When did the first tram of Amara run?"}]
    for options, short in (({}, True), ({"publishers": ["Harbour Wire"]}, False), ({"before": "2016-12-31"}, False)):
        made = client.chat.completions.create(model="dateline", messages=asked, extra_body={"dateline": options})
        assert bool(made.dateline["short"]) is short, options  # type: ignore[attr-defined]
        if short:
            (noted,) = made.choices[0].message.annotations or []
            assert noted.url_citation.url == "https://lamp.example/tram"
            assert made.dateline["citations"][0]["article"] == ROW  # type: ignore[attr-defined]


def test_the_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["dateline"]
    assert client.models.retrieve("dateline").owned_by == "dateline"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-4o' here"):
        client.models.retrieve("gpt-4o")


IMAGE = {"type": "image_url", "image_url": {"url": "data:,"}}


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"model": "gpt-4o"}, "There is no model 'gpt-4o' here: ask 'dateline'."),
        ({"messages": []}, "The messages cannot be used"),
        ({"messages": [{"role": "user", "content": " "}]}, "The question is empty: ask something."),
        ({"messages": [{"role": "user", "content": "a" * 4001}]}, "The question has 4,001 characters"),
        ({"messages": ASKED[:1]}, "The last message is no question"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "only text is read"),
        ({"messages": [{"role": "queen", "content": "?"}]}, "The messages.0.role cannot be used"),
        ({"n": 2}, "n is 2: the archive has one answer"),
        ({"response_format": {"type": "json_object"}}, "answers are text"),
        ({"tool_choice": "required"}, "the archive calls none"),
        ({"extra_body": {"dateline": {"befor": "2016-12-31"}}}, "The dateline.befor cannot be used"),
        ({"extra_body": {"dateline": {"before": "May"}}}, "The dateline.before cannot be used"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_asked_is_one_sentence(
    client: openai.OpenAI, wishes: dict[str, Any], said: str, stream: bool
) -> None:
    with pytest.raises(openai.APIStatusError) as error:
        client.chat.completions.create(**{"model": "dateline", "messages": ASKED, "stream": stream, **wishes})
    assert error.value.status_code in (400, 404)
    assert isinstance(error.value.body, dict) and said in error.value.body["message"]
    assert error.value.body["type"] == "invalid_request_error" and error.value.body["message"].endswith(".")


def says(text: str, **more: Any) -> Script:  # noqa: ANN401
    """A script of the model behind the archive; {n} is the number of the passage on the bridge."""

    def script(request: Any) -> Reply:  # noqa: ANN401
        number = next(n for n, passage in passages(request).items() if QUOTE in passage)
        return Reply(words(text.format(n=number)), **more)

    return script


@contextmanager
def writing(archive: Archive, script: Script) -> Iterator[Server]:
    """The model that writes the archive's answers for now."""
    with serving(script) as model:
        before = archive.settings
        archive.configure(before.model_copy(update={"openai_base_url": model.url, "retries": 0, "timeout": 20.0}))
        yield model
        archive.configure(before)


def written(client: openai.OpenAI, stream: bool) -> tuple[str, list[Any], Any]:
    """Content, annotations and usage of an answer."""
    if not stream:
        made = client.chat.completions.create(model="dateline", messages=ASKED)
        noted = [one.model_dump() for one in made.choices[0].message.annotations or []]
        return made.choices[0].message.content or "", noted, made.usage
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(model="dateline", messages=ASKED, stream=True, stream_options=options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    return text, chunks[-2].choices[0].delta.annotations, chunks[-1].usage  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", [False, True])
def test_a_written_answer_is_told_with_what_it_cost(client: openai.OpenAI, archive: Archive, stream: bool) -> None:
    with writing(archive, says("The old bridge at Basra collapsed on Sunday 17 May 2015 [{n}].")):
        text, noted, usage = written(client, stream)
    assert text == "The old bridge at Basra collapsed on Sunday 17 May 2015. [1]"
    assert [text[one["url_citation"]["start_index"] : one["url_citation"]["end_index"]] for one in noted] == ["[1]"]
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (100, 20, 120)


def test_where_the_model_breaks_off_the_answer_follows_whole(client: openai.OpenAI, archive: Archive) -> None:
    broken = "The old bridge at Basra collapsed on Sunday 17 May 2015 [{n}]. Nobody was on it [{n}]. It"
    with writing(archive, says(broken, ended=None)):
        text, noted, _ = written(client, stream=True)
    before, rule, after = text.partition("\n\n---\n\n")
    assert before.startswith("The old bridge at Basra") and rule and after.startswith("**Sunday 17 May 2015**")
    assert [text[one["url_citation"]["start_index"] : one["url_citation"]["end_index"]] for one in noted] == ["[1]"]
    assert noted[0]["url_citation"]["start_index"] > len(before)


@pytest.mark.parametrize("stream", [False, True])
def test_who_goes_away_stops_the_model(address: str, archive: Archive, stream: bool) -> None:
    script = says("The old bridge at Basra collapsed on Sunday 17 May 2015 [{n}]. " * 500, wait=0.01)
    body = json.dumps({"model": "dateline", "messages": ASKED, "stream": stream})
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address[7:]}\r\nContent-Type: application/json\r\n"
    with writing(archive, script) as model:
        host, _, port = address[7:].partition(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            waited(lambda: bool(model.requests))
        waited(lambda: model.broken_off == 1)


def waited(well: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not well() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert well()
