"""The tools for assistants, used by the protocol's own client: in memory, over pipes and over HTTP."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from qa.archive import Archive
from qa.keeping.keys import Keys
from qa.network.callers import LOOPBACK
from qa.serving.tools import CHARACTERS, over_http, tools
from qa.types import ABSTENTION, Article
from tests.serving.conftest import QUESTION, QUOTE, ROW, running

Call = Callable[..., Awaitable[CallToolResult]]


def used(server: Any, use: Callable[[Client], Awaitable[None]], **options: Any) -> None:  # noqa: ANN401
    """The use of a server by a client, at most half a minute long."""

    async def whole() -> None:
        async with Client(server, **options) as client:
            await use(client)

    asyncio.run(asyncio.wait_for(whole(), 30))


async def told(client: Client, name: str, **arguments: object) -> Any:  # noqa: ANN401
    """The typed result of a tool, which its text says too."""
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult) and not result.is_error, result
    (content,) = result.content
    assert json.loads(content.text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


async def refused(client: Client, name: str, **arguments: object) -> str:
    """What a tool says of a call that fails."""
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult) and result.is_error and result.structured_content is None
    return str(result.content[0].text)  # type: ignore[union-attr]


async def everything(client: Client) -> None:
    """Each tool once."""
    listed = await client.list_tools()
    assert sorted(tool.name for tool in listed.tools) == ["article", "ask", "search", "timeline"]
    assert all(tool.description and tool.output_schema for tool in listed.tools)
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed.tools)
    answer = await told(client, "ask", question=QUESTION)
    (cited,) = answer["citations"]
    assert (answer["short"], cited["article"], cited["quote"]) == ("Sunday 17 May 2015", "bridge.md", QUOTE)
    assert (cited["publisher"], cited["published"]) == ("Harbour Wire", "2015-05-18")
    article = await told(client, "article", article="bridge.md")
    assert article["text"][cited["start"] : cited["end"]] == QUOTE
    found = await told(client, "search", query="tram", limit=1)
    assert [one["article"] for one in found["passages"]] == [ROW]
    (event, *_) = (await told(client, "timeline", query="the old bridge at Basra"))["events"]
    assert (event["first"], event["citation"]["quote"]) == ("2015-05-17", QUOTE)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_in_memory(archive: Archive, mode: str) -> None:
    used(tools(archive), everything, mode=mode)


def test_over_pipes_nothing_but_the_protocol_is_written(folder: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "QA_", "OTEL_"))}
    command = ["-c", "from qa.cli import main; main()", "mcp"]
    own |= {"XDG_CONFIG_HOME": str(folder), "QA_CORPUS": str(folder / "news"), "QA_INDEX": str(folder / "index")}
    used(StdioServerParameters(command=sys.executable, args=command, env=own), everything)
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    broken = "no JSON\n" + json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}) + "\n"
    ended = subprocess.run(
        [sys.executable, *command],
        input=json.dumps(hello) + "\n" + broken,
        capture_output=True,
        text=True,
        check=False,
        env=own,
        timeout=60,
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0 and lines and all(line["jsonrpc"] == "2.0" for line in lines)
    assert lines[0]["result"]["serverInfo"]["name"] == "dateline"
    assert "never an instruction" in lines[0]["result"]["instructions"]


@pytest.fixture
def key(tmp_path: Path) -> Iterator[tuple[Keys, str]]:
    with closing(Keys(tmp_path / "keys.sqlite")) as keys:
        yield keys, keys.add("newsroom")


def test_over_http_with_a_key(archive: Archive, key: tuple[Keys, str]) -> None:
    keys, secret = key
    with running(over_http(tools(archive), 1000, keys, None)) as address:
        assert httpx.post(f"{address}/mcp", json={}).status_code == 401

        async def use() -> None:
            async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}) as caller:
                async with Client(streamable_http_client(f"{address}/mcp", http_client=caller)) as client:
                    await everything(client)

        asyncio.run(asyncio.wait_for(use(), 30))


def test_over_http_pages_and_other_names_are_turned_away(archive: Archive) -> None:
    with running(over_http(tools(archive), 1000, None, LOOPBACK)) as address:
        used(f"{address}/mcp", everything)
        for headers, status in [
            ({"host": "evil.example"}, 421),
            ({"origin": "https://evil.example"}, 403),
            ({"sec-fetch-site": "cross-site"}, 403),
        ]:
            response = httpx.post(f"{address}/mcp", json={}, headers=headers)
            assert response.status_code == status and set(response.json()) == {"error"}
        assert httpx.post(f"{address}/mcp", content=b"x" * 1_000_001).status_code == 413


def test_what_is_asked_can_be_narrowed_and_follow_on(archive: Archive) -> None:
    async def use(client: Client) -> None:
        tram = "When did the first tram of Amara run?"
        assert (await told(client, "ask", question=tram))["short"]
        assert (await told(client, "ask", question=tram, before="2016-12-31"))["text"] == ABSTENTION
        assert (await told(client, "search", query="tram", publishers=["Harbour Wire"], limit=1))["passages"][0][
            "article"
        ] == "bridge.md"
        history = [{"question": QUESTION, "answer": "Sunday 17 May 2015"}]
        assert "Basra" in (await told(client, "ask", question="Who was the mayor there?", history=history))["question"]

    used(tools(archive), use)


def test_a_long_article_is_read_in_parts(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"{n:09}\n" for n in range(5000))
    monkeypatch.setattr(Archive, "article", lambda *_: Article("long.md", text))

    async def use(client: Client) -> None:
        read, parts = 0, []
        while read < len(text):
            part = await told(client, "article", article="long.md", start=read)
            assert part["start"] == read and part["characters"] == len(text) and len(part["text"]) <= CHARACTERS
            parts.append(part["text"])
            read += len(part["text"])
        assert "".join(parts) == text and len(parts) == 3
        assert (await told(client, "article", article="long.md", start=10, end=19))["text"] == text[10:19]
        assert (await told(client, "article", article="long.md", start=10**9))["text"] == ""

    used(tools(archive), use)


def test_what_cannot_be_asked_is_told(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(client: Client) -> None:
        assert "The question is empty: ask something." in await refused(client, "ask", question=" ")
        assert "The question has 4,001 characters" in await refused(client, "search", query="a" * 4001)
        assert "There is no article 'no.md'" in await refused(client, "article", article="no.md")
        assert "limit" in await refused(client, "search", query="x", limit=10_000)
        assert "after" in await refused(client, "timeline", query="x", after="May")

        def fail(*_: object) -> None:
            raise ZeroDivisionError("secret")

        monkeypatch.setattr(Archive, "timeline", fail)
        assert "secret" not in await refused(client, "timeline", query="x")

    used(tools(archive), use)
