"""Who is let in, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from siyaq.access import Role
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.claims import role_of
from siyaq.serve.sign_in.cookie import NAME
from siyaq.testing.openid_provider import Claims, OpenIdProvider
from tests.serve.sign_in.browser import browsing, login_settings, with_login

pytestmark = pytest.mark.anyio


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
