"""Signing in through a provider that really speaks, and through one that does not behave."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import OctKey
from prometheus_client import CollectorRegistry

from siyaq.access import AuditLog, KeyRing, People, Role
from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in import flow
from siyaq.serve.sign_in.claims import role_of
from siyaq.serve.sign_in.cookie import NAME
from siyaq.serve.sign_in.id_token import LEEWAY_SECONDS, claims_of, read_keys
from siyaq.serve.sign_in.login_settings import LoginSettings
from siyaq.serve.sign_in.provider import Provider
from siyaq.serve.sign_in.refusal import NotSignedIn
from siyaq.testing.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Claims,
    OpenIdProvider,
    signing_keys,
)
from siyaq.testing.serving import wait_until

from .conftest import client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

HERE = "http://127.0.0.1:8000"


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as provider:
        yield provider


def login_settings(there: OpenIdProvider, **given: Any) -> LoginSettings:
    told: dict[str, Any] = {
        "issuer": there.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "everyone": Role.READER,
        "timeout_seconds": 30.0,
    }
    return LoginSettings(**told | given)


@pytest.fixture
def settings(there: OpenIdProvider, tmp_path: Path) -> Iterator[ServeSettings]:
    with closing(KeyRing(tmp_path)) as ring, closing(People(tmp_path, ring)) as people:
        yield ServeSettings(
            key_ring=ring,
            people=people,
            audit=AuditLog(tmp_path),
            provider=Provider(login_settings(there)),
        )


def with_login(settings: ServeSettings, there: OpenIdProvider, **given: Any) -> ServeSettings:
    return replace(settings, provider=Provider(login_settings(there, **given)))


class Browser:
    """Follows a sign-in step by step, and keeps the cookies that it is given."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}
        self.last = httpx2.Response(0)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.last = await self.client.get(path, headers=sent | headers)
        for line in self.last.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if "Max-Age=0" in line:
                del self.cookies[name]
        return self.last

    async def goes(self, path: str = "/login") -> str:
        """Begin, let the provider agree, and return the address that it sends back to."""
        response = await self.get(path)
        assert response.status_code == 303, response.text
        address = await asyncio.to_thread(redirected, response.headers["location"])
        assert address.startswith(f"{HERE}/login/callback?")
        return address.removeprefix(HERE)

    async def comes_back(self, address: str) -> str:
        """Return where it is taken."""
        response = await self.get(address, **{"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 303, response.text
        assert flow.COOKIE not in self.cookies
        location: str = response.headers["location"]
        return location

    async def signs_in(self) -> str:
        return await self.comes_back(await self.goes())

    async def is_signed_in(self) -> bool:
        status = (await self.get("/v1/status")).status_code
        assert status in (200, 401)
        assert (status == 200) == (NAME in self.cookies)
        return status == 200


def redirected(url: str) -> str:
    """Return where a server sends a browser."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        response.read()
    assert response.status == 302
    return response.headers["location"]


@asynccontextmanager
async def browsing(product: Any, settings: ServeSettings) -> AsyncIterator[Browser]:
    own = replace(settings, registry=CollectorRegistry())
    async with client_of(product, own) as client:
        yield Browser(client)
    assert settings.provider is not None
    await settings.provider.aclose()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("how", ["header", "form", "public"])
async def test_somebody_signs_in_through_a_provider_and_is_a_key(
    product: Any, settings: ServeSettings, there: OpenIdProvider, algorithm: str, how: str
) -> None:
    there.algorithm = algorithm
    if how == "form":
        there.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    if how == "public":
        there.secret = ""
        settings = with_login(settings, there, client_secret="")
    async with browsing(product, settings) as browser:
        shown = (await browser.get("/v1/session")).json()
        assert shown["ways"] == {"password": False, "provider": "127.0.0.1"}
        assert not await browser.is_signed_in()
        assert await browser.signs_in() == "/"
        assert await browser.is_signed_in()
        shown = (await browser.get("/v1/session")).json()
        assert (shown["signed_in"]["name"], shown["signed_in"]["role"]) == ("Huda", "reader")
        left = await browser.client.delete(
            "/v1/session", headers={"Cookie": f"{NAME}={browser.cookies[NAME]}", "Origin": HERE}
        )
        end = urlsplit(left.json()["provider_sign_out"])
        assert f"{end.scheme}://{end.netloc}{end.path}" == f"{there.issuer}/end"
        assert parse_qs(end.query) == {
            "client_id": [CLIENT_ID], "post_logout_redirect_uri": [f"{HERE}/"],
        }  # fmt: skip
        response = await browser.get("/v1/status")
        assert response.status_code == 401
    assert settings.audit is not None
    assert [one.action for one in settings.audit.newest()] == [
        "sign out", "sign in through the provider",
    ]  # fmt: skip


async def test_what_is_asked_for_holds_what_the_standard_wants(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    async with browsing(product, settings) as browser:
        await browser.goes()
        await browser.goes()
    first, second = there.authorizations
    assert first["response_type"] == "code"
    assert first["redirect_uri"] == f"{HERE}/login/callback"
    assert first["scope"] == "openid profile email"
    assert first["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43
        assert first[name] != second[name]


async def test_the_cookie_of_a_sign_in_on_its_way_is_as_strict(
    product: Any, settings: ServeSettings
) -> None:
    async with browsing(product, settings) as browser:
        line = (await browser.get("/login")).headers["set-cookie"]
    assert line.startswith("__Host-siyaq-login=")
    flags = {flag.strip().lower() for flag in line.split(";")[1:]}
    assert flags == {"httponly", "max-age=600", "path=/", "samesite=lax", "secure"}


Change = Callable[[Claims], Claims]
WRONG_CLAIMS: Mapping[str, Change] = {
    "another nonce": lambda said: said | {"nonce": "another"},
    "no nonce": lambda said: {name: said[name] for name in said if name != "nonce"},
    "another audience": lambda said: said | {"aud": "another"},
    "another party": lambda said: said | {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "no party of two": lambda said: said | {"aud": [CLIENT_ID, "another"]},
    "another issuer": lambda said: said | {"iss": "https://evil.example"},
    "expired": lambda said: said | {"exp": said["iat"] - 3600, "iat": said["iat"] - 7200},
    "no end": lambda said: {name: said[name] for name in said if name != "exp"},
    "an end that is no number": lambda said: said | {"exp": "tomorrow"},
    "an end that is not a number": lambda said: said | {"exp": float("nan")},
    "from tomorrow": lambda said: said | {"iat": said["iat"] + 86_400},
    "not yet": lambda said: said | {"nbf": said["iat"] + 86_400},
    "no subject": lambda said: {name: said[name] for name in said if name != "sub"},
    "an empty subject": lambda said: said | {"sub": ""},
    "a long subject": lambda said: said | {"sub": "x" * 300},
    "a subject that is a list": lambda said: said | {"sub": ["42"]},
    "the hash of another token": lambda said: said | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_a_token_that_says_something_wrong_signs_nobody_in(
    product: Any, settings: ServeSettings, there: OpenIdProvider, wrong: str
) -> None:
    there.change = WRONG_CLAIMS[wrong]
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == "/?sign-in=untrusted"
        assert not await browser.is_signed_in()
    assert settings.people is not None
    assert settings.people.listed() == []


def part(document: object) -> str:
    return urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def unsigned(token: str) -> str:
    return f"{part({'alg': 'none'})}.{token.split('.')[1]}."


def signed_by_another(token: str) -> str:
    head = json.loads(_bytes(token.split(".")[0]))
    return jwt.encode(head, json.loads(_bytes(token.split(".")[1])), signing_keys(7)["RS256"])


def signed_with_the_secret(token: str) -> str:
    key = OctKey.import_key(CLIENT_SECRET * 2)
    return jwt.encode({"alg": "HS256"}, json.loads(_bytes(token.split(".")[1])), key)


def of_another_key(token: str) -> str:
    return f"{part({'alg': 'RS256', 'kid': 'unheard of'})}.{token.split('.', 1)[1]}"


def signed_as_it_is(said: bytes) -> str:
    key = signing_keys(0)["RS256"]
    return jws.serialize_compact({"alg": "RS256", "kid": key.kid}, said, key)


def with_half_a_character(token: str) -> str:
    said = json.loads(_bytes(token.split(".")[1])) | {"sub": "\ud800"}
    return signed_as_it_is(json.dumps(said).encode())


def with_another_name(token: str) -> str:
    head, claims, signature = token.split(".")
    return f"{head}.{part(json.loads(_bytes(claims)) | {'sub': '1'})}.{signature}"


def _bytes(text: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


FORGED: Mapping[str, Callable[[str], str]] = {
    "unsigned": unsigned,
    "signed by another": signed_by_another,
    "signed with the secret": signed_with_the_secret,
    "of a key that is not published": of_another_key,
    "another name": with_another_name,
    "very deep": lambda _: signed_as_it_is(b"[" * 20_000),
    "half a character": with_half_a_character,
    "no token": lambda _: "no token",
    "nothing": lambda _: "",
    "no json": lambda token: f"AAAA.{token.split('.', 1)[1]}",
    "very long": lambda token: token + "A" * 40_000,
    "five parts": lambda token: token + ".A.A",
}


@pytest.mark.parametrize("forged", FORGED)
async def test_a_token_that_is_forged_signs_nobody_in(
    product: Any, settings: ServeSettings, there: OpenIdProvider, forged: str
) -> None:
    there.forge = FORGED[forged]
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == "/?sign-in=untrusted"
        assert not await browser.is_signed_in()


async def test_clocks_may_differ_a_little(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    off = LEEWAY_SECONDS - 30
    there.change = lambda said: said | {"iat": said["iat"] + off, "nbf": said["iat"] + off}
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == "/"


async def test_new_keys_of_the_provider_are_found_at_once(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == "/"
        there.rotate()
        assert await browser.signs_in() == "/"
        assert await browser.signs_in() == "/"
    assert there.asked.count("/keys") == 2
    assert there.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"error": "access_denied", "code": ""}, "refused"),
        ({"error": "<script>alert(1)</script>", "code": ""}, "refused"),
        ({"code": ""}, "refused"),
        ({"code": "x" * 10_000}, "refused"),
        ({"code": "made up"}, "expired"),
        ({"state": "made up"}, "expired"),
        ({"state": ""}, "expired"),
        ({"iss": "https://evil.example"}, "untrusted"),
        ({"iss": ""}, "untrusted"),
    ],
)
async def test_an_answer_that_is_not_right_signs_nobody_in(
    product: Any, settings: ServeSettings, there: OpenIdProvider, answer: dict[str, str], why: str
) -> None:
    there.answer = answer
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == f"/?sign-in={why}"
        assert not await browser.is_signed_in()


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    there.honour_codes_again = True  # the provider ought not to, and we do not lean on it
    async with browsing(product, settings) as browser, browsing(product, settings) as other:
        address = await browser.goes()
        kept = dict(browser.cookies)
        assert await other.comes_back(address) == "/?sign-in=expired"  # whoever was sent the link
        own = await other.goes()
        assert await other.comes_back(address) == "/?sign-in=expired"  # with a cookie of their own
        assert await browser.comes_back(address) == "/"
        browser.cookies = kept
        assert await browser.comes_back(address) == "/?sign-in=expired"
        assert not await browser.is_signed_in()
        assert own != address


async def test_a_sign_in_ends_when_it_takes_too_long(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    async with browsing(product, settings) as browser:
        address = await browser.goes()
        assert settings.provider is not None
        before = settings.provider.clock
        settings.provider.clock = lambda: before() + flow.SECONDS
        assert await browser.comes_back(address) == "/?sign-in=expired"


async def test_a_parameter_that_comes_twice_is_refused(
    product: Any, settings: ServeSettings
) -> None:
    async with browsing(product, settings) as browser:
        address = await browser.goes()
        assert await browser.comes_back(f"{address}&code=another") == "/?sign-in=refused"


ELSEWHERE = (
    "https://evil.example", "//evil.example", "/\\evil.example", "/%2f%2fevil.example",
    "javascript:alert(1)", "/v1/session", "/plan/../../evil", "/plan?next=//evil.example", "",
)  # fmt: skip


@pytest.mark.parametrize("page", ["/", "/plan", "/agents", *ELSEWHERE])
async def test_nobody_is_taken_anywhere_but_to_a_page_of_ours(
    product: Any, settings: ServeSettings, page: str
) -> None:
    async with browsing(product, settings) as browser:
        address = await browser.goes(f"/login?{urlencode({'next': page})}")
        expected = page if page in flow.PAGES else "/"
        assert await browser.comes_back(address) == expected


async def test_a_session_that_was_put_into_a_browser_is_never_the_one_it_gets(
    product: Any, settings: ServeSettings
) -> None:
    async with browsing(product, settings) as browser:
        await browser.signs_in()
        first = browser.cookies[NAME]
        await browser.signs_in()
        assert browser.cookies[NAME] != first
        browser.cookies[NAME] = first
        assert (await browser.get("/v1/status")).status_code == 401


async def test_who_has_no_role_is_not_let_in_and_a_role_is_what_the_provider_says_now(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    roles = {"staff": Role.READER, "desk": Role.WRITER}
    settings = with_login(settings, there, everyone=None, role_claim="groups", roles=roles)
    assert settings.people is not None
    async with browsing(product, settings) as browser:
        for groups, taken_to in (
            (["visitors"], "/?sign-in=not_allowed"),
            (["staff"], "/"),
            (["staff", "desk", 7], "/"),
            ("desk", "/"),
            ([], "/?sign-in=not_allowed"),
        ):
            there.person = {"sub": "42", "name": "Huda", "groups": groups}
            assert await browser.signs_in() == taken_to, groups
        (person,) = settings.people.listed()
        assert person.key.role is Role.WRITER


async def test_who_was_shut_out_is_told_so(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    assert settings.people is not None
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == "/"
        settings.people.shut_out(settings.people.listed()[0].key.id)
        assert (await browser.get("/v1/status")).status_code == 401
        del browser.cookies[NAME]
        assert await browser.signs_in() == "/?sign-in=closed"
        assert not await browser.is_signed_in()


BROKEN: Mapping[str, Mapping[str, Any]] = {
    "another name": {"issuer": "https://evil.example"},
    "no issuer": {"issuer": None},
    "a token endpoint without TLS": {"token_endpoint": "http://id.example/token"},
    "a key set of a file": {"jwks_uri": "file:///etc/passwd"},
    "no authorization": {"authorization_endpoint": None},
    "a name and a password in it": {"token_endpoint": "https://a:b@id.example/token"},
    "a header in it": {"authorization_endpoint": "https://id.example/\r\nSet-Cookie: a=b"},
    "a header in its query": {"authorization_endpoint": "https://id.example/?a\r\nSet-Cookie: b"},
    "what no header holds": {"authorization_endpoint": "https://id.example/نخلة"},
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_provider_that_describes_itself_wrongly_is_not_gone_to(
    product: Any, settings: ServeSettings, there: OpenIdProvider, broken: str
) -> None:
    there.metadata = BROKEN[broken]
    async with browsing(product, settings) as browser:
        response = await browser.get("/login")
        assert response.headers["location"] == "/?sign-in=unavailable"
        assert browser.cookies == {}


@pytest.mark.parametrize(
    ("path", "status", "body", "why"),
    [
        ("/token", 500, b"oops", "unavailable"),
        ("/token", 200, b"<html>", "unavailable"),
        ("/token", 200, b"[]", "unavailable"),
        ("/token", 200, b"[" * 100_000, "unavailable"),
        ("/token", 200, b"{}", "untrusted"),
        ("/token", 400, b'{"error": "invalid_grant"}', "expired"),
        ("/token", 302, b"", "unavailable"),
        ("/token", 200, b"x" * 6 * 2**20, "unavailable"),
        ("/keys", 500, b"", "unavailable"),
        ("/keys", 200, b'{"keys": 7}', "untrusted"),
        ("/keys", 200, b'{"keys": [{"kty": "oct", "k": "AAAA"}, 7, {"kty": "RSA"}]}', "untrusted"),
    ],
)
async def test_a_provider_that_answers_nonsense_signs_nobody_in(
    product: Any,
    settings: ServeSettings,
    there: OpenIdProvider,
    path: str,
    status: int,
    body: bytes,
    why: str,
) -> None:
    there.raw = {path: (status, body)}
    async with browsing(product, settings) as browser:
        assert await browser.signs_in() == f"/?sign-in={why}"
        assert not await browser.is_signed_in()


async def test_a_provider_that_falls_silent_is_not_waited_for(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    settings = with_login(settings, there, timeout_seconds=0.5)
    there.silent = frozenset({"/.well-known/openid-configuration"})
    async with browsing(product, settings) as browser:
        response = await browser.get("/login")
        assert response.headers["location"] == "/?sign-in=unavailable"


async def test_a_provider_is_asked_once_for_all_who_wait(there: OpenIdProvider) -> None:
    description = "/.well-known/openid-configuration"
    provider = Provider(login_settings(there))
    there.raw = {description: (500, b"")}
    assert await asyncio.gather(*(tried(provider) for _ in range(20))) == ["unavailable"] * 20
    assert there.asked == [description]
    there.raw = {}
    assert await asyncio.gather(*(tried(provider) for _ in range(20))) == [""] * 20
    assert there.asked == [description] * 2
    await provider.aclose()


async def test_who_leaves_while_a_provider_is_asked_leaves_it_to_the_next(
    there: OpenIdProvider,
) -> None:
    there.silent = frozenset({"/.well-known/openid-configuration"})
    provider = Provider(login_settings(there))
    first = asyncio.create_task(tried(provider))
    await asyncio.to_thread(wait_until, lambda: bool(there.asked), "it is asked")
    next_one = asyncio.create_task(tried(provider))
    there.silent = frozenset()
    first.cancel()
    assert await next_one == ""
    await asyncio.gather(first, return_exceptions=True)
    await provider.aclose()


async def tried(provider: Provider) -> str:
    try:
        await provider.published()
    except NotSignedIn as error:
        return error.why
    return ""


async def test_what_a_provider_publishes_leads_to_no_other_private_address(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    with OpenIdProvider() as inside:
        there.metadata = {"token_endpoint": f"{inside.issuer}/token"}
        async with browsing(product, settings) as browser:
            assert await browser.signs_in() == "/?sign-in=unavailable"
        assert inside.asked == []


async def test_without_a_provider_there_is_nothing_to_go_to(
    product: Any, settings: ServeSettings
) -> None:
    async with client_of(product, replace(settings, provider=None)) as client:
        for path in ("/login", "/login/callback?code=a&state=b"):
            assert code_of(await client.get(path)) == (404, "not_found")


async def test_another_host_name_is_not_sent_to_the_provider(
    product: Any, settings: ServeSettings
) -> None:
    settings = replace(settings, allowed_hosts=("siyaq.example",))
    async with client_of(product, settings) as client:
        response = await client.get("/login", headers={"Host": "siyaq.example"})
        assert code_of(response) == (400, "bad_config")


async def test_behind_a_proxy_people_come_back_to_the_public_address(
    product: Any, settings: ServeSettings, there: OpenIdProvider
) -> None:
    settings = replace(
        with_login(settings, there, public_url="https://siyaq.example/"),
        allowed_hosts=("siyaq.example",),
    )
    async with client_of(product, settings) as client:
        response = await client.get("/login", headers={"Host": "siyaq.example"})
    asked = parse_qs(urlsplit(response.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://siyaq.example/login/callback"]


def test_a_configured_provider_closes_loopback_and_opens_other_addresses(
    settings: ServeSettings, there: OpenIdProvider
) -> None:
    from siyaq.serve.gate import Gate

    assert not Gate(settings)._open
    assert Gate(replace(settings, provider=None))._open
    with pytest.raises(ConfigError, match="where they reach the page"):
        replace(settings, host="0.0.0.0")
    public = with_login(settings, there, public_url="https://siyaq.example")
    replace(public, host="0.0.0.0")
    with pytest.raises(ConfigError, match="keep no session"):
        with_login(settings, there, public_url="http://siyaq.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.example"},
        {"issuer": "https://id.example?x=1"},
        {"issuer": "ftp://id.example"},
        {"client_id": ""},
        {"everyone": None},
        {"everyone": None, "roles": {"a": Role.READER}},
        {"everyone": Role.CARD_ONLY},
    ],
)
def test_a_provider_that_nobody_could_come_through_is_not_started_with(
    there: OpenIdProvider, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError):
        login_settings(there, **wrong)


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": "a@news.example", "email_verified": True}, Role.READER),
        ({"email": "a@NEWS.example", "email_verified": True}, Role.READER),
        ({"email": "a@news.example"}, None),
        ({"email": "a@news.example", "email_verified": "true"}, None),
        ({"email": "a@evil.example", "email_verified": True}, None),
        ({"email": "a@evil.news.example", "email_verified": True}, None),
        ({"email": "news.example", "email_verified": True}, None),
        ({"email": ["a@news.example"], "email_verified": True}, None),
        ({}, None),
    ],
)
def test_only_verified_addresses_of_a_domain_are_let_in(
    there: OpenIdProvider, claims: Claims, role: Role | None
) -> None:
    assert role_of(claims, login_settings(there, domains=("news.example",))) is role


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["desk"]}}),
        ("https://a.example/roles", {"https://a.example/roles": "desk"}),
    ],
)
def test_roles_are_found_by_a_name_or_by_a_path(
    there: OpenIdProvider, path: str, claims: Claims
) -> None:
    given = login_settings(there, role_claim=path, roles={"desk": Role.WRITER}, everyone=None)
    assert role_of(claims, given) is Role.WRITER
    assert role_of({"realm_access": ["desk"]}, given) is None


@given(
    token=st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]*\.[\w-]*\.[\w-]*", fullmatch=True)
)
@hypothesis_settings(deadline=None, max_examples=200)
def test_whatever_comes_as_a_token_is_refused_as_one(token: str) -> None:
    published = [one.as_dict(private=False) for one in signing_keys(0).values()]
    with pytest.raises(NotSignedIn):
        claims_of(
            token,
            read_keys({"keys": published}),
            issuer="https://id.example",
            client_id=CLIENT_ID,
            nonce="n",
            access_token="",
            now=0.0,
        )
