"""Somebody signs in with a password: the cookie, what it opens, and what other sites cannot do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from siyaq.access import AuditLog, KeyRing, People, Role, passwords
from siyaq.access.tries import MOST
from siyaq.core.errors import Overloaded
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.cookie import NAME
from siyaq.serve.sign_in.sessions import AT_ONCE, WAITING, _Looking
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served, wait_until
from siyaq.testing.story import story_id

from .conftest import client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

PASSWORD = "four words and a river"
ORIGIN = {"Origin": "http://127.0.0.1:8000"}
POST = b'{"id": "1", "text": "the bridge is open"}'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServeSettings]:
    monkeypatch.setattr(passwords, "_COST_LOG2", 10)  # what is kept says what it cost
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._NOBODYS.replace("$15$", "$10$"))
    with closing(KeyRing(tmp_path)) as ring, closing(People(tmp_path, ring)) as people:
        people.create("huda", PASSWORD, Role.WRITER)
        yield ServeSettings(port=0, key_ring=ring, people=people, audit=AuditLog(tmp_path))


async def sign_in(client: httpx2.AsyncClient, name: str = "huda", password: str = PASSWORD) -> str:
    """Sign in, and return the token that a browser would keep."""
    response = await client.post(
        "/v1/session", json={"name": name, "password": password}, headers=ORIGIN
    )
    assert response.status_code == 200, response.text
    assert response.json()["signed_in"]["name"] == name
    token: str = response.headers["set-cookie"].split(";")[0].removeprefix(f"{NAME}=")
    return token


def sent(token: str) -> dict[str, str]:
    return {"Cookie": f"{NAME}={token}", **ORIGIN}


async def test_the_cookie_is_for_this_host_and_no_script_and_no_other_site(
    product: FakeProduct, settings: ServeSettings
) -> None:
    async with client_of(product, settings) as client:
        response = await client.post(
            "/v1/session", json={"name": "huda", "password": PASSWORD}, headers=ORIGIN
        )
        name_and_value, *flags = response.headers["set-cookie"].split("; ")
        assert name_and_value.startswith("__Host-siyaq=")
        assert len(name_and_value) > 50
        assert {flag.lower() for flag in flags} == {
            "httponly", "max-age=43200", "path=/", "samesite=lax", "secure",
        }  # fmt: skip
        assert response.headers["cache-control"] == "no-store"
        assert name_and_value.split("=")[1] not in response.text


async def test_who_is_signed_in_does_what_a_key_does_and_is_written_down(
    product: FakeProduct, settings: ServeSettings
) -> None:
    async with client_of(product, settings) as client:
        shown = (await client.get("/v1/session")).json()
        assert shown == {"signed_in": None, "ways": {"password": True, "provider": None}}
        assert code_of(await client.get("/v1/status")) == (401, "unauthorized")
        mine = sent(await sign_in(client))
        shown = (await client.get("/v1/session", headers=mine)).json()
        assert (shown["signed_in"]["name"], shown["signed_in"]["role"]) == ("huda", "writer")
        assert (await client.get("/v1/status", headers=mine)).status_code == 200
        assert (await client.post("/v1/posts", content=POST, headers=mine)).status_code == 200
        assert code_of(await client.get("/v1/keys", headers=mine)) == (403, "forbidden")
        left = await client.delete("/v1/session", headers=mine)
        assert left.json() == {"provider_sign_out": None}
        assert "max-age=0" in left.headers["set-cookie"].lower()
        assert code_of(await client.get("/v1/status", headers=mine)) == (401, "unauthorized")
    assert settings.audit is not None
    assert [one.action for one in settings.audit.newest()] == [
        "sign out", "POST /v1/posts", "sign in with a password",
    ]  # fmt: skip
    assert len({one.key_id for one in settings.audit.newest()}) == 1


async def test_a_refused_sign_in_says_nothing_of_why_and_gives_no_cookie(
    product: FakeProduct, settings: ServeSettings
) -> None:
    async with client_of(product, settings) as client:
        told = []
        for name, password in (("huda", "wrong"), ("nobody", PASSWORD)):
            response = await client.post(
                "/v1/session", json={"name": name, "password": password}, headers=ORIGIN
            )
            assert code_of(response) == (403, "sign_in_failed")
            assert "set-cookie" not in response.headers
            told.append({**response.json(), "trace_id": ""})
        assert told[0] == told[1]
        for _ in range(MOST - 1):
            await client.post(
                "/v1/session", json={"name": "huda", "password": "wrong"}, headers=ORIGIN
            )
        blocked = await client.post(
            "/v1/session", json={"name": "huda", "password": PASSWORD}, headers=ORIGIN
        )
        assert code_of(blocked) == (429, "too_many_tries")
        assert 0 < int(blocked.headers["retry-after"]) <= 900


async def test_a_session_that_was_put_into_a_browser_is_never_the_one_it_gets(
    product: FakeProduct, settings: ServeSettings
) -> None:
    async with client_of(product, settings) as client:
        known = await sign_in(client)
        response = await client.post(
            "/v1/session", json={"name": "huda", "password": PASSWORD}, headers=sent(known)
        )
        new = response.headers["set-cookie"].split(";")[0].removeprefix(f"{NAME}=")
        assert new != known
        assert (await client.get("/v1/status", headers=sent(new))).status_code == 200
        assert code_of(await client.get("/v1/status", headers=sent(known)))[0] == 401
        planted = await client.post(
            "/v1/session", json={"name": "huda", "password": PASSWORD}, headers=sent("A" * 43)
        )
        assert "A" * 43 not in planted.headers["set-cookie"]


ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:9000"},
)


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_a_page_of_another_site_can_do_nothing_with_a_session(
    product: FakeProduct, settings: ServeSettings, headers: dict[str, str]
) -> None:
    async with client_of(product, settings) as client:
        token = await sign_in(client)
        cookie = {"Cookie": f"{NAME}={token}"} | headers
        for method, path, body in (
            ("POST", "/v1/posts", POST),
            ("GET", "/v1/status", b""),
            ("DELETE", "/v1/session", b""),
            ("POST", "/v1/session", b'{"name": "huda", "password": "four words and a river"}'),
        ):
            response = await client.request(method, path, content=body, headers=cookie)
            assert code_of(response) == (403, "cross_origin"), (method, path)
            assert "set-cookie" not in response.headers
        assert (await client.get("/v1/status", headers=sent(token))).status_code == 200


async def test_what_changes_something_must_say_that_it_comes_from_our_page(
    product: FakeProduct, settings: ServeSettings
) -> None:
    async with client_of(product, settings) as client:
        cookie = {"Cookie": f"{NAME}={await sign_in(client)}"}
        bare = await client.post("/v1/posts", content=POST, headers=cookie)
        assert code_of(bare) == (403, "cross_origin")
        fetched = cookie | {"Sec-Fetch-Site": "same-origin"}
        assert (await client.post("/v1/posts", content=POST, headers=fetched)).status_code == 200
        assert (await client.get("/v1/status", headers=cookie)).status_code == 200


async def test_a_page_that_may_show_cards_uses_its_own_key_and_nobodys_session(
    product: FakeProduct, settings: ServeSettings
) -> None:
    assert settings.key_ring is not None
    page = "https://news.example"
    settings.key_ring.create(Role.CARD_ONLY, origins=[page])
    path = f"/v1/posts/{str(story_id('changed')).replace('/', '%2F')}/context"
    async with client_of(product, settings) as client:
        mine = sent(await sign_in(client))
        assert (await client.get(path, headers=mine)).status_code == 200
        theirs = mine | {"Origin": page}
        assert code_of(await client.get(path, headers=theirs)) == (401, "unauthorized")


async def test_a_key_that_is_sent_counts_and_not_the_session_beside_it(
    product: FakeProduct, settings: ServeSettings
) -> None:
    assert settings.key_ring is not None
    _, reader = settings.key_ring.create(Role.READER)
    async with client_of(product, settings) as client:
        mine = sent(await sign_in(client))
        both = mine | {"Authorization": f"Bearer {reader}"}
        assert code_of(await client.post("/v1/posts", content=POST, headers=both))[0] == 403
        wrong = mine | {"Authorization": "Bearer sq_wrong"}
        assert code_of(await client.get("/v1/status", headers=wrong))[0] == 401


@pytest.mark.parametrize("how", ["session", "account"])
def test_a_stream_ends_when_its_session_does(
    product: FakeProduct, settings: ServeSettings, how: str
) -> None:
    assert settings.people is not None
    key = settings.people.find("huda").key
    session, token = settings.people.sessions.begin(key.id, 3600)
    other, _ = settings.people.sessions.begin(key.id, 3600)
    with (
        served(product, settings) as server,
        httpx2.stream(
            "GET", f"{server.url}/v1/stream", headers={"Cookie": f"{NAME}={token}"}, timeout=60
        ) as response,
    ):
        assert response.status_code == 200
        wait_until(lambda: product.listeners == 1, "the stream is open")
        settings.people.sessions.end(other.id)
        if how == "session":
            settings.people.sessions.end(session.id)
        else:
            settings.people.shut_out("huda")
        wait_until(lambda: product.listeners == 0, "the stream is closed", seconds=60)


async def test_few_passwords_are_looked_at_together_and_few_wait() -> None:
    looking = _Looking()
    release = asyncio.Event()
    running = 0

    async def one() -> None:
        nonlocal running
        async with looking.turn():
            running += 1
            await release.wait()

    tasks = [asyncio.create_task(one()) for _ in range(WAITING)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert running == AT_ONCE
    with pytest.raises(Overloaded):
        async with looking.turn():
            raise AssertionError("it was let in")
    release.set()
    await asyncio.gather(*tasks)
    async with looking.turn():
        pass


@pytest.mark.parametrize(
    "body",
    ["{}", '{"name": "huda"}', '{"name": "", "password": "x"}', '{"name": 1, "password": 2}'],
)
async def test_a_body_that_is_no_sign_in_is_refused_as_such(
    product: FakeProduct, settings: ServeSettings, body: str
) -> None:
    async with client_of(product, settings) as client:
        headers = ORIGIN | {"content-type": "application/json"}
        response = await client.post("/v1/session", content=body.encode(), headers=headers)
        assert code_of(response)[0] == 422


@pytest.mark.parametrize("value", ["", "x" * 5000, "\u0000", "a;b", "é" * 10])
async def test_a_cookie_that_is_not_ours_opens_nothing(
    product: FakeProduct, settings: ServeSettings, value: str
) -> None:
    async with client_of(product, settings) as client:
        headers = {"Cookie": f"{NAME}={value}".encode("latin-1", "replace")}
        response = await client.get("/v1/status", headers=headers)  # type: ignore[arg-type]
        assert code_of(response)[0] == 401


async def test_a_password_that_is_replaced_while_it_is_looked_at_lets_nobody_in(
    product: FakeProduct, settings: ServeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = settings.people
    assert people is not None
    look = people.sign_in

    def replaced_meanwhile(name: str, password: str) -> object:
        found = look(name, password)
        people.set_password(name, "four words and a lake")
        return found

    monkeypatch.setattr(people, "sign_in", replaced_meanwhile)
    async with client_of(product, settings) as client:
        response = await client.post(
            "/v1/session", json={"name": "huda", "password": PASSWORD}, headers=ORIGIN
        )
        assert code_of(response) == (403, "sign_in_failed")
    assert people.sessions.count() == {}
