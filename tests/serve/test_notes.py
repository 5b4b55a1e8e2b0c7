"""Readers' notes and ratings on the wire."""

from __future__ import annotations

from urllib.parse import quote

import httpx2
import pytest

from siyaq.testing.product import FakeProduct
from siyaq.testing.story import HOSTILE, story_id

from .wire import code_of

pytestmark = pytest.mark.anyio

POST = f"/v1/posts/{quote(story_id('changed'), safe='')}"
NOTE = {
    "text": "The bridge is closed, not collapsed",
    "author": "reader-7",
    "classification": "misinformed_or_potentially_misleading",
    "misleading_tags": ["factual_error"],
    "trustworthy_sources": True,
}


async def test_a_note_is_proposed_read_rated_and_erased(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    made = await client.post(f"{POST}/notes", json=NOTE)
    assert made.status_code == 201
    note = made.json()
    assert note["score"]["status"] == "needs_more_ratings"
    assert "author" not in note
    rating = {"rater": "reader-8", "helpful": "helpful"}
    assert (await client.post(f"/v1/notes/{note['id']}/ratings", json=rating)).status_code == 204
    assert (await client.post(f"{POST}/context/ratings", json=rating)).status_code == 204
    assert [one[1:] for one in product.rated] == [("reader-8", "helpful")] * 2
    found = (await client.get(f"{POST}/notes")).json()
    assert [one["text"] for one in found["notes"]] == [NOTE["text"]]
    assert (await client.delete(f"/v1/notes/{note['id']}")).status_code == 204
    assert (await client.get(f"{POST}/notes")).json()["notes"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""}, {"text": "x" * 2_001}, {"author": ""}, {"classification": "nonsense"},
        {"misleading_tags": ["other", "nonsense"]}, {"extra": 1},
    ],
)  # fmt: skip
async def test_a_note_that_cannot_be_is_refused(
    client: httpx2.AsyncClient, change: dict[str, object]
) -> None:
    response = await client.post(f"{POST}/notes", json=NOTE | change)
    assert response.status_code in (400, 422)
    assert code_of(response)


async def test_what_is_not_there_has_no_notes(client: httpx2.AsyncClient) -> None:
    rating = {"rater": "r", "helpful": "helpful"}
    for asked in (
        client.get("/v1/posts/bluesky%3Anobody/notes"),
        client.post("/v1/posts/bluesky%3Anobody/notes", json=NOTE),
        client.post("/v1/posts/bluesky%3Anobody/context/ratings", json=rating),
        client.post("/v1/notes/none/ratings", json=rating),
        client.delete("/v1/notes/none"),
    ):
        assert code_of(await asked) == (404, "not_found")


async def test_a_note_is_text_whatever_it_holds(client: httpx2.AsyncClient) -> None:
    await client.post(f"{POST}/notes", json=NOTE | {"text": HOSTILE})
    found = (await client.get(f"{POST}/notes")).json()
    assert found["notes"][0]["text"] == HOSTILE
