"""Quotas on the wire: every route that spends refuses the same, with a wait that is true."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import httpx2
import pytest

from siyaq.access import Amount, Budget, KeyRing, Limits, Role
from siyaq.access.limits import NO_LIMITS
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.grpc import grpc_serving
from siyaq.serve.grpc.messages import CLASSES, PACKAGE
from siyaq.serve.needs import NEEDS, SPENDS
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served
from siyaq.testing.story import story_id

from .conftest import NOW
from .wire import code_of

pytestmark = pytest.mark.anyio

POST = str(story_id("changed")).replace("/", "%2F")
MESSAGES = [{"role": "user", "content": "Is the bridge open?"}]
BODIES: dict[str, dict[str, Any]] = {
    "/v1/ask": {"question": "Is the bridge open?"},
    "/v1/chat/completions": {"messages": MESSAGES},
    "/v1/responses": {"input": "Is the bridge open?"},
    "/v1/embeddings": {"input": "a"},
    "/v1/context": {"text": "a"},
}
FREE = {
    "GET /", "GET /plan", "GET /siyaq.js", "GET /sw.js", "GET /static/{name:path}", "GET /healthz",
    "GET /readyz", "GET /openapi.json", "GET /metrics", "GET /oembed", "GET /v1/models",
    "GET /v1/models/{model:path}", "GET /v1/status", "GET /v1/stream", "GET /v1/quota",
    "GET /v1/plan", "GET /v1/plan/{name}", "GET /v1/plan/{name}/told",
    "GET /v1/plan/{name}/report", "GET /v1/posts/{post_id}", "GET /v1/posts/{post_id}/notes",
    "GET /v1/posts/{post_id}/context/versions", "GET /v1/answers/{answer_id}",
    "GET /v1/responses/{response_id}", "POST /mcp", "GET /s/{token}", "GET /s/{token}/bundle",
    "GET /v1/answers/{answer_id}/bundle", "GET /v1/shares", "GET /v1/watches",
    "GET /v1/watches/{watch_id}", "GET /v1/alerts", "GET /v1/feeds/{token}", "GET /agents",
    "GET /v1/runs", "GET /v1/runs/{run_id}", "GET /v1/runs/{run_id}/files/{path:path}",
    "GET /login", "GET /login/callback", "GET /v1/session",
}  # fmt: skip
"""Routes of those who may read that cost next to nothing, and /mcp, whose tools pay."""

CHANGE = {name for name in (f"{m} {p}" for m, p in NEEDS) if name.split()[0] in ("PUT", "DELETE")}
CHANGE |= {
    "GET /v1/hooks/{name}", "POST /v1/hooks/{name}", "POST /v1/posts",
    "POST /v1/posts/{post_id}/notes", "POST /v1/notes/{note_id}/ratings",
    "POST /v1/posts/{post_id}/context/ratings", "GET /v1/keys", "POST /v1/keys", "GET /v1/audit",
    "POST /v1/answers/{answer_id}/shares", "POST /v1/watches", "PATCH /v1/watches/{watch_id}",
    "POST /v1/alerts/seen", "GET /v1/sources", "POST /v1/sources",
    "PATCH /v1/sources/{source_id}", "GET /v1/settings", "POST /v1/runs",
    "POST /v1/runs/{run_id}/pause", "POST /v1/runs/{run_id}/resume",
    "POST /v1/runs/{run_id}/cancel", "POST /v1/session",
}  # fmt: skip


class Desk:
    """A server with one reader's key, and the book that it is charged in."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.ring = KeyRing(folder)
        self.book = Budget(folder, defaults=NO_LIMITS)
        self.kept, self.key = self.ring.create(Role.READER, limits=limits)
        self.product = FakeProduct(now=NOW)
        self.settings = ServeSettings(port=0, key_ring=self.ring, budget=self.book)
        self.headers = {"authorization": f"Bearer {self.key}"}

    @property
    def used(self) -> Amount:
        return self.book.used(self.kept.id)

    def client(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(create_app(self.product, self.settings))
        return httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=self.headers
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Limits(requests=1))
    with closing(desk.ring), closing(desk.book):
        yield desk


def test_every_route_is_known_to_spend_or_not_to() -> None:
    table = {f"{method} {path}" for method, path in NEEDS}
    spend = {name for name in table if name.split()[1] in SPENDS}
    assert spend.isdisjoint(FREE | CHANGE)
    assert table == spend | FREE | CHANGE


