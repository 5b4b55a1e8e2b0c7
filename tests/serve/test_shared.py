"""Answers that are shared: a page by a link that ends, and a file that is checked anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from siyaq.access import KeyRing, Links, Role, Shares
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.bundle import problems
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct

from .conftest import NOW, client_of
from .wire import code_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
async def client(
    product: FakeProduct, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[httpx2.AsyncClient]:
    shares = Shares(tmp_path, Links(tmp_path), now=clock.now)
    async with client_of(product, ServeSettings(shares=shares)) as client:
        yield client


async def asked(client: httpx2.AsyncClient, question: str = "Is the bridge open?") -> str:
    return str((await client.post("/v1/ask", json={"question": question})).json()["id"])


async def test_a_link_shows_the_answer_until_it_ends(
    client: httpx2.AsyncClient, clock: FakeClock
) -> None:
    made = await client.post(f"/v1/answers/{await asked(client)}/shares", json={"days": 2})
    assert made.status_code == 201
    share = made.json()
    assert len(share["path"]) > 40
    page = await client.get(share["path"])
    assert page.status_code == 200
    assert "Is the bridge open?" in page.text
    assert "reopened to cars at 11:40" in page.text
    assert "noindex" in page.headers["x-robots-tag"]
    assert '<meta name="robots" content="noindex' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    clock.advance(timedelta(days=2))
    assert code_of(await client.get(share["path"])) == (404, "not_found")
    assert code_of(await client.get(f"{share['path']}/bundle")) == (404, "not_found")
    assert (await client.get("/v1/shares")).json() == {"shares": []}


async def test_a_link_that_is_withdrawn_leads_nowhere(client: httpx2.AsyncClient) -> None:
    made = (await client.post(f"/v1/answers/{await asked(client)}/shares", json={})).json()
    assert (await client.get("/v1/shares")).json() == {"shares": [made]}
    assert (await client.delete(f"/v1/shares/{made['id']}")).status_code == 204
    assert code_of(await client.get(made["path"])) == (404, "not_found")
    assert code_of(await client.delete(f"/v1/shares/{made['id']}")) == (404, "not_found")


async def test_a_link_cannot_be_guessed_from_what_is_known_of_it(
    client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    made = (await client.post(f"/v1/answers/{await asked(client)}/shares", json={})).json()
    token = made["path"].removeprefix("/s/")
    feed = Links(tmp_path).token("feed", made["id"])  # right, and for something else
    for wrong in (made["id"], f"{made['id']}.", token[:-1], f"{token}A", token.upper(), feed):
        assert code_of(await client.get(f"/s/{wrong}")) == (404, "not_found"), wrong
    files = [path.read_bytes() for path in (tmp_path / "access").iterdir() if path.is_file()]
    assert not any(token.partition(".")[2].encode() in file for file in files)


async def test_the_page_says_what_stands_now(
    client: httpx2.AsyncClient, product: FakeProduct
) -> None:
    answer = await asked(client)
    made = (await client.post(f"/v1/answers/{answer}/shares", json={})).json()
    product.kept[answer] = replace(
        product.kept[answer], sentences=(), references=(), short_answer=None
    )
    assert "11:40" not in (await client.get(made["path"])).text
    await product.forget_answer(answer)
    assert code_of(await client.get(made["path"])) == (404, "not_found")


async def test_the_page_speaks_arabic_and_runs_right_to_left(client: httpx2.AsyncClient) -> None:
    answer = await asked(client, "هل الجسر مفتوح؟")
    made = (await client.post(f"/v1/answers/{answer}/shares", json={})).json()
    page = (await client.get(made["path"], params={"lang": "ar"})).text
    assert '<html lang="ar" dir="rtl">' in page
    assert "حزمة الأدلة" in page


async def test_markup_of_strangers_is_text(client: httpx2.AsyncClient) -> None:
    answer = await asked(client, "markup <img src=x onerror=alert(1)>")
    page = (
        await client.get(
            (await client.post(f"/v1/answers/{answer}/shares", json={})).json()["path"]
        )
    ).text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert 'href="javascript:' not in page


async def test_a_bundle_is_a_file_that_holds(client: httpx2.AsyncClient) -> None:
    answer = await asked(client)
    made = (await client.post(f"/v1/answers/{answer}/shares", json={})).json()
    for path in (f"/v1/answers/{answer}/bundle", f"{made['path']}/bundle"):
        sent = await client.get(path)
        assert sent.headers["content-disposition"].startswith('attachment; filename="siyaq-')
        bundle = sent.json()
        assert problems(bundle, lambda _text, _spans: True) == []
        assert bundle["question"] == "Is the bridge open?"
        bundle["posts"][next(iter(bundle["posts"]))]["text"] += "!"
        assert len(problems(bundle, lambda _text, _spans: True)) >= 2


async def test_a_key_withdraws_its_own_links_and_an_admin_all(
    product: FakeProduct, tmp_path: Path
) -> None:
    shares = Shares(tmp_path, Links(tmp_path))
    with closing(KeyRing(tmp_path)) as ring:
        keys = [ring.create(Role.WRITER)[1] for _ in range(2)] + [ring.create(Role.ADMIN)[1]]
        app = create_app(product, ServeSettings(key_ring=ring, shares=shares))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            mine, other, admin = ({"Authorization": f"Bearer {key}"} for key in keys)
            answer = await client.post("/v1/ask", json={"question": "bridge"}, headers=mine)
            path = f"/v1/answers/{answer.json()['id']}/shares"
            made = (await client.post(path, json={}, headers=mine)).json()
            assert (await client.get(made["path"])).status_code == 200  # without a key
            seen = [
                len((await client.get("/v1/shares", headers=one)).json()["shares"])
                for one in (mine, other, admin)
            ]
            assert seen == [1, 0, 1]
            gone = f"/v1/shares/{made['id']}"
            assert code_of(await client.delete(gone, headers=other)) == (404, "not_found")
            assert (await client.delete(gone, headers=admin)).status_code == 204


async def test_a_link_to_nothing_is_not_made(client: httpx2.AsyncClient) -> None:
    assert code_of(await client.post("/v1/answers/none/shares", json={})) == (404, "not_found")
    answer = await asked(client)
    for days in (0, 91):
        refused = await client.post(f"/v1/answers/{answer}/shares", json={"days": days})
        assert code_of(refused)[1] == "out_of_range"
