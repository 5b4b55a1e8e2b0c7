"""Followed sources and settings over HTTP."""

from __future__ import annotations

import pytest

from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct

from .conftest import client_of
from .wire import code_of

pytestmark = pytest.mark.anyio


async def test_settings_come_with_their_origin(product: FakeProduct) -> None:
    shown = (("serve.keys", "***", "environment", "API keys"), ("serve.port", 1, "default", "port"))
    async with client_of(product, ServeSettings(shown=lambda: shown)) as client:
        told = (await client.get("/v1/settings")).json()["settings"]
    assert told[0] == {
        "key": "serve.keys",
        "value": "***",
        "origin": "environment",
        "about": "API keys",
    }
    assert told[1]["value"] == 1


async def test_a_server_that_follows_nothing_new_says_so(product: FakeProduct) -> None:
    async with client_of(product, ServeSettings()) as client:
        assert (await client.get("/v1/sources")).json() == {"sources": []}
        assert (await client.get("/v1/settings")).json() == {"settings": []}
        followed = await client.post("/v1/sources", json={"url": "rss+https://news.example/"})
        paused = await client.patch("/v1/sources/1", json={"paused": True})
        for answer in (followed, paused, await client.delete("/v1/sources/1")):
            assert code_of(answer) == (404, "not_found")
