"""What `serve` may be told, checked once at start."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

from prometheus_client import CollectorRegistry

from siyaq.core.errors import ConfigError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
MIN_KEY_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Where to listen, who may ask, and how much. Sizes are bytes, times seconds.

    Without keys every route is open, which is refused anywhere but on loopback.
    """

    host: str = "127.0.0.1"
    port: int = 8000  # 0 lets the system choose
    keys: tuple[str, ...] = field(default=(), repr=False)  # bearer keys, any of which opens
    allowed_hosts: tuple[str, ...] = ()  # names the page is reached by, besides the loopback ones
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    max_body_bytes: int = 64 * 2**10  # of every request but an ingest
    max_ingest_bytes: int = 2**30
    body_seconds: float = 30.0  # for a whole body of `max_body_bytes` to arrive
    max_live_streams: int = 64
    max_answers: int = 32  # answered at the same time
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
        if not self.keys and not is_loopback(self.host):
            raise ConfigError(
                f"host {self.host!r} can be reached by others, and no key is set",
                hint="set SIYAQ__SERVE__KEYS, or listen on 127.0.0.1",
            )

    @property
    def known_hosts(self) -> frozenset[str]:
        """Names a request may be addressed to; empty where any will do."""
        named = frozenset(name.lower() for name in self.allowed_hosts)
        return named | set(LOOPBACK_NAMES) if named or is_loopback(self.host) else named


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
