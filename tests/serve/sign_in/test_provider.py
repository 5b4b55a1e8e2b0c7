"""Signing in through a provider that does not behave."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.provider import Provider
from siyaq.serve.sign_in.refusal import NotSignedIn
from siyaq.testing.openid_provider import OpenIdProvider
from siyaq.testing.serving import wait_until
from tests.serve.sign_in.browser import browsing, login_settings, with_login

pytestmark = pytest.mark.anyio

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
