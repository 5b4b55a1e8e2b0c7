"""Polls one feed: `rss+https://HOST/path`, `sitemap+https://HOST/map.xml`, `site+https://HOST/`.

RSS, Atom, JSON Feed, sitemaps and front pages, told apart by what they are. Asks only for what
has changed (ETag, Last-Modified), as often as the feed's rhythm suggests and its server allows,
parses in the sandbox, and yields entries that are new or different since the last poll.
`?every=5m` sets the interval; it may be below half a minute for a feed on this machine only.
`?pages=1` reads the articles behind the entries. `?websub=https://THIS-SERVER` asks the feed's hub
to bring what is new.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any

from siyaq.core.clock import SystemClock
from siyaq.core.errors import NotFound, SourceRefused, SourceUnavailable
from siyaq.core.ports import Batch, Clock
from siyaq.core.reports import Delivered
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.courtesy import Courtesy
from siyaq.sources.fetch import TIMEOUT_SECONDS, Fetcher
from siyaq.sources.limits import SOURCE_CHARS
from siyaq.sources.option import operator_name
from siyaq.sources.rss.address import FeedAddress
from siyaq.sources.rss.ask import Gone, Later
from siyaq.sources.rss.known import Known
from siyaq.sources.rss.pages import Pages
from siyaq.sources.rss.poll import FeedReader
from siyaq.sources.rss.websub import Delivery, Subscription, turn_away
from siyaq.sources.sandbox import Sandbox
from siyaq.sources.visitor import Visitor

_KEPT_CHILD_SECONDS = 60.0
"""Between polls further apart than this, the sandbox's child is not kept waiting."""

_TROUBLE_CEILING_SECONDS = 3_600.0
_TOLD_SECONDS = 3_600.0
"""A feed whose hub tells us of news is still asked so often: hubs forget."""

_LIMITED_FLOOR_SECONDS = 60.0
_TOO_MANY = 429
_ODD = re.compile(r"[^A-Za-z0-9._-]")


