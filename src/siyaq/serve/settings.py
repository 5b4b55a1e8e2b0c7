"""What `serve` may be told, checked once at start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from siyaq.access import AuditLog, Budget, Collections, KeyRing, Owners, People, Shares
from siyaq.agents.agency import Agency
from siyaq.core.errors import ConfigError
from siyaq.core.hosts import is_loopback
from siyaq.core.product import Roster
from siyaq.serve.sign_in.login_settings import is_secure
from siyaq.traces import Tracer
from siyaq.watches import WatchDesk

if TYPE_CHECKING:
    from siyaq.serve.sign_in.provider import Provider  # loaded where one is configured

Shown = tuple[str, str | int, str, str]
"""A setting: its key, its value, where that came from, and what it means."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
MIN_KEY_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Where to listen, who may ask, and how much. Sizes are bytes, times seconds.

    As long as there is no key every route is open, which is refused anywhere but on loopback.
    """

    host: str = "127.0.0.1"
    port: int = 8000  # 0 lets the system choose
    keys: tuple[str, ...] = field(default=(), repr=False)  # of the settings: each an admin's
    key_ring: KeyRing | None = None  # keys of the data directory
    people: People | None = None  # who may sign in to the page
    provider: Provider | None = None  # that they may sign in through
    session_seconds: int = 12 * 3600  # until somebody signs in again
    collections: Collections = field(default_factory=Collections)  # whose posts keys see
    audit: AuditLog | None = None  # where changes are written down
    budget: Budget | None = None  # what keys may use, and have used
    watches: WatchDesk | None = None  # saved questions
    agency: Agency | None = None  # agents at work
    shares: Shares | None = None  # links to answers
    roster: Roster | None = None  # what is followed, and may be
    shown: Callable[[], Sequence[Shown]] = tuple  # the settings, secrets masked
    allowed_hosts: tuple[str, ...] = ()  # names the page is reached by, besides the loopback ones
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    tracer: Tracer = field(default_factory=Tracer)
    max_body_bytes: int = 64 * 2**10  # of every request but an ingest
    max_chat_bytes: int = 4 * 2**20  # of a conversation, which a client sends whole each time
    max_hook_bytes: int = 2**20  # of a delivery to a webhook
    max_picture_bytes: int = 5 * 2**20
    max_ingest_bytes: int = 2**30
    body_seconds: float = 30.0  # for a whole body of `max_body_bytes` to arrive
    ingest_stall_seconds: float = 30.0  # without a byte of an ingest, then it is cut off
    head_seconds: float = 15.0  # for the head of a request to arrive
    max_connections: int = 1_000
    max_live_streams: int = 64
    max_answers: int = 128  # made at the same time; of one key a quarter of it
    keep_alive_seconds: float = 15.0  # between comments on a silent stream
    slow_client_seconds: float = 10.0  # without taking a byte, then it is dropped

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ConfigError(f"port must be 0 to 65535, got {self.port}", hint="give --port")
        for key in self.keys:
            if len(key) < MIN_KEY_CHARS or not (key.isascii() and key.isprintable()):
                raise ConfigError(
                    f"a key must have at least {MIN_KEY_CHARS} printable ASCII characters,"
                    f" one has {len(key)}"
                )
        if self.provider is not None:
            self._check_login(self.provider.settings.public_url)
        made = self.key_ring is not None and self.key_ring.opens()
        if not self.keys and not made and self.provider is None and not self.on_loopback:
            raise ConfigError(
                f"host {self.host!r} can be reached by others, and no key is set",
                hint="make one with 'siyaq keys create --role admin', or listen on 127.0.0.1",
            )

    def _check_login(self, public_url: str) -> None:
        if self.people is None or self.key_ring is None:
            raise ConfigError("people sign in to a server that has a data directory")
        if not self.on_loopback and not public_url:
            raise ConfigError(
                "people sign in, and where they reach the page is not set",
                hint="set serve.public_url, such as https://siyaq.example.org",
            )
        if public_url and not is_secure(public_url):
            raise ConfigError(
                f"browsers keep no session at {public_url!r}",
                hint="put a proxy with TLS in front, and set serve.public_url to its https address",
            )

    @property
    def owners(self) -> Owners:
        """Who is behind what goes on without a request of theirs."""
        return Owners(self.key_ring, settings=bool(self.keys), collections=self.collections)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def known_hosts(self) -> frozenset[str]:
        """Names a request may be addressed to; empty where any will do."""
        named = frozenset(name.lower() for name in self.allowed_hosts)
        return named | set(LOOPBACK_NAMES) if named or self.on_loopback else named
