"""What is agreed with the provider that people sign in through, checked once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from siyaq.access import Role
from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings:
    """An OpenID provider, and whom of its people siyaq lets in. Nobody, unless a role says so."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)  # "" for a public client
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name: str = ""  # what its button says; "": the issuer's host
    public_url: str = ""  # where people reach the page; "" on loopback
    role_claim: str = ""  # the claim that `roles` looks at, a path with dots where it is nested
    roles: Mapping[str, Role] = field(default_factory=dict)  # a value of the claim to a role
    everyone: Role | None = None  # the role of whoever the provider lets in
    domains: tuple[str, ...] = ()  # of verified addresses; empty: any, or none
    timeout_seconds: float = TIMEOUT_SECONDS

    def __post_init__(self) -> None:
        if not is_secure(self.issuer):
            raise ConfigError(
                f"login.issuer must be an https address, got {self.issuer[:100]!r}",
                hint="write it as the provider writes it, such as https://id.example.org",
            )
        if not self.client_id or not f"{self.client_id}{self.client_secret}".isascii():
            raise ConfigError("login.client_id must be what the provider calls siyaq, in ASCII")
        if not self.everyone and not (self.role_claim and self.roles):
            raise ConfigError(
                "nobody who signs in has a role",
                hint="set login.role_claim and login.roles, or login.everyone",
            )
        if Role.CARD_ONLY in (self.everyone, *self.roles.values()):
            raise ConfigError("nobody signs in as card-only")

    @property
    def label(self) -> str:
        """What people call the provider."""
        return self.name or urlsplit(self.issuer).hostname or self.issuer


def is_secure(url: str) -> bool:
    """Say whether an address is one of https, or leads to this machine alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    clean = not (parts.username or parts.query or parts.fragment)
    loopback = parts.scheme == "http" and is_loopback(host)
    return clean and bool(host) and (parts.scheme == "https" or loopback)
