"""The authorization matrix: every route of the app, with every kind of caller.

Routes are taken from the app itself; who may call which is written down here once more, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from siyaq.access import Amount, AuditLog, Budget, KeyRing, Limits, People, Role
from siyaq.access.limits import NO_LIMITS
from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.needs import NEEDS
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served, wait_until
from siyaq.testing.story import story_id

from .conftest import NOW
from .wire import code_of

pytestmark = pytest.mark.anyio

PAGE = "https://news.example"
ROLES = ("nobody", "unknown", "revoked", "expired", "card-only", "reader", "writer", "admin")
SIGNED_IN = ("reader signed in", "writer signed in", "admin signed in")
SIGNED_OUT = ("forged session", "ended session", "session of a revoked")
CALLERS = ROLES + SIGNED_IN + SIGNED_OUT

EVERYONE = set(CALLERS)
ADMINS = {"admin", "admin signed in"}
WRITERS = ADMINS | {"writer", "writer signed in"}
READERS = WRITERS | {"reader", "reader signed in"}
CARDS = READERS | {"card-only"}

MATRIX = {
    "GET /": EVERYONE,
    "GET /plan": EVERYONE,
    "GET /agents": EVERYONE,
    "GET /siyaq.js": EVERYONE,
    "GET /sw.js": EVERYONE,
    "GET /static/page.js": EVERYONE,
    "GET /v1/hooks/{name}": EVERYONE,
    "POST /v1/hooks/{name}": EVERYONE,
    "GET /v1/feeds/{token}": EVERYONE,
    "GET /s/{token}": EVERYONE,
    "GET /s/{token}/bundle": EVERYONE,
    "GET /login": EVERYONE,
    "GET /login/callback": EVERYONE,
    "GET /v1/session": EVERYONE - {"card-only"},  # whose pages are of other sites
    "POST /v1/session": EVERYONE - {"card-only"},  # whose pages are of other sites
    "DELETE /v1/session": EVERYONE - {"card-only"},  # whose pages are of other sites
    "GET /healthz": EVERYONE,
    "GET /readyz": EVERYONE,
    "GET /v1/posts/{post_id}/context": CARDS,
    "GET /v1/posts/{post_id}/context.html": CARDS,
    "GET /v1/posts/{post_id}/context.svg": CARDS,
    "GET /v1/posts/{post_id}/context.png": CARDS,
    "GET /v1/posts/{post_id}/context.jsonld": CARDS,
    "GET /v1/posts/{post_id}/context/versions": CARDS,
    "GET /v1/posts/{post_id}/context/changes": CARDS,
    "GET /v1/posts/{post_id}/notes": CARDS,
    "GET /oembed": CARDS,
    "POST /v1/context": CARDS,
    "GET /v1/posts/{post_id}/context/phrased": READERS,
    "GET /openapi.json": READERS,
    "GET /metrics": READERS,
    "POST /v1/ask": READERS,
    "POST /mcp": READERS,
    "POST /v1/chat/completions": READERS,
    "POST /v1/responses": READERS,
    "GET /v1/responses/{response_id}": READERS,
    "DELETE /v1/responses/{response_id}": WRITERS,
    "POST /v1/embeddings": READERS,
    "GET /v1/models": READERS,
    "GET /v1/models/{model:path}": READERS,
    "GET /v1/answers/{answer_id}": READERS,
    "GET /v1/search": READERS,
    "GET /v1/posts/{post_id}": READERS,
    "GET /v1/status": READERS,
    "GET /v1/plan": READERS,
    "GET /v1/plan/{name}": READERS,
    "GET /v1/plan/{name}/told": READERS,
    "GET /v1/plan/{name}/report": READERS,
    "GET /v1/stream": READERS,
    "POST /v1/posts": WRITERS,
    "POST /v1/posts/{post_id}/notes": WRITERS,
    "PUT /v1/posts/{post_id}/media/{place}": WRITERS,
    "POST /v1/posts/{post_id}/context/ratings": WRITERS,
    "POST /v1/notes/{note_id}/ratings": WRITERS,
    "DELETE /v1/notes/{note_id}": WRITERS,
    "DELETE /v1/answers/{answer_id}": WRITERS,
    "GET /v1/quota": READERS,
    "GET /v1/answers/{answer_id}/bundle": READERS,
    "GET /v1/shares": READERS,
    "POST /v1/answers/{answer_id}/shares": WRITERS,
    "DELETE /v1/shares/{share_id}": WRITERS,
    "GET /v1/watches": READERS,
    "GET /v1/watches/{watch_id}": READERS,
    "GET /v1/alerts": READERS,
    "POST /v1/watches": WRITERS,
    "PATCH /v1/watches/{watch_id}": WRITERS,
    "DELETE /v1/watches/{watch_id}": WRITERS,
    "POST /v1/alerts/seen": WRITERS,
    "GET /v1/sources": ADMINS,
    "POST /v1/sources": ADMINS,
    "PATCH /v1/sources/{source_id}": ADMINS,
    "DELETE /v1/sources/{source_id}": ADMINS,
    "GET /v1/settings": ADMINS,
    "GET /v1/runs": READERS,
    "GET /v1/runs/{run_id}": READERS,
    "GET /v1/runs/{run_id}/files/{path:path}": READERS,
    "POST /v1/runs": WRITERS,
    "POST /v1/runs/{run_id}/pause": WRITERS,
    "POST /v1/runs/{run_id}/resume": WRITERS,
    "POST /v1/runs/{run_id}/cancel": WRITERS,
    "PUT /v1/runs/{run_id}/plan": WRITERS,
    "PUT /v1/runs/{run_id}/calls/{call}": WRITERS,
    "GET /v1/keys": ADMINS,
    "POST /v1/keys": ADMINS,
    "DELETE /v1/keys/{key_id}": ADMINS,
    "PUT /v1/keys/{key_id}/limits": ADMINS,
    "GET /v1/audit": ADMINS,
}


def routes() -> list[str]:
    """Return "METHOD path" of every route of the app, the page's files as one."""
    app = create_app(FakeProduct(now=NOW), ServeSettings())
    found = set()
    for route in _flat(app.router.routes):
        path, methods = route.path, route.methods or set()
        named = "/static/page.js" if path.startswith("/static/") else path
        found |= {f"{method} {named}" for method in methods - {"HEAD"}}
    return sorted(found)


