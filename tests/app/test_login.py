"""The provider as the settings have it, and what the doctor says of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq import config
from siyaq.access import Role
from siyaq.app.doctor import login as doctor
from siyaq.app.login import provider_of
from siyaq.config import Config
from siyaq.core.errors import ConfigError
from siyaq.serve.sign_in.login_settings import LoginSettings
from siyaq.testing.openid_provider import OpenIdProvider


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as provider:
        yield provider


def settings(folder: Path, **flags: str) -> Config:
    secret = flags.pop("client_secret", "")
    environ = {"SIYAQ__LOGIN__CLIENT_SECRET": secret} if secret else {}
    named = {f"login.{name}": value for name, value in flags.items() if "__" not in name}
    others = {name.replace("__", "."): value for name, value in flags.items() if "__" in name}
    return config.load(environ=environ, flags={"data": str(folder), **named, **others})


def read(loaded: Config) -> LoginSettings | None:
    async def reading() -> LoginSettings | None:
        async with provider_of(loaded) as provider:
            return provider.settings if provider is not None else None

    return asyncio.run(reading())


def test_no_issuer_is_no_provider(tmp_path: Path) -> None:
    assert read(settings(tmp_path)) is None
    assert list(doctor.findings(settings(tmp_path))) == []


def test_settings_say_who_is_let_in_as_what(tmp_path: Path) -> None:
    told = read(
        settings(
            tmp_path,
            client_secret="s3cret",
            issuer="https://id.example/realms/news",
            client_id="siyaq",
            scopes="email groups",
            role_claim="groups",
            roles=" the desk = writer, a=b=reader ",
            domains="@News.example, press.example",
            serve__public_url="https://siyaq.example",
        )
    )
    assert told is not None
    assert told.scopes == ("openid", "email", "groups")
    assert dict(told.roles) == {"the desk": Role.WRITER, "a=b": Role.READER}
    assert told.domains == ("news.example", "press.example")
    assert (told.client_secret, told.public_url) == ("s3cret", "https://siyaq.example")
    assert (told.everyone, told.label) == (None, "id.example")
    assert "s3cret" not in repr(told)


def test_the_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    given = {
        "issuer": "https://id.example",
        "client_id": "siyaq",
        "everyone": "reader",
        "client_secret_file": str(file),
    }
    with pytest.raises(ConfigError, match="cannot read"):
        read(settings(tmp_path, **given))
    file.write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        read(settings(tmp_path, **given))
    file.write_text("s3cret\nanother line\n")
    told = read(settings(tmp_path, **given))
    assert told is not None
    assert told.client_secret == "s3cret"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "id.example"},
        {"issuer": "https://id.example?a=b"},
        {"roles": "desk"},
        {"roles": "desk=boss"},
        {"roles": "desk=card-only"},
        {"everyone": "card-only"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        settings(tmp_path, **wrong)


def test_the_doctor_asks_the_provider(tmp_path: Path, there: OpenIdProvider) -> None:
    def told(**flags: str) -> list[tuple[bool, str]]:
        given = {"issuer": there.issuer, "client_id": "siyaq", "everyone": "reader"}
        found = doctor.findings(settings(tmp_path, **given | flags))
        return [(one.ok, one.told) for one in found]

    assert told() == [(True, f"{there.issuer} answers, with 2 keys")]
    ((ok, text),) = told(issuer=f"{there.issuer}/elsewhere")
    assert (ok, "cannot be asked" in text) == (False, True)
    ((ok, text),) = told(everyone="")
    assert (ok, "nobody who signs in has a role" in text) == (False, True)
    found = told(serve__host="0.0.0.0")
    assert ["no https address" in text for _, text in found] == [True, False]
    there.raw = {"/keys": (200, b'{"keys": []}')}
    ((ok, text),) = told()
    assert (ok, "no key" in text) == (False, True)
