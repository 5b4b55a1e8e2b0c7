"""The provider that people sign in through, as the settings have it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siyaq.access import Role
from siyaq.config import Config
from siyaq.core.errors import ConfigError

if TYPE_CHECKING:
    from siyaq.serve.sign_in.provider import Provider


@asynccontextmanager
async def provider_of(config: Config) -> AsyncIterator[Provider | None]:
    """Lend the provider, None where none is configured. Raises ConfigError."""
    if not _text(config, "issuer"):
        yield None
        return
    from siyaq.serve.sign_in.login_settings import LoginSettings
    from siyaq.serve.sign_in.provider import Provider  # loaded where one is configured

    everyone = _text(config, "everyone")
    provider = Provider(
        LoginSettings(
            issuer=_text(config, "issuer"),
            client_id=_text(config, "client_id"),
            client_secret=_secret(config),
            scopes=tuple(dict.fromkeys(("openid", *_text(config, "scopes").split()))),
            name=_text(config, "name"),
            public_url=config.public_url,
            role_claim=_text(config, "role_claim"),
            roles={value: Role(role) for value, role in config.login_roles.items()},
            everyone=Role(everyone) if everyone else None,
            domains=config.login_domains,
        )
    )
    try:
        yield provider
    finally:
        await provider.aclose()


def _text(config: Config, name: str) -> str:
    return str(config.values[f"login.{name}"]).strip()


def _secret(config: Config) -> str:
    given, file = _text(config, "client_secret"), _text(config, "client_secret_file")
    if given or not file:
        return given
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read login.client_secret_file {file!r}: {error}") from error
    if not lines or not lines[0].strip():
        raise ConfigError(f"login.client_secret_file {file!r} is empty")
    return lines[0].strip()
