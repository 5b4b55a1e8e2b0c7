"""What a provider says of somebody is believed only as far as it can be checked."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import OctKey

from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.id_token import LEEWAY_SECONDS, claims_of, read_keys
from siyaq.serve.sign_in.refusal import NotSignedIn
from siyaq.testing.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Claims,
    OpenIdProvider,
    signing_keys,
)
from tests.serve.sign_in.browser import browsing

pytestmark = pytest.mark.anyio


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
