"""Where sign-in is offered, and settings that it is not started with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from siyaq.access import Role
from siyaq.core.errors import ConfigError
from siyaq.serve import ServeSettings
from siyaq.serve.gate import Gate
from siyaq.testing.openid_provider import OpenIdProvider
from tests.serve.conftest import client_of
from tests.serve.sign_in.browser import login_settings, with_login
from tests.serve.wire import code_of

pytestmark = pytest.mark.anyio


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
