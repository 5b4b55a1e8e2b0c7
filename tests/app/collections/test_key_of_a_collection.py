"""The key of a collection sees it and nothing of the rest; others neither read nor change it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from tests.app.collections.world import ASKED, CANARY, PRIVATE, PUBLIC, REFUSED, World, world

pytestmark = pytest.mark.anyio


async def test_the_key_of_the_collection_sees_it_and_nothing_of_the_rest(tmp_path: Path) -> None:
    async with world(tmp_path / "both", *PUBLIC, *PRIVATE) as both:
        desk, every, public = (both.clients[name] for name in ("desk", "all", "public"))
        assert CANARY in (await desk.get("/v1/search", params={"q": "the qzxcaptain"})).text
        assert (await desk.get("/v1/posts/wire%3A1")).status_code == 404
        seen = (await desk.get("/v1/status")).json()
        assert [one["source"] for one in seen["sources"]] == ["qzxtips"]
        assert seen["posts"] == len(PRIVATE)
        card = (await every.get("/v1/posts/wire%3A1/context")).json()
        assert card["first_seen"]["post_id"] == "qzxtips:1"
        assert card["copies"]["count"] == 15
        card = (await public.get("/v1/posts/wire%3A1/context")).json()
        assert card["first_seen"]["post_id"] == "wire:1"
        assert card["copies"]["count"] == 2
        again = (await public.get("/v1/posts/wire%3A1/context")).json()  # a remembered one
        assert (again["copies"], again["change"]["kind"]) == (card["copies"], "same")
        assert (await every.get("/metrics")).status_code == 200
        refused = await public.get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        await _searches_collections(desk, public)
        await _writes_nothing_there(both)
        await _share_and_feed(both)


async def _searches_collections(desk: httpx2.AsyncClient, public: httpx2.AsyncClient) -> None:
    async def found(client: httpx2.AsyncClient, name: str) -> list[str]:
        tool = {"type": "collections_search", "collection_ids": [name]}
        body = {"model": "siyaq", "input": "What sank, by the qzxcaptain?", "tools": [tool]}
        response = (await client.post("/v1/responses", json=body)).json()
        return [str(one) for one in response["citations"]]

    assert await found(desk, "desk") == await found(desk, "qzxtips") != []
    assert await found(desk, "public") == await found(public, "desk") == []


async def _writes_nothing_there(both: World) -> None:
    """Ways to learn of what is there by changing it, and to destroy it."""
    public, every = both.clients["public"], both.clients["all"]
    lines = [
        {"op": "delete", "source": "qzxtips", "id": "1"},
        PRIVATE[1],
        PRIVATE[2] | {"id": "new"},
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    report = (await public.post("/v1/posts", content=body)).json()
    assert report["refused"] == {"not_yours": 3}
    assert (report["created"], report["deleted"], report["unchanged"]) == (0, 0, 0)
    notes = "/v1/posts/qzxtips%3A1/notes"
    for path in (notes, "/v1/posts/qzxtips%3A1/context"):
        assert (await public.get(path)).status_code == 404
        assert (await every.get(path)).status_code == 200
    assert len((await every.get(notes)).json()["notes"]) == 1
    note = both.names["note_id"]
    assert (await public.delete(f"/v1/notes/{note}")).status_code == 404
    assert (await every.delete(f"/v1/notes/{note}")).status_code == 204


async def _share_and_feed(both: World) -> None:
    """What is opened to strangers shows what the key behind it sees, and no more."""
    public, every = both.clients["public"], both.clients["all"]
    answer_id = (await public.post("/v1/ask", json={"question": ASKED})).json()["id"]
    assert (await every.get(f"/v1/answers/{answer_id}")).status_code == 200
    same = {"question": "Why is Sandholm's ferry cancelled?", "as_of": "2026-11-21T00:00:00Z"}
    ids = [(await client.post("/v1/ask", json=same)).json()["id"] for client in (public, every)]
    assert len({*ids}) == 2  # else the one would take the other's place
    assert (await public.get(f"/v1/answers/{ids[0]}")).status_code == 200
    share = (await public.post(f"/v1/answers/{answer_id}/shares", json={})).json()
    nobody = httpx2.AsyncClient(
        transport=public._transport, base_url="http://127.0.0.1:8000", headers={}
    )
    async with nobody:
        page = await nobody.get(share["path"])
        assert page.status_code == 200
        assert "pier four" in page.text
        assert CANARY not in page.text
        shared = await nobody.get(share["path"] + "/bundle")
        assert CANARY not in shared.text
        ours = (await every.get("/v1/shares")).json()["shares"][-1]
        assert (await nobody.get(ours["path"])).status_code == 200  # as its maker sees it


async def test_what_is_refused_of_a_source_is_told_to_those_who_see_it(tmp_path: Path) -> None:
    lines = b'{"id":"9","source":"qzxtips","text":"a word"}\n{"id":"8","source":"qzxtips"}\n'
    async with world(tmp_path / "both", *PUBLIC, *PRIVATE, REFUSED) as both:

        async def refused(name: str) -> dict[str, dict[str, int]]:
            status = (await both.clients[name].get("/v1/status")).json()
            return {one["source"]: one["refused"] for one in status["sources"] if one["refused"]}

        answer = await both.clients["public"].post("/v1/posts", content=lines)
        assert answer.json()["refused"] == {"not_yours": 1, "no_text": 1}
        assert await refused("public") == {}
        assert await refused("desk") == {"qzxtips": {"no_text": 2, "not_yours": 1}}
