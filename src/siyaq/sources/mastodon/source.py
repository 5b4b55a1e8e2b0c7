"""Follows the streams of one Mastodon server for ever, and fills what was missed through REST.

Mastodon's streams cannot be resumed, so after each connection the timelines are asked for what
came in between, oldest first, before what has been streamed meanwhile is taken. No server says
when a stream that was wished for begins: its first word does, and then the timeline is asked once
more. What was deleted or edited unheard is found by asking for the newest posts again. A stream
can also stand still while its connection lives: one that is quiet is compared with its timeline;
and one that speaks, too, for it may have left something out.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused
from siyaq.core.ports import Batch, Clock
from siyaq.sources.backoff import Backoff, Patience
from siyaq.sources.condition import Condition
from siyaq.sources.credential import Credential
from siyaq.sources.fetch import TIMEOUT_SECONDS, Fetcher
from siyaq.sources.mastodon.address import Address
from siyaq.sources.mastodon.bookmark import Bookmark
from siyaq.sources.mastodon.catch_up import (
    AUDIT_SECONDS,
    LOOK_SECONDS,
    REMEMBERED,
    SWEEP_SECONDS,
    CatchUp,
)
from siyaq.sources.mastodon.hear import Heard, hear
from siyaq.sources.mastodon.link import Messages, linked
from siyaq.sources.mastodon.rest import Api, order
from siyaq.sources.mastodon.status import Reader
from siyaq.sources.mastodon.watch import Watch
from siyaq.sources.option import operator_name
from siyaq.sources.recall import Held
from siyaq.sources.trouble import Answered, Lost

SILENCE_SECONDS = 30.0
"""A server that is not heard of for so long, pings and thumps included, is gone."""

QUIET_SECONDS = 45.0
"""A stream without a post for so long is compared with its timeline."""

_STEADY_SECONDS = 10.0
_NO_SOCKET = frozenset({400, 404, 405, 426, 501})
"""What proxies in front of a server answer that pass no WebSocket on."""


class MastodonSource:
    """The posts, edits and deletions that one server tells of.

    `url` as in `address`. Several servers may be followed under one `source`: a post is known by
    its `uri`, whoever tells of it. `sleep` waits between attempts: network errors from 0.25 s up
    to 16 s, server errors from 5 s up to 320 s, rate limits from 60 s up to 600 s.
    """

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        source: str = "mastodon",
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        silence_seconds: float = SILENCE_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        audit_seconds: float = AUDIT_SECONDS,
        sweep_seconds: float = SWEEP_SECONDS,
        rng: random.Random | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._credential = credential
        self._source = operator_name(source)
        self._clock: Clock = clock or SystemClock()
        self._sleep = sleep
        self._silence_seconds = silence_seconds
        self._quiet_seconds = quiet_seconds
        self._look_seconds = look_seconds
        self._audit_seconds = audit_seconds
        self._sweep_seconds = sweep_seconds
        self._patience = Patience(
            network=Backoff(0.25, 16.0, rng=rng),
            trouble=Backoff(5.0, 320.0, rng=rng),
            limited=Backoff(60.0, 600.0, rng=rng),
        )
        self._reader = Reader(self._source, self._address.server, self._address.consent)
        self._streams = {stream.key: stream for stream in self._address.streams}
        self._transports = list(self._address.transports)
        self._held: Held = lambda _: ()
        self._ever_heard = False
        self.condition = Condition()

    @property
    def source(self) -> str:
        """The operator's name for the network."""
        return self._source

    @property
    def lacks(self) -> str:
        """What has to be given before this can be followed; "" when nothing is missing."""
        try:
            self._credential.read()
        except SourceRefused as error:
            return str(error)
        return ""

    def recall(self, held: Held) -> None:
        """Take note of how to learn which posts are held, so as to ask for them again."""
        self._held = held

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches for ever. Raises SourceRefused when the server will never have us."""
        marks = {
            key: Bookmark.read(resume.get(self._address.partition(stream), ""))
            for key, stream in self._streams.items()
        }
        catch_up = CatchUp(
            self._address,
            self._source,
            self._reader,
            marks,
            self._clock,
            look_seconds=self._look_seconds,
            audit_seconds=self._audit_seconds,
            sweep_seconds=self._sweep_seconds,
        )
        if resume:
            catch_up.remember(await asyncio.to_thread(self._held, REMEMBERED))
        timeout_seconds = min(TIMEOUT_SECONDS, self._silence_seconds)
        async with Fetcher(
            allowed_url=self._address.base, timeout_seconds=timeout_seconds
        ) as fetcher:
            while True:
                try:
                    async with aclosing(self._session(fetcher, catch_up, marks)) as heard:
                        async for batch in heard:
                            yield batch
                except Lost as lost:
                    problem, wait_seconds = str(lost), self._patience.after_loss()
                except Answered as answer:
                    if self._try_next_transport(answer):
                        continue
                    problem, wait_seconds = str(answer), self._after(answer)
                self.condition.waiting(problem)
                catch_up.look_again()
                await self._sleep(wait_seconds)

    async def _session(
        self, fetcher: Fetcher, catch_up: CatchUp, marks: dict[str, Bookmark]
    ) -> AsyncGenerator[Batch]:
        """Yield what one connection brings, what came before it first, until it is Lost."""
        self.condition.connecting()
        token = self._credential.read()
        api = Api(fetcher, self._address.base, token, self._clock)
        async with linked(
            fetcher,
            await api.streaming_base(),
            token,
            self._address.streams,
            self._transports[0],
            silence_seconds=self._silence_seconds,
        ) as messages:
            self.condition.live()
            async with aclosing(catch_up.fill(api, self._clock.now())) as missed:
                async for batch in missed:
                    yield batch
            self._ever_heard = True
            async with aclosing(self._live(api, messages, catch_up, marks)) as heard:
                async for batch in heard:
                    yield batch

    async def _live(
        self, api: Api, messages: Messages, catch_up: CatchUp, marks: dict[str, Bookmark]
    ) -> AsyncGenerator[Batch]:
        began = time.monotonic()
        watch = Watch(self._address.streams, marks, self._quiet_seconds)
        unheard = dict(self._streams)
        while True:
            asking = [catch_up.look(api)]
            if messages.queue.empty():  # what waits there has not been left out
                asking.append(catch_up.audit(api))
            for one in asking:
                async with aclosing(one) as found:
                    async for batch in found:
                        yield batch
            taken, ended = await messages.take(self._quiet_seconds / 3)
            for run in await asyncio.to_thread(hear, taken, self._reader, self._clock.now()):
                if (stream := unheard.pop(run.stream, None)) is not None:
                    now = self._clock.now()
                    async with aclosing(catch_up.fill(api, now, [stream])) as missed:
                        async for batch in missed:
                            yield batch
                watch.heard(run.stream)
                catch_up.saw(run)
                yield self._batch(run, marks)
            if ended is not None:
                raise ended
            await watch.compare(api)
            if time.monotonic() - began >= _STEADY_SECONDS:
                self._patience.calm()

    def _batch(self, run: Heard, marks: Mapping[str, Bookmark]) -> Batch:
        """Move the bookmark of a stream behind what was heard, and make a batch of it."""
        stream, cursor = self._streams.get(run.stream), None
        if stream is not None:
            mark = marks[stream.key]
            mark.newest = max(mark.newest, run.newest, key=order)
            mark.heard_at = self._clock.now()
            cursor = mark.as_cursor(self._source, self._address.partition(stream))
        return Batch(
            events=tuple(run.events),
            rejected=tuple(run.rejected),
            cursor=cursor,
            source=self._source,
        )

    def _try_next_transport(self, answer: Answered) -> bool:
        """Go on to server-sent events where no WebSocket is to be had."""
        if self._ever_heard or len(self._transports) == 1 or answer.status not in _NO_SOCKET:
            return False
        self._transports.pop(0)
        return True

    def _after(self, answer: Answered) -> float:
        """Return how long to wait after a refusal. Raises SourceRefused for good ones."""
        if answer.status == 429 or answer.status >= 500 or self._ever_heard:
            return self._patience.after_status(answer.status, answer.retry_after_seconds)
        hint = "check the server and the stream in the URL"
        if answer.status in (401, 403):
            hint = f"check the token in {self._credential.place}: it needs the scope read:statuses"
        told = f"{self._address.server!r} will not stream to us: {answer}"
        raise SourceRefused(told, hint=hint) from answer
