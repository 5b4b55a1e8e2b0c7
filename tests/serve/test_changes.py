"""How a card changed, on the wire."""

from __future__ import annotations

from urllib.parse import quote

import httpx2
import pytest

from siyaq.core.card import CardChange
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served
from siyaq.testing.story import story_id

from .conftest import NOW
from .test_stream import next_event
from .wire import code_of

PATH = f"/v1/posts/{quote(story_id('changed'), safe='')}/context"


@pytest.mark.anyio
async def test_the_kept_versions_of_a_card_are_listed(client: httpx2.AsyncClient) -> None:
    (version,) = (await client.get(f"{PATH}/versions")).json()["versions"]
    assert version["change"] == {"kind": "new", "revision": 1, "since": None, "parts": []}
    assert version["first"] == story_id("closed")
    assert (version["copies"], version["accounts"]) == (4, 4)


@pytest.mark.anyio
@pytest.mark.parametrize("route", ["versions", "changes"])
async def test_a_post_that_is_not_held_has_none(client: httpx2.AsyncClient, route: str) -> None:
    found = await client.get(f"/v1/posts/bluesky%3Anobody/context/{route}")
    assert code_of(found) == (404, "not_found")


def test_a_reversal_is_told_to_whoever_listens() -> None:
    product = FakeProduct(now=NOW)
    with (
        served(product) as server,
        httpx2.stream("GET", f"{server.url}{PATH}/changes", timeout=60) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        first = next_event(lines)
        assert (first.name, first.data["post_id"]) == ("card", story_id("changed"))
        change = CardChange(kind="reversed", revision=2, since=NOW, parts=("refutes",))
        server.call(lambda: product.card_changes.put_nowait(change))
        told = next_event(lines).data["change"]
        assert told == {
            "kind": "reversed", "revision": 2, "since": "2026-11-21T12:00:00Z",
            "parts": ["refutes"],
        }  # fmt: skip
