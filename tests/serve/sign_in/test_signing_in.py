"""The way through a provider and back, and whoever tampers with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from siyaq.serve import ServeSettings
from siyaq.serve.sign_in import flow
from siyaq.serve.sign_in.cookie import NAME
from siyaq.testing.openid_provider import CLIENT_ID, OpenIdProvider
from tests.serve.sign_in.browser import HERE, browsing, with_login

pytestmark = pytest.mark.anyio


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
