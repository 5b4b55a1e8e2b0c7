"""Saved questions over HTTP: kept, whose they are, their alerts, and the feed of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest

from siyaq.access import KeyRing, Links, Role
from siyaq.core.answer import Changes
from siyaq.serve import ServeSettings, create_app
from siyaq.sources.fetch import Fetcher
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct
from siyaq.watches import WatchDesk, Watcher, WatchStore

from .conftest import NOW, client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

ATOM = "{http://www.w3.org/2005/Atom}"
QUESTION = "Is the bridge open?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchStore]:
    with closing(WatchStore(tmp_path)) as store:
        yield store


@pytest.fixture
def desk(store: WatchStore, tmp_path: Path) -> WatchDesk:
    return WatchDesk(store, Links(tmp_path), now=lambda: NOW)


@pytest.fixture
async def client(product: FakeProduct, desk: WatchDesk) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(product, ServeSettings(watches=desk)) as client:
        yield client


async def changed(store: WatchStore, product: FakeProduct) -> None:
    """Let the only watch be looked at twice, with another short answer the second time."""
    clock = FakeClock(NOW)
    watcher = Watcher(store, product, clock)
    assert await watcher.look()
    (watch,) = store.watches()
    answer = product.kept[watch.answer_id]
    product.changed = Changes(
        answer_id=answer.id,
        since=answer.as_of,
        status_before=answer.status,
        short_answer_before="closed",
    )
    clock.advance(timedelta(minutes=5))
    assert await watcher.look()


async def test_a_question_is_saved_listed_paused_and_removed(client: httpx2.AsyncClient) -> None:
    body = {
        "question": f"  {QUESTION} ",
        "filters": {"lang": "EN", "author": ["@civil"]},
        "webhook": "https://hook.example/a",
    }
    made = await client.post("/v1/watches", json=body, headers={"accept-language": "ar"})
    assert made.status_code == 201
    watch = made.json()
    assert (watch["question"], watch["language"], watch["every_minutes"]) == (QUESTION, "ar", 5)
    assert watch["filters"] == {"lang": ["en"], "source": [], "author": ["civil"]}
    assert watch["webhook_secret"].startswith("whsec_")
    assert (await client.get("/v1/watches")).json() == {"watches": [watch]}
    path = f"/v1/watches/{watch['id']}"
    assert (await client.patch(path, json={"paused": True})).json()["paused"]
    assert (await client.get(path)).json()["paused"]
    assert (await client.delete(path)).status_code == 204
    for gone in (client.get(path), client.delete(path), client.patch(path, json={"paused": True})):
        assert code_of(await gone) == (404, "not_found")


async def test_what_cannot_be_watched_is_refused_naming_it(client: httpx2.AsyncClient) -> None:
    for body, code in (
        ({}, "missing_field"),
        ({"question": ""}, "out_of_range"),
        ({"question": "a", "every_minutes": 0}, "out_of_range"),
        ({"question": "a", "filters": {"since": "2026-01-01"}}, "unknown_field"),
        ({"question": "a", "webhook": "javascript:alert(1)"}, "bad_request"),
        ({"question": "a", "email": "me@b.example"}, "bad_request"),
    ):
        assert code_of(await client.post("/v1/watches", json=body))[1] == code, body


async def test_a_webhook_into_our_network_is_refused_when_it_is_made(
    product: FakeProduct, store: WatchStore, tmp_path: Path
) -> None:
    desk = WatchDesk(store, Links(tmp_path), reach=Fetcher().addresses)
    async with client_of(product, ServeSettings(watches=desk)) as client:
        body = {"question": "a", "webhook": "http://169.254.169.254/latest"}
        refused = await client.post("/v1/watches", json=body)
        assert code_of(refused) == (400, "bad_request")
        assert "not public" in refused.json()["detail"]
        assert (await client.get("/v1/watches")).json()["watches"] == []


async def test_a_change_is_an_alert_until_it_is_seen_and_stands_in_the_feed(
    client: httpx2.AsyncClient, store: WatchStore, product: FakeProduct
) -> None:
    feed = (await client.post("/v1/watches", json={"question": QUESTION})).json()["feed"]
    empty = ElementTree.fromstring((await client.get(feed)).content)
    assert empty.findall(f"{ATOM}entry") == []
    await changed(store, product)
    told = (await client.get("/v1/alerts")).json()
    (alert,) = told["alerts"]
    assert (told["unseen"], alert["changes"], alert["seen"]) == (1, ["short_answer"], False)
    opened = await client.get(f"/v1/answers/{alert['answer_id']}")
    assert opened.json()["short_answer"] == "reopened to cars at 11:40"
    assert (await client.post("/v1/alerts/seen")).status_code == 204
    assert (await client.get("/v1/alerts")).json()["unseen"] == 0
    fed = await client.get(feed)
    assert fed.headers["content-type"].startswith("application/atom+xml")
    assert fed.headers["x-robots-tag"] == "noindex"
    root = ElementTree.fromstring(fed.content)
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:siyaq:alert:{alert['id']}"
    assert "reopened to cars at 11:40" in (entry.findtext(f"{ATOM}content") or "")
    (address,) = [one.get("href") for one in root.iter(f"{ATOM}link") if one.get("rel") == "self"]
    assert address == f"http://127.0.0.1:8000{feed}"


async def test_what_was_deleted_since_leaves_the_feed(
    client: httpx2.AsyncClient, store: WatchStore, product: FakeProduct
) -> None:
    feed = (await client.post("/v1/watches", json={"question": QUESTION})).json()["feed"]
    await changed(store, product)
    for name, answer in product.kept.items():  # as a kept answer stands once its posts are gone
        product.kept[name] = replace(answer, sentences=(), references=(), short_answer=None)
    fed = (await client.get(feed)).text
    assert ElementTree.fromstring(fed).findall(f"{ATOM}entry") != []
    assert "11:40" not in fed


async def test_a_feed_holds_what_markup_cannot(
    client: httpx2.AsyncClient, store: WatchStore, product: FakeProduct
) -> None:
    question = "<script>alert(1)</script> & \u202e\x01 'families'"
    feed = (await client.post("/v1/watches", json={"question": question})).json()["feed"]
    title = ElementTree.fromstring((await client.get(feed)).content).findtext(f"{ATOM}title", "")
    assert "<script>alert(1)</script> &  'families'" in title


async def test_a_key_sees_its_own_questions_and_alerts(
    product: FakeProduct, desk: WatchDesk, store: WatchStore, tmp_path: Path
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        keys = [ring.create(Role.WRITER)[1] for _ in range(2)] + [ring.create(Role.ADMIN)[1]]
        app = create_app(product, ServeSettings(key_ring=ring, watches=desk))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            mine, other, admin = ({"Authorization": f"Bearer {key}"} for key in keys)
            made = await client.post("/v1/watches", json={"question": QUESTION}, headers=mine)
            path = f"/v1/watches/{made.json()['id']}"
            await changed(store, product)
            for headers, seen in ((mine, 1), (other, 0), (admin, 1)):
                watches = (await client.get("/v1/watches", headers=headers)).json()["watches"]
                alerts = (await client.get("/v1/alerts", headers=headers)).json()["alerts"]
                assert (len(watches), len(alerts)) == (seen, seen)
            assert code_of(await client.delete(path, headers=other)) == (404, "not_found")
            assert (await client.get(made.json()["feed"])).status_code == 200  # without a key


async def test_a_server_that_saves_nothing_says_so(product: FakeProduct) -> None:
    async with client_of(product, ServeSettings()) as client:
        assert (await client.get("/v1/watches")).json() == {"watches": []}
        assert (await client.get("/v1/alerts")).json() == {"alerts": [], "unseen": 0}
        saving = await client.post("/v1/watches", json={"question": QUESTION})
        for answer in (saving, await client.get("/v1/feeds/a")):
            assert code_of(answer) == (404, "not_found")