@pytest.mark.parametrize("path", sorted(set(SPENDS) - {"/v1/posts/{post_id}/context/changes"}))
@pytest.mark.parametrize("stream", [False, True])
async def test_a_route_that_spends_works_until_the_quota_is_used(
    path: str, stream: bool, desk: Desk
) -> None:
    if stream and path not in ("/v1/ask", "/v1/chat/completions", "/v1/responses"):
        return
    method = "POST" if path in BODIES else "GET"
    body = BODIES.get(path)
    headers = {"accept": "text/event-stream"} if stream and path == "/v1/ask" else {}
    if stream and body is not None and path != "/v1/ask":
        body = body | {"stream": True}
    if path == "/v1/context":
        body = {"text": next(iter(desk.product.posts.values())).text}
    async with desk.client() as client:
        asked = client.build_request(
            method, path.replace("{post_id}", POST), json=body, headers=headers
        )
        first = await client.send(asked)
        assert first.status_code == 200, first.text
        assert desk.used.requests == 1
        refused = await client.send(asked)
    assert code_of(refused) == (429, "quota_exhausted")
    wait = int(refused.headers["retry-after"])
    assert 3600 <= wait <= 3600 + 61
    assert str(wait) in refused.json()["hint"]
    assert desk.used.requests == 1


async def test_what_is_refused_for_another_reason_costs_nothing(desk: Desk) -> None:
    async with desk.client() as client:
        assert (await client.post("/v1/ask", json={"question": ""})).status_code == 422
        assert desk.used == Amount()
        assert (await client.post("/v1/ask", json=BODIES["/v1/ask"])).status_code == 200
    assert desk.used.requests == 1
    assert 0 < desk.used.seconds < 30


async def test_mcp_over_http_is_charged_like_everything_else(desk: Desk) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "bridge"}},
    }
    headers = {"accept": "application/json, text/event-stream"}
    async with desk.client() as client:
        first = await client.post("/mcp", json=call, headers=headers)
        assert first.status_code == 200, first.text
        assert not first.json()["result"].get("isError")
        assert desk.used.requests == 1
        second = (await client.post("/mcp", json=call, headers=headers)).json()["result"]
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
        listed = await client.post("/mcp", json=listing, headers=headers)
    assert second["isError"]
    assert "quota_exhausted" in second["content"][0]["text"]
    assert listed.status_code == 200  # looking costs nothing
    assert desk.used.requests == 1


async def test_grpc_says_resource_exhausted_and_when(desk: Desk) -> None:
    request = CLASSES["GetCompletionsRequest"](
        model="siyaq",
        messages=[{"role": 1, "content": [{"text": "Is the bridge open?"}]}],
    )
    sent = (("authorization", f"Bearer {desk.key}"),)
    async with (
        grpc_serving(desk.product, desk.settings, 0) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):

        def method(name: str, kind: str) -> Any:
            make = getattr(channel, "unary_unary" if kind == "whole" else "unary_stream")
            reply = "GetChatCompletionResponse" if kind == "whole" else "GetChatCompletionChunk"
            return make(
                f"/{PACKAGE}.Chat/{name}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=CLASSES[reply].FromString,
            )

        reply = await method("GetCompletion", "whole")(request, metadata=sent)
        assert "bridge" in reply.outputs[0].message.content.lower()
        assert desk.used.requests == 1
        for name, kind in (("GetCompletion", "whole"), ("GetCompletionChunk", "stream")):
            call = method(name, kind)(request, metadata=sent)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                _ = await call if kind == "whole" else [one async for one in call]
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            told = dict(refused.value.trailing_metadata() or ())
            assert math.isclose(int(str(told["retry-after"])), 3600, abs_tol=61)
    assert desk.used.requests == 1


def test_who_hangs_up_pays_for_what_was_done(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Limits(requests=5))
    with closing(desk.ring), closing(desk.book), served(desk.product, desk.settings) as server:
        body = {"question": "Is the bridge open?"}
        headers = desk.headers | {"accept": "text/event-stream"}
        with httpx2.stream("POST", f"{server.url}/v1/ask", json=body, headers=headers) as response:
            next(response.iter_lines())
        told = httpx2.get(f"{server.url}/v1/quota", headers=desk.headers).json()
        assert told["requests"] == {"used": 1.0, "limit": 5.0}
        assert told["window_seconds"] == 3600


async def test_everyone_on_a_machine_without_keys_has_no_quota(tmp_path: Path) -> None:
    with closing(Budget(tmp_path, defaults=Limits(requests=1))) as book:
        app = create_app(FakeProduct(now=NOW), ServeSettings(budget=book))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for _ in range(3):
                response = await client.post("/v1/ask", json=BODIES["/v1/ask"])
                assert response.status_code == 200
