import re

import httpx2
import pytest

from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings, create_app
from siyaq.serve.cross_site import host_name
from siyaq.serve.edge import HEADERS
from siyaq.serve.gate import Gate
from siyaq.testing.product import FakeProduct

from .conftest import NOW, client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

KEY = "k" * 20
OPEN = {"/healthz", "/readyz", "/", "/siyaq.js"}
SIGNED = {"/v1/hooks/{name}"}  # its source, here none, looks at the signature
SIGNING_IN = {"/v1/session"}  # here nobody can
TO_A_PROVIDER = {"/login", "/login/callback"}  # here there is none
UNGUESSABLE = {"/v1/feeds/{token}", "/s/{token}", "/s/{token}/bundle"}


def routes() -> list[tuple[str, str]]:
    app = create_app(FakeProduct(now=NOW), ServeSettings())
    paths = app.openapi()["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    return [*found, ("GET", "/"), ("GET", "/siyaq.js"), ("GET", "/openapi.json")]


@pytest.mark.parametrize(("method", "path"), routes())
async def test_every_route_but_the_open_ones_needs_a_key(
    product: FakeProduct, method: str, path: str
) -> None:
    async with client_of(product, ServeSettings(keys=(KEY,))) as client:
        for headers in ({}, {"Authorization": f"Bearer {KEY}x"}, {"Authorization": f"Basic {KEY}"}):
            response = await client.request(method, path, headers=headers)
            if path in OPEN:
                assert response.status_code == 200
            elif path in SIGNING_IN:
                assert response.status_code == {"GET": 200, "POST": 422, "DELETE": 404}[method]
            elif path in SIGNED | UNGUESSABLE | TO_A_PROVIDER:
                assert code_of(response) == (404, "not_found")
            else:
                assert code_of(response) == (401, "unauthorized")
                assert response.headers["www-authenticate"].startswith("Bearer")
    assert not product.asked
    assert not product.searched


async def test_any_of_the_keys_opens(product: FakeProduct) -> None:
    async with client_of(product, ServeSettings(keys=("a" * 20, KEY))) as client:
        for key in ("a" * 20, KEY):
            headers = {"Authorization": f"bearer {key}"}
            assert (await client.get("/v1/status", headers=headers)).status_code == 200


def test_a_key_is_not_kept_as_it_is() -> None:
    gate = Gate(ServeSettings(keys=(KEY,)))
    assert KEY not in repr(vars(gate))
    assert KEY not in repr(ServeSettings(keys=(KEY,)))


async def test_without_keys_every_route_is_open_on_loopback(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/v1/status")).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_any_other_address_needs_a_key_to_start(host: str) -> None:
    with pytest.raises(ConfigError, match="no key is set"):
        ServeSettings(host=host)
    ServeSettings(host=host, keys=(KEY,))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    ServeSettings(host=host)


@pytest.mark.parametrize("key", ["short", "ключ" * 8, "with\nbreak" * 3])
def test_a_poor_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ServeSettings(keys=(key,))
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8", "127.0.0.1.evil.example", "", "[", "a@localhost.x"],
)
async def test_a_name_that_is_not_ours_is_refused(client: httpx2.AsyncClient, host: str) -> None:
    response = await client.get("/v1/status", headers={"Host": host})
    assert code_of(response) == (421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:9", "LOCALHOST"])
async def test_our_own_names_are_known(client: httpx2.AsyncClient, host: str) -> None:
    assert (await client.get("/v1/status", headers={"Host": host})).status_code == 200


async def test_a_name_that_was_allowed_is_known(product: FakeProduct) -> None:
    settings = ServeSettings(host="0.0.0.0", keys=(KEY,), allowed_hosts=("siyaq.example",))
    async with client_of(product, settings) as client:
        headers = {"Authorization": f"Bearer {KEY}", "Host": "siyaq.example"}
        assert (await client.get("/v1/status", headers=headers)).status_code == 200
        headers["Host"] = "other.example"
        assert code_of(await client.get("/v1/status", headers=headers)) == (421, "unknown_host")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_page_of_another_site_is_refused(
    client: httpx2.AsyncClient, product: FakeProduct, headers: dict[str, str]
) -> None:
    response = await client.post("/v1/posts", content=b"", headers=headers)
    assert code_of(response) == (403, "cross_origin")
    assert "access-control-allow-origin" not in response.headers
    assert len(product.posts) == len(FakeProduct(now=NOW).posts)


async def test_our_own_page_is_not(client: httpx2.AsyncClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    response = await client.post("/v1/ask", json={"question": "bridge"}, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/siyaq.js", "/static/page.js", "/v1/status", "/nowhere", "/v1/posts/x"]
)
async def test_every_response_carries_the_security_headers(
    client: httpx2.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers
    for name in HEADERS.keys() - {"cache-control"}:
        if (path, name) == ("/siyaq.js", "cross-origin-resource-policy"):
            assert headers[name] == "cross-origin"  # pages of other sites load it
        else:
            assert headers[name] == HEADERS[name]
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert "require-trusted-types-for 'script'" in policy
    for directive in ("script-src", "style-src", "connect-src", "img-src", "font-src"):
        assert re.search(f"{directive} 'self'(;|$)", policy)


@pytest.mark.parametrize("path", ["/v1/status", "/v1/search", "/metrics"])
async def test_nothing_that_can_be_deleted_is_cached(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "name"),
    [("Example.org:80", "example.org"), ("[::1]:8", "::1"), ("x.", "x"), ("[", ""), ("", "")],
)
def test_a_host_header_is_read_to_its_name(header: str, name: str) -> None:
    assert host_name(header) == name
