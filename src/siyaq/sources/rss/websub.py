"""WebSub (W3C Recommendation): a hub tells us what is new, so that we need not ask.

We ask the hub of a feed to bring its news to an address that only the hub and we know, and give it
a secret to sign them with. It asks back whether that is what we want, and for how long it will.
What it brings is taken only with a right signature, and answered once it is durable. All this is
made anew at each start: a hub that brings something to an older address finds nobody there.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from siyaq.core.errors import (
    NotAuthentic,
    NotFound,
    Overloaded,
    SourceRefused,
    SourceUnavailable,
)
from siyaq.core.ports import Clock
from siyaq.core.reports import Delivered
from siyaq.sources.fetch import Fetcher

LEASE = timedelta(days=1)
"""How long we ask a hub to remember us. An address of an earlier start is forgotten after it."""

SHORTEST_LEASE = timedelta(minutes=1)
ASKED_AGAIN = timedelta(hours=1)
"""When a hub is asked again that has refused, or has not asked back."""

ANSWER_SECONDS = 15.0
WAITING = 16
_RENEWED_BEFORE_ITS_END = 0.2
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256} | {
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
"""Those that the standard has us know."""


@dataclass(slots=True)
class Delivery:
    """A document that a hub brought; `done` is told what became of it once that is durable."""

    document: bytes
    done: asyncio.Future[Delivered]


class Subscription:
    """One feed's subscription at its hub. `base` is this server's address as hubs see it.

    Use from one event loop. `problem` says why there is none, "" where all is well.
    """

    def __init__(
        self, base: str, fetcher: Fetcher, clock: Clock, *, hook: str, secret: str
    ) -> None:
        self._callback = f"{base}/v1/hooks/{hook}"
        self._fetcher = fetcher
        self._clock = clock
        self._secret = secret
        self._topic = ""
        self._asked = False  # and not yet asked back
        self._next_at: datetime | None = None  # when the hub is asked again
        self._until: datetime | None = None
        self._arrived: asyncio.Queue[Delivery] = asyncio.Queue(WAITING)
        self.problem = ""

    @property
    def active(self) -> bool:
        """Whether a hub has promised to tell us."""
        return self._until is not None and self._clock.now() < self._until

    def renewal_seconds(self) -> float | None:
        """Return how long until the hub has to be asked again; None where it never was."""
        if self._next_at is None:
            return None
        return max(0.0, (self._next_at - self._clock.now()).total_seconds())

    async def keep(self, hub: str, topic: str) -> None:
        """Subscribe at `hub` to `topic`, or again before the promise ends. Raises nothing."""
        now = self._clock.now()
        if not hub or (topic == self._topic and self._next_at is not None and now < self._next_at):
            return
        self._topic, self._asked, self._next_at = topic, True, now + ASKED_AGAIN
        form = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.callback": self._callback,
            "hub.secret": self._secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._fetcher.send(
                "POST", hub, headers=headers, body=urlencode(form).encode()
            )
        except (SourceUnavailable, SourceRefused) as error:
            self.problem = f"its hub cannot be asked: {error}"
            return
        if not 200 <= answer.status < 300:
            self.problem = f"its hub answered {answer.status}"

    def confirm(self, asked: Mapping[str, str]) -> str:
        """Answer a hub that asks whether we want what it was asked for: return its challenge.

        Raises NotFound for anything that we do not want, so that it does not happen.
        """
        mode, challenge = asked.get("hub.mode", ""), asked.get("hub.challenge", "")
        if asked.get("hub.topic") != self._topic or not self._topic:
            raise NotFound("this is not a topic that was asked for")
        if mode == "denied":
            self.problem = "its hub has refused to tell us of news"
            self._asked, self._until = False, None
            return ""
        if mode != "subscribe" or not challenge or not (self._asked or self.active):
            raise NotFound("this was not asked for")
        lease = _lease(asked.get("hub.lease_seconds", ""))
        now = self._clock.now()
        self._until = now + lease
        self._next_at = now + lease * (1 - _RENEWED_BEFORE_ITS_END)
        self._asked, self.problem = False, ""
        return challenge

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take what a hub brings, and return once it is durable.

        Raises NotAuthentic, and Overloaded where it should be brought again.
        """
        self._require_signature(headers.get("x-hub-signature", ""), body)
        done: asyncio.Future[Delivered] = asyncio.get_running_loop().create_future()
        try:
            self._arrived.put_nowait(Delivery(body, done))
        except asyncio.QueueFull as error:
            raise Overloaded("too many deliveries wait for the log") from error
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asyncio.shield(done)
        except TimeoutError as error:
            raise Overloaded(f"not durable after {ANSWER_SECONDS:g} seconds") from error

    async def next(self) -> Delivery:
        """Wait for a delivery."""
        return await self._arrived.get()

    def close(self) -> None:
        """Turn away whoever waits: nothing of theirs is known to be durable."""
        while not self._arrived.empty():
            turn_away(self._arrived.get_nowait())

    def _require_signature(self, told: str, body: bytes) -> None:
        method, _, signature = told.partition("=")
        known = _HASHES.get(method.lower())
        if known is None:
            raise NotAuthentic("the delivery is not signed")
        right = hmac.new(self._secret.encode(), body, known).hexdigest()
        if not hmac.compare_digest(right.encode(), signature.lower().encode(errors="replace")):
            raise NotAuthentic("the signature does not match")


def turn_away(delivery: Delivery) -> None:
    """Tell who brought something that it should be brought again."""
    if not delivery.done.done():
        delivery.done.set_exception(Overloaded("siyaq stopped listening; send it again"))
        delivery.done.exception()  # whoever waited may have left


def _lease(told: str) -> timedelta:
    """Return what a hub promises, within reason; ours where it does not say."""
    if not (told.isdecimal() and len(told) < 10):
        return LEASE
    return min(max(timedelta(seconds=int(told)), SHORTEST_LEASE), timedelta(days=30))
