"""One policy: the page's API, OpenAI, xAI, MCP and the command line answer the same."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest
from mcp import Client

from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.config import Config
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.mcp.server import mcp_server
from tests.app.conftest import send

pytestmark = pytest.mark.anyio

POSTS = (
    {"id": "1", "source": "bay", "author": {"handle": "harbor"}, "lang": "en",
     "text": "The night ferry to Port Selwin leaves pier four at 23:15.",
     "url": "https://bay.example/1", "created_at": "2026-11-20T08:00:00Z"},
    {"id": "2", "source": "news", "author": {"handle": "desk"}, "lang": "en",
     "text": "Sandholm's ferry is cancelled until Monday because of ice.",
     "url": "https://news.example/2", "created_at": "2026-11-20T09:00:00Z"},
    {"id": "3", "source": "news", "author": {"handle": "desk"}, "lang": "ar",
     "text": "تغادر العبّارة الليلية إلى ميناء سلوين من الرصيف الرابع الساعة 23:15. ⛴️",
     "created_at": "2026-11-20T09:30:00Z"},
)  # fmt: skip

QUESTIONS = (
    "When does the night ferry to Port Selwin leave?",
    "Why is the ferry of Sandholm cancelled?",
    "متى تغادر العبّارة الليلية إلى ميناء سلوين؟",
    "Who won the chess final in Reykjavik?",
)

LIMITS: Mapping[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "none": ({}, {}, []),
    "source": (
        {"source": ["news"]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["news"]}]},
        ["--source", "news"],
    ),
    "author": (
        {"author": ["desk"]},
        {"tools": [{"type": "x_search", "allowed_x_handles": ["desk"]}]},
        ["--author", "desk"],
    ),
    "day": (
        {"since": "2026-11-21", "until": "2026-11-22"},
        {"search_parameters": {"from_date": "2026-11-21", "to_date": "2026-11-21"}},
        ["--since", "2026-11-21", "--until", "2026-11-22"],
    ),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def siyaq(config: Config) -> AsyncIterator[Siyaq]:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, *POSTS)
        yield siyaq


def told(answer: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what an answer says and rests on."""
    posts = {one["id"]: one["post_id"] for one in answer["references"]}
    sentences = [
        (one["text"], [(posts[c["evidence_id"]], c["quote"]) for c in one["citations"]])
        for one in answer["sentences"]
    ]
    return answer["status"], answer["reason"], sentences


async def by_command(config: Config, question: str, options: list[str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "siyaq", "ask", question, "--json", "--data", str(config.data),
        *options, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("limit", LIMITS)
async def test_every_route_gives_the_same_evidence_within_the_same_limits(
    siyaq: Siyaq, config: Config, limit: str
) -> None:
    filters, theirs, options = LIMITS[limit]
    transport = httpx2.ASGITransport(create_app(siyaq, ServeSettings()))
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
        Client(mcp_server(siyaq)) as assistant,
    ):
        for question in QUESTIONS:
            ours = await http.post("/v1/ask", json={"question": question, "filters": filters})
            expected = told(ours.json())
            response = await http.post(
                "/v1/responses", json={"model": "siyaq", "input": question, **theirs}
            )
            messages = [{"role": "user", "content": question}]
            chat = await http.post(
                "/v1/chat/completions", json={"model": "siyaq", "messages": messages, **theirs}
            )
            for done in (response.json(), chat.json()):
                name = done["siyaq"]["answer_id"]
                kept = await http.get(f"/v1/answers/{name}")
                assert told(kept.json()) == expected
            text = response.json()["output"][-1]["content"][0]["text"]
            assert text == chat.json()["choices"][0]["message"]["content"]
            assert all(sentence[0] in text for sentence in expected[2])  # type: ignore[attr-defined]
            called = await assistant.call_tool("ask", {"question": question, **filters})
            assert called.structured_content is not None
            assert told(called.structured_content) == expected
    if limit in ("none", "source"):  # a process each
        typed = await by_command(config, QUESTIONS[0], options)
        assert told(typed) == told(await _asked(siyaq, filters))


async def _asked(siyaq: Siyaq, filters: dict[str, Any]) -> dict[str, Any]:
    transport = httpx2.ASGITransport(create_app(siyaq, ServeSettings()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        body = {"question": QUESTIONS[0], "filters": filters}
        answer: dict[str, Any] = (await http.post("/v1/ask", json=body)).json()
        return answer


async def test_the_limits_do_limit_and_not_knowing_is_among_the_answers(siyaq: Siyaq) -> None:
    transport = httpx2.ASGITransport(create_app(siyaq, ServeSettings()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:

        async def status(number: int, limit: str) -> str:
            body = {"question": QUESTIONS[number], "filters": LIMITS[limit][0]}
            return str((await http.post("/v1/ask", json=body)).json()["status"])

        assert await status(0, "none") == "answered"
        assert await status(0, "day") == "abstained"
        assert await status(3, "none") == "abstained"


async def test_every_route_refuses_the_same(siyaq: Siyaq) -> None:
    transport = httpx2.ASGITransport(create_app(siyaq, ServeSettings()))
    long = "x" * 4001
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
        Client(mcp_server(siyaq)) as assistant,
    ):
        for question in (long, ""):
            messages = [{"role": "user", "content": question}]
            for path, body in (
                ("/v1/ask", {"question": question}),
                ("/v1/responses", {"input": question}),
                ("/v1/chat/completions", {"messages": messages}),
            ):
                refused = await http.post(path, json=body)
                assert 400 <= refused.status_code < 500, path
            assert (await assistant.call_tool("ask", {"question": question})).is_error
        for path, body in (
            ("/v1/ask", {"question": "ferry?", "model": "nobody"}),
            ("/v1/responses", {"input": "ferry?", "model": "siyaq/nobody"}),
        ):
            assert (await http.post(path, json=body)).json()["code"] == "bad_query"
