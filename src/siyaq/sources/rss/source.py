"""Polls one feed: `rss+https://HOST/path`, `sitemap+https://HOST/sitemap.xml`.

RSS, Atom, JSON Feed and sitemaps, told apart by what they are. Asks only for what has changed
(ETag, Last-Modified), as often as the feed's rhythm suggests and its server allows, parses in the
sandbox, and yields entries that are new or different since the last poll. `?every=5m` sets the
interval; it may be below half a minute for a feed on this machine only. `?pages=1` reads the
articles behind the entries.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing

from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff
from siyaq.sources.condition import Condition
from siyaq.sources.courtesy import Courtesy
from siyaq.sources.fetch import Fetcher
from siyaq.sources.limits import SOURCE_CHARS
from siyaq.sources.option import operator_name
from siyaq.sources.rss.address import FeedAddress
from siyaq.sources.rss.known import Known
from siyaq.sources.rss.pages import Pages
from siyaq.sources.rss.poll import FeedReader, Gone, Later
from siyaq.sources.sandbox import Sandbox
from siyaq.sources.visitor import Visitor

_KEPT_CHILD_SECONDS = 60.0
"""Between polls further apart than this, the sandbox's child is not kept waiting."""

_TROUBLE_CEILING_SECONDS = 3_600.0
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
    ) -> None:
        self._address = FeedAddress.parse(url)
        default = f"rss-{_ODD.sub('-', self._address.host)}"[:SOURCE_CHARS]
        self._source = operator_name(source or default)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 -- spreads load, guards nothing
        self._courtesy = courtesy or Courtesy()
        self._ever_live = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for this feed."""
        return self._source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield what is new at each poll, for ever. Raises SourceRefused for a feed that is not."""
        first_seconds = self._address.interval_seconds(asked_for=0)
        trouble = Backoff(first_seconds, _TROUBLE_CEILING_SECONDS, rng=self._rng)
        limited = Backoff(
            max(first_seconds, _LIMITED_FLOOR_SECONDS), _TROUBLE_CEILING_SECONDS, rng=self._rng
        )
        async with AsyncExitStack() as stack:
            fetcher = await stack.enter_async_context(Fetcher(allowed_url=self._address.url))
            sandbox = Sandbox()
            stack.push_async_callback(sandbox.close)
            reader = self._reader(Known.read(resume.get(self._address.url, "")), fetcher, sandbox)
            while True:
                try:
                    async with aclosing(reader.look()) as batches:
                        async for batch in batches:
                            yield batch
                except (SourceUnavailable, SourceRefused) as error:
                    if isinstance(error, SourceRefused) and not self._forgives(error):
                        raise
                    self.condition.waiting(str(error))
                    await self._sleep(_wait_seconds(error, trouble, limited))
                    continue
                trouble.reset()
                limited.reset()
                self.condition.live(reader.note)
                self._ever_live = True
                seconds = reader.wait_seconds() * self._rng.uniform(0.9, 1.1)
                if seconds > _KEPT_CHILD_SECONDS:
                    await sandbox.close()
                await self._sleep(seconds)

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

    def _forgives(self, error: SourceRefused) -> bool:
        """Say whether a refusal may be a passing one: of a feed that was there."""
        return self._ever_live and not isinstance(error, Gone)


def _wait_seconds(error: Exception, trouble: Backoff, limited: Backoff) -> float:
    """Return how long to wait after a failure: at least as long as the server asks."""
    if isinstance(error, Later):
        backoff = limited if error.status == _TOO_MANY else trouble
        return max(backoff.next_seconds(), error.seconds)
    return trouble.next_seconds()
