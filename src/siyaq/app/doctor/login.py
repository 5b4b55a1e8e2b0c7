"""Whether people can sign in through their provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from siyaq.app.doctor.finding import Finding, failed
from siyaq.app.login import provider_of
from siyaq.config import Config
from siyaq.core.errors import SiyaqError
from siyaq.core.hosts import is_loopback


def findings(config: Config) -> Iterator[Finding]:
    """Ask the provider, where one is configured, what a sign-in would ask."""
    if not config.values["login.issuer"]:
        return
    if not is_loopback(config.host) and not config.public_url.startswith("https://"):
        told = "people sign in, and no https address of the page is set: serve will not start"
        yield Finding("login", told, "put a proxy with TLS in front, and set serve.public_url")
    try:
        yield asyncio.run(_asked(config))
    except SiyaqError as error:
        yield failed("login", error)


async def _asked(config: Config) -> Finding:
    from siyaq.serve.sign_in.refusal import NotSignedIn  # loaded where it is asked for

    async with provider_of(config) as provider:
        assert provider is not None
        issuer = provider.settings.issuer
        try:
            keys = await provider.keys()
        except NotSignedIn as error:
            told = f"{issuer} cannot be asked: {error}"
            return Finding("login", told, "see that login.issuer is its address to the letter")
    if not keys:
        told = f"{issuer} publishes no key that a sign-in can be checked with"
        return Finding("login", told, "let it sign with RS256 or ES256")
    return Finding("login", f"{issuer} answers, with {len(keys)} keys")