class FeedSource:
    """The entries of one feed. Its posts' source is `rss-HOST` unless `source` says otherwise.

    `courtesy` spaces out requests for pages; share one between all feeds.
    """

    def __init__(
        self,
        url: str,
        *,
        source: str | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: random.Random | None = None,
        courtesy: Courtesy | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._address = FeedAddress.parse(url)
        default = f"rss-{_ODD.sub('-', self._address.host)}"[:SOURCE_CHARS]
        self._source = operator_name(source or default)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 -- spreads load, guards nothing
        self._courtesy = courtesy or Courtesy()
        self._timeout_seconds = timeout_seconds
        self._ever_live = False
        # Where hubs bring things to: made anew at each start, so that nobody else can know it.
        self._hook = secrets.token_urlsafe(32) if self._address.websub else ""
        self._secret = secrets.token_urlsafe(32)
        self._subscription: Subscription | None = None
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for this feed."""
        return self._source

    @property
    def hook(self) -> str:
        """The last part of the path at which a hub delivers to it; "" without one."""
        return self._hook

    def confirm(self, asked: Mapping[str, str]) -> str:
        """Return the challenge of a hub that asks back. Raises NotFound."""
        return self._subscribed().confirm(asked)

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take what a hub brings. Raises NotFound, NotAuthentic, Overloaded."""
        return await self._subscribed().receive(headers, body)

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield what is new at each poll, and what a hub brings meanwhile, for ever.

        Raises SourceRefused for a feed that is not.
        """
        first_seconds = self._address.interval_seconds(asked_for=0)
        trouble = Backoff(first_seconds, _TROUBLE_CEILING_SECONDS, rng=self._rng)
        limited = Backoff(
            max(first_seconds, _LIMITED_FLOOR_SECONDS), _TROUBLE_CEILING_SECONDS, rng=self._rng
        )
        async with AsyncExitStack() as stack:
            fetcher = await stack.enter_async_context(
                Fetcher(allowed_url=self._address.url, timeout_seconds=self._timeout_seconds)
            )
            sandbox = Sandbox()
            stack.push_async_callback(sandbox.close)
            reader = self._reader(Known.read(resume.get(self._address.url, "")), fetcher, sandbox)
            self._subscribe(fetcher, stack)
            while True:
                try:
                    async with aclosing(reader.look()) as batches:
                        async for batch in batches:
                            yield batch
                except (SourceUnavailable, SourceRefused) as error:
                    if isinstance(error, SourceRefused) and not self._forgives(error):
                        raise
                    self.condition.waiting(str(error))
                    seconds = _wait_seconds(error, trouble, limited)
                else:
                    trouble.reset()
                    limited.reset()
                    self._ever_live = True
                    note = await self._keep_subscribed(reader)
                    self.condition.live(reader.note or note)
                    seconds = self._seconds_to_next(reader)
                    if seconds > _KEPT_CHILD_SECONDS:
                        await sandbox.close()
                async with aclosing(self._rest(seconds, reader)) as brought:
                    async for batch in brought:
                        yield batch

    def _reader(self, known: Known, fetcher: Fetcher, sandbox: Sandbox) -> FeedReader:
        pages = None
        if self._address.pages:
            visitor = Visitor(fetcher, self._courtesy, self._clock)
            pages = Pages(visitor, sandbox, self._clock)
        return FeedReader(
            self._address,
            self._source,
            known,
            fetcher=fetcher,
            sandbox=sandbox,
            clock=self._clock,
            pages=pages,
        )

    def _subscribe(self, fetcher: Fetcher, stack: AsyncExitStack) -> None:
        if not self._hook:
            return
        subscription = Subscription(
            self._address.websub, fetcher, self._clock, hook=self._hook, secret=self._secret
        )
        self._subscription = subscription
        stack.callback(subscription.close)
        stack.callback(setattr, self, "_subscription", None)

    def _subscribed(self) -> Subscription:
        if self._subscription is None:
            raise NotFound("nothing is awaited here")
        return self._subscription

    async def _keep_subscribed(self, reader: FeedReader) -> str:
        """Subscribe where there is a hub; return why we are not told of news, "" where we are."""
        if self._subscription is None:
            return ""
        await self._subscription.keep(reader.hub, reader.topic)
        return self._subscription.problem

    def _seconds_to_next(self, reader: FeedReader) -> float:
        """Return how long until the next poll: rarely, while a hub tells us of news."""
        seconds = reader.wait_seconds()
        if self._subscription is not None:
            if self._subscription.active and self._address.every_seconds is None:
                seconds = max(seconds, _TOLD_SECONDS)
            renewal = self._subscription.renewal_seconds()
            seconds = seconds if renewal is None else min(seconds, max(renewal, 1.0))
        return seconds * self._rng.uniform(0.9, 1.1)

    async def _rest(self, seconds: float, reader: FeedReader) -> AsyncGenerator[Batch, None]:
        """Wait, yielding what a hub brings meanwhile."""
        subscription = self._subscription
        if subscription is None:
            await self._sleep(seconds)
            return
        over = asyncio.ensure_future(self._sleep(seconds))
        arrival = asyncio.ensure_future(subscription.next())
        try:
            while True:
                waits: set[asyncio.Future[Any]] = {over, arrival}
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if not arrival.done():
                    over.result()
                    return
                delivery = arrival.result()
                arrival = asyncio.ensure_future(subscription.next())
                async with aclosing(_delivered(delivery, reader)) as batches:
                    async for batch in batches:
                        yield batch
        finally:
            over.cancel()
            arrival.cancel()
            if arrival.done() and not arrival.cancelled():
                turn_away(arrival.result())

    def _forgives(self, error: SourceRefused) -> bool:
        """Say whether a refusal may be a passing one: of a feed that was there."""
        return self._ever_live and not isinstance(error, Gone)


async def _delivered(delivery: Delivery, reader: FeedReader) -> AsyncGenerator[Batch, None]:
    """Yield what a delivery brings, and answer it when all of that is durable.

    A batch is durable when the next one is asked for.
    """
    taken = 0
    refused: Counter[str] = Counter()
    try:
        async with aclosing(reader.deliver(delivery.document)) as batches:
            async for batch in batches:
                yield batch
                taken += len(batch.events)
                refused.update(one.reason.value for one in batch.rejected)
        if not delivery.done.done():
            delivery.done.set_result(Delivered(taken=taken, refused=refused))
    finally:
        turn_away(delivery)


def _wait_seconds(error: Exception, trouble: Backoff, limited: Backoff) -> float:
    """Return how long to wait after a failure: at least as long as the server asks."""
    if isinstance(error, Later):
        backoff = limited if error.status == _TOO_MANY else trouble
        return max(backoff.next_seconds(), error.seconds)
    return trouble.next_seconds()
