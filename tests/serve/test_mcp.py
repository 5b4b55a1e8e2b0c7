"""The official MCP client, unmodified, against a running siyaq."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served
from siyaq.testing.story import story_id

from .conftest import NOW

pytestmark = pytest.mark.anyio

KEY = "k" * 20
FERRY = "The night ferry leaves pier four at 23:15."


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(FakeProduct(now=NOW), ServeSettings(port=0, keys=(KEY,))) as server:
        yield server


@asynccontextmanager
async def assistant(server: Served, key: str = KEY) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
        async with Client(transport) as client:
            yield client


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return dict(result.structured_content)


async def test_every_tool_does_its_work(server: Served) -> None:
    async with assistant(server) as client:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {
            "search", "ask", "context", "context_of_text", "thread",
        }  # fmt: skip
        for tool in tools:
            assert tool.description
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
        name = story_id("changed")
        found = await call(client, "search", query="bridge", k=3)
        assert len(found["hits"]) == 3
        answer = await call(client, "ask", question="Is the bridge open?")
        assert answer["status"] == "answered"
        for sentence in answer["sentences"]:
            assert sentence["citations"]
        again = await call(
            client, "ask", question="and the trucks?", previous_answer_id=answer["id"]
        )
        assert again["previous_response_id"] == answer["id"]
        assert (await call(client, "context", post_id=name))["post_id"] == name
        assert (await call(client, "thread", post_id=name))["post_id"] == name


async def test_what_cannot_be_asked_is_told_with_its_code(server: Served) -> None:
    async with assistant(server) as client:
        for tool, arguments, code in (
            ("ask", {"question": "x" * 5000}, "out_of_range"),
            ("ask", {"question": "a", "since": "soon"}, "bad_time"),
            ("ask", {"question": "a", "limit": 99}, "out_of_range"),
            ("search", {"query": "a", "k": 1000}, "out_of_range"),
            ("context", {"post_id": "bluesky:nobody"}, "not_found"),
            ("context", {"post_id": "nothing"}, "not_found"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert code in str(result.content), (tool, arguments, result.content)


async def test_a_post_is_a_resource(server: Served) -> None:
    name = story_id("changed")
    async with assistant(server) as client:
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == ["siyaq://posts/{post_id}"]
        read = await client.read_resource(f"siyaq://posts/{quote(name, safe='')}")
        (content,) = read.contents
        assert json.loads(content.text)["text"]  # type: ignore[union-attr]
        with pytest.raises(Exception, match="unknown here"):
            await client.read_resource("siyaq://posts/bluesky%3Anobody")


async def test_prompts_for_common_jobs(server: Served) -> None:
    async with assistant(server) as client:
        prompts = {one.name for one in (await client.list_prompts()).prompts}
        assert prompts == {"check_claim", "catch_up", "explain_post"}
        told = await client.get_prompt("check_claim", {"claim": "the bridge fell"})
        assert "the bridge fell" in told.messages[0].content.text  # type: ignore[union-attr]


async def test_an_assistant_without_a_key_is_refused(server: Served) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with httpx2.AsyncClient() as http:
        refused = await http.post(f"{server.url}/mcp", json=asked)
    assert refused.status_code == 401
    with pytest.raises(BaseException) as caught:  # a group of what went wrong
        async with assistant(server, key="wrong") as client:
            await client.list_tools()
    assert not isinstance(caught.value, AssertionError)


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    post = {"id": "1", "text": FERRY, "lang": "en"}
    data = tmp_path / "data"
    siyaq = [sys.executable, "-m", "siyaq"]
    lines = tmp_path / "posts.jsonl"
    lines.write_text(json.dumps(post) + "\n")
    subprocess.run(
        [*siyaq, "ingest", str(lines), "--data", str(data)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return data


async def test_an_assistant_on_this_machine_needs_no_server(ferry: Path) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "siyaq", "mcp", "--data", str(ferry)]
    )
    async with Client(stdio_client(parameters)) as client:
        answer = await call(client, "ask", question="When does the night ferry leave?")
    assert answer["sentences"][0]["text"] == FERRY
