"""Taking turns: however many sources ask one host for pages, it is asked by one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from siyaq.core.hosts import is_loopback

SECONDS_BETWEEN = 1.0
_HOSTS = 1_000


class Courtesy:
    """Spaces out requests to each host. Share one between sources; use from one event loop."""

    def __init__(
        self,
        *,
        seconds: float = SECONDS_BETWEEN,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._next_at: dict[str, float] = {}  # by host, the one asked longest ago first

    async def turn(
        self, url: str, *, between_seconds: float = 0.0, within_seconds: float = 120.0
    ) -> bool:
        """Wait until it is our turn to ask the URL's host, and return True.

        False, at once, where that would take longer than `within_seconds`. A host of this machine
        does not keep us waiting, unless it asks for `between_seconds`.
        """
        host = urlsplit(url).hostname or ""
        if is_loopback(host) and not between_seconds and host not in self._next_at:
            return True
        now = self._monotonic()
        at = max(now, self._next_at.get(host, now))
        if at - now > within_seconds:
            return False
        # taken before waiting: whoever comes next waits for the turn after this one
        self._set(host, at + max(self._seconds, between_seconds))
        if at > now:
            await self._sleep(at - now)
        return True

    def rest(self, url: str, seconds: float) -> None:
        """Leave a host alone for `seconds`: it has said that it is asked too much."""
        host = urlsplit(url).hostname or ""
        at = self._monotonic() + seconds
        self._set(host, max(at, self._next_at.get(host, at)))

    def _set(self, host: str, at: float) -> None:
        self._next_at.pop(host, None)
        self._next_at[host] = at
        while len(self._next_at) > _HOSTS:
            del self._next_at[next(iter(self._next_at))]