def _flat(routes: list[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from _flat(route.original_router.routes)  # type: ignore[attr-defined]


class Callers:
    """One key of each kind, and one session."""

    def __init__(self, ring: KeyRing, people: People) -> None:
        self.ring = ring
        self.people = people
        self.sessions = {
            f"{role} signed in": self._session(Role(role)) for role in ("reader", "writer", "admin")
        }
        self.sessions["forged session"] = "A" * 43
        self.sessions["ended session"] = self._session(Role.ADMIN)
        people.sessions.end_all(people.listed()[-1].key.id)
        self.sessions["session of a revoked"] = self._session(Role.ADMIN)
        ring.revoke(people.listed()[-1].key.id)
        self.keys = {role: ring.create(Role(role))[1] for role in ("reader", "writer", "admin")}
        self.keys["card-only"] = ring.create(Role.CARD_ONLY, origins=[PAGE])[1]
        revoked, self.keys["revoked"] = ring.create(Role.ADMIN)
        ring.revoke(revoked.id)
        self.keys["unknown"] = "sq_AAAAAAAA_" + "A" * 49

    def _session(self, role: Role) -> str:
        key = self.people.arrived("https://id.example", str(len(self.people.listed())), "A", role)
        return self.people.sessions.begin(key.id, 3600)[1]

    def headers(self, caller: str) -> dict[str, str]:
        if caller in self.sessions:
            return {
                "Cookie": f"__Host-siyaq={self.sessions[caller]}",
                "Origin": "http://127.0.0.1:8000",
            }
        sent = {"Authorization": f"Bearer {self.keys[caller]}"} if caller != "nobody" else {}
        return sent | ({"Origin": PAGE} if caller == "card-only" else {})


@pytest.fixture
def callers(tmp_path: Path) -> Iterator[Callers]:
    moment = [NOW]
    with (
        closing(KeyRing(tmp_path, now=lambda: moment[0])) as ring,
        closing(People(tmp_path, ring)) as people,
    ):
        callers = Callers(ring, people)
        expires_at = NOW + timedelta(days=1)
        callers.keys["expired"] = ring.create(Role.ADMIN, expires_at=expires_at)[1]
        moment[0] = expires_at
        yield callers


def test_every_route_stands_in_the_matrix_and_in_the_table() -> None:
    assert routes() == sorted(MATRIX)
    table = {f"{method} {path}".replace("{name:path}", "page.js") for method, path in NEEDS}
    assert table == set(MATRIX)


ENDLESS = ("GET /v1/stream", "GET /v1/posts/{post_id}/context/changes")


@pytest.mark.parametrize("route", [name for name in MATRIX if name not in ENDLESS])
async def test_a_route_opens_for_those_it_is_for_and_for_nobody_else(
    route: str, callers: Callers, product: FakeProduct, tmp_path: Path
) -> None:
    method, path = route.split(" ")
    path = path.replace("{post_id}", str(story_id("changed")).replace("/", "%2F"))
    path = path.replace("{answer_id}", "none").replace("{key_id}", "none")
    path = path.replace("{response_id}", "none").replace("{model:path}", "siyaq")
    settings = ServeSettings(key_ring=callers.ring, people=callers.people, audit=AuditLog(tmp_path))
    transport = httpx2.ASGITransport(create_app(product, settings))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        for caller in CALLERS:
            client.cookies.clear()
            response = await client.request(method, path, headers=callers.headers(caller))
            if caller in MATRIX[route]:
                assert response.status_code not in (401, 403), caller
            elif caller in ("card-only", "reader", "writer", *SIGNED_IN):
                # a page's request is refused as such, before its key is looked at
                assert code_of(response)[0] == 403, caller
                assert code_of(response)[1] in ("forbidden", "cross_origin")
            else:
                assert code_of(response) == (401, "unauthorized"), caller


async def test_a_route_that_nobody_has_decided_on_is_closed_to_everybody(
    callers: Callers, product: FakeProduct
) -> None:
    app = create_app(product, ServeSettings(key_ring=callers.ring))

    async def reached(_: object) -> Response:
        raise AssertionError("it was reached")

    app.router.routes.append(Route("/v1/new", reached))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        for caller in ("admin", "writer", "reader"):
            response = await client.get("/v1/new", headers=callers.headers(caller))
            assert code_of(response) == (404, "no_such_route")
        assert code_of(await client.get("/v1/new")) == (401, "unauthorized")


async def test_making_the_first_key_closes_what_was_open(
    tmp_path: Path, product: FakeProduct
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        transport = httpx2.ASGITransport(create_app(product, ServeSettings(key_ring=ring)))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get("/v1/status")).status_code == 200
            made = await client.post("/v1/keys", json={"role": "reader", "name": "me"})
            assert made.status_code == 201
            assert code_of(await client.get("/v1/status")) == (401, "unauthorized")
            headers = {"Authorization": f"Bearer {made.json()['key']}"}
            assert (await client.get("/v1/status", headers=headers)).status_code == 200
            ring.revoke(made.json()["id"])
            assert code_of(await client.get("/v1/status", headers=headers))[0] == 401


def test_another_address_starts_with_a_key_that_stands_and_not_without(tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        with pytest.raises(ConfigError, match="no key is set"):
            ServeSettings(host="0.0.0.0", key_ring=ring)
        kept, _ = ring.create(Role.READER)
        ServeSettings(host="0.0.0.0", key_ring=ring)
        ring.revoke(kept.id)
        with pytest.raises(ConfigError, match="no key is set"):
            ServeSettings(host="0.0.0.0", key_ring=ring)


def test_a_stream_ends_when_its_key_is_revoked(callers: Callers, product: FakeProduct) -> None:
    settings = ServeSettings(port=0, key_ring=callers.ring)
    headers = callers.headers("reader")
    with (
        served(product, settings) as server,
        httpx2.stream("GET", f"{server.url}/v1/stream", headers=headers, timeout=60) as response,
    ):
        assert response.status_code == 200
        wait_until(lambda: product.listeners == 1, "the stream is open")
        callers.ring.revoke(callers.keys["reader"].split("_")[1])
        wait_until(lambda: product.listeners == 0, "the stream is closed", seconds=60)


async def test_what_changes_something_is_written_down_with_the_key(
    callers: Callers, product: FakeProduct, tmp_path: Path
) -> None:
    audit = AuditLog(tmp_path)
    settings = ServeSettings(key_ring=callers.ring, audit=audit)
    transport = httpx2.ASGITransport(create_app(product, settings))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        writer, reader = callers.headers("writer"), callers.headers("reader")
        await client.post("/v1/posts", content=b'{"id":"1","text":"a"}', headers=writer)
        await client.post("/v1/posts", content=b'{"id":"2","text":"b"}', headers=reader)
        await client.get("/v1/search?q=bridge", headers=writer)
        entries = await client.get("/v1/audit", headers=callers.headers("admin"))
    (entry,) = entries.json()["entries"]
    key_id = callers.keys["writer"].split("_")[1]
    assert entry["key_id"] == key_id
    assert (entry["action"], entry["status"]) == ("POST /v1/posts", 200)


async def card(
    client: httpx2.AsyncClient, headers: dict[str, str], **query: str
) -> httpx2.Response:
    path = f"/v1/posts/{str(story_id('changed')).replace('/', '%2F')}/context"
    return await client.get(path, headers=headers, params=query)


async def test_a_page_reads_cards_with_its_key_and_only_from_its_own_origin(
    callers: Callers, product: FakeProduct
) -> None:
    transport = httpx2.ASGITransport(create_app(product, ServeSettings(key_ring=callers.ring)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        ours = callers.headers("card-only")
        response = await card(client, ours | {"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == PAGE
        assert "origin" in response.headers["vary"].lower()
        assert "access-control-allow-credentials" not in response.headers
        for other in ("https://evil.example", "null", "http://news.example", PAGE + ":8443"):
            response = await card(client, ours | {"Origin": other})
            assert code_of(response) == (403, "cross_origin")
            assert "access-control-allow-origin" not in response.headers
        del ours["Origin"]
        assert code_of(await card(client, ours)) == (403, "forbidden")
        missing = await card(client, {"Origin": PAGE})
        assert code_of(missing) == (401, "unauthorized")
        assert missing.headers["access-control-allow-origin"] == PAGE  # so that it can say why


async def test_a_browser_is_told_beforehand_what_a_page_may_send(
    callers: Callers, product: FakeProduct
) -> None:
    transport = httpx2.ASGITransport(create_app(product, ServeSettings(key_ring=callers.ring)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:

        async def preflight(path: str, method: str, origin: str) -> httpx2.Response:
            asks = {"Origin": origin, "Access-Control-Request-Method": method}
            return await client.options(path, headers=asks)

        told = await preflight("/v1/posts/a%3Ab/context", "GET", PAGE)
        assert told.status_code == 204
        assert told.headers["access-control-allow-origin"] == PAGE
        assert "authorization" in told.headers["access-control-allow-headers"]
        for path, method, origin in (
            ("/v1/posts/a%3Ab/context", "GET", "https://evil.example"),
            ("/v1/posts/a%3Ab/context", "DELETE", PAGE),
            ("/v1/posts/a%3Ab", "GET", PAGE),
            ("/v1/ask", "POST", PAGE),
        ):
            refused = await preflight(path, method, origin)
            assert code_of(refused) == (403, "cross_origin")
            assert "access-control-allow-origin" not in refused.headers


async def test_a_frame_carries_a_card_only_key_and_stays_on_its_pages(
    callers: Callers, product: FakeProduct
) -> None:
    transport = httpx2.ASGITransport(create_app(product, ServeSettings(key_ring=callers.ring)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        path = f"/v1/posts/{str(story_id('changed')).replace('/', '%2F')}/context.html"
        navigating = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
        key = callers.keys["card-only"]
        framed = await client.get(path, params={"key": key}, headers=navigating)
        assert framed.status_code == 200
        assert f"frame-ancestors 'self' {PAGE}" in framed.headers["content-security-policy"]
        told = await client.get(
            "/oembed", params={"url": f"http://127.0.0.1:8000{path}", "key": key}
        )
        assert f"key={key}" in told.json()["html"]
        reader = await client.get(path, params={"key": callers.keys["reader"]})
        assert code_of(reader) == (403, "forbidden")
        plain = await client.get(path.removesuffix(".html"), params={"key": key})
        assert code_of(plain) == (401, "unauthorized")
        # who shows a shared link fetches the picture that the page names, and has no header
        (named,) = re.findall(r'og:image" content="([^"]+)"', framed.text)
        fetched = await client.get(named.replace("&amp;", "&"))
        assert fetched.headers["content-type"] in ("image/png", "image/svg+xml")
        assert fetched.headers["cross-origin-resource-policy"] == "same-origin"
        drawn = path.replace(".html", ".svg")
        assert (await client.get(drawn, params={"key": key})).status_code == 200
        for_all = await client.get(drawn, params={"key": callers.keys["reader"]})
        assert code_of(for_all) == (403, "forbidden")


async def test_a_key_that_everybody_sees_spends_a_model_only_within_tokens_of_its_own(
    callers: Callers, product: FakeProduct, tmp_path: Path
) -> None:
    product.model = "server:m"
    ring, book = callers.ring, Budget(tmp_path, defaults=NO_LIMITS)
    kept, bought = ring.create(Role.CARD_ONLY, origins=[PAGE], limits=Limits(tokens=7_000))
    settings = ServeSettings(key_ring=ring, budget=book)
    transport = httpx2.ASGITransport(create_app(product, settings))
    path = f"/v1/posts/{str(story_id('changed')).replace('/', '%2F')}/context"
    with closing(book):
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            given = callers.headers("card-only")
            assert (await client.get(path, headers=given)).json()["phraser"] is None
            refused = await client.get(f"{path}/phrased", headers=given)
            assert code_of(refused) == (403, "forbidden")
            assert "--tokens" in refused.json()["hint"]

            given = {"Authorization": f"Bearer {bought}", "Origin": PAGE}
            assert (await client.get(path, headers=given)).json()["phraser"] == "server:m"
            phrased = await client.get(f"{path}/phrased", headers=given)
            assert phrased.json()["model"] == "server:m"
            assert phrased.headers["access-control-allow-origin"] == PAGE
            other = await client.get(f"{path}/phrased?model=server:dear", headers=given)
            assert code_of(other) == (403, "forbidden")
            elsewhere = given | {"Origin": "https://evil.example"}
            stolen = await client.get(f"{path}/phrased", headers=elsewhere)
            assert code_of(stolen) == (403, "cross_origin")
            book.reserve(kept.id, kept.limits, Amount(tokens=5_000))  # others had it write
            spent = await client.get(f"{path}/phrased", headers=given)
            assert code_of(spent) == (429, "quota_exhausted")
            assert (await client.get(path, headers=given)).status_code == 200
            asks = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
            assert (await client.options(f"{path}/phrased", headers=asks)).status_code == 204
