"""Live posts, handed to whoever is watching as they become durable."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from siyaq.core.errors import Overloaded
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, split_post_id
from siyaq.core.post import Post
from siyaq.core.query import Filters, Shows
from siyaq.obs import Metrics
from siyaq.text.analyze import terms

QUEUE_POSTS = 256
"""How many posts wait for one subscriber before the newest ones are dropped."""

QUEUE_ARRIVED = 20_000
"""How many posts wait to be handed on before the newest ones are dropped."""

TURN_SECONDS = 0.005
"""How long the event loop is held to hand posts on, before others have their turn."""

QUEUE_GONE = 200_000
"""How many deletions wait for one subscriber, who is told to begin anew beyond."""

_Changes = OrderedDict[PostId, Post | None]
"""Posts and, as None, deletions, by what came first. A plain dict finds its first ever slower."""


@dataclass(eq=False, slots=True)
class _Subscriber:
    wanted: frozenset[str]
    filters: Filters
    shows: Shows | None = None  # None: every source
    waiting: _Changes = field(default_factory=OrderedDict)
    posts: int = 0  # of those that wait; the others are deletions
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, post: Post, words: Callable[[], frozenset[str]]) -> bool:
        return (
            (self.shows is None or self.shows(post.source))
            and self.filters.admits(post)
            and (not self.wanted or self.wanted <= words())
        )

    def offer(self, post: Post) -> bool:
        """Let a post wait; False where there is no room. It takes the place of an older version."""
        held = self.waiting.get(post.id)
        if held is None and self.posts >= QUEUE_POSTS:
            return False
        self.posts += held is None
        self.waiting[post.id] = post
        self.changed.set()
        return True

    def withdraw(self, post_id: PostId) -> None:
        """Let a deletion wait, at the end; what waits of the post itself is never shown."""
        if self.shows is not None and not self.shows(split_post_id(post_id)[0]):
            return
        self.posts -= self.waiting.pop(post_id, None) is not None
        self.waiting[post_id] = None
        self.changed.set()

    async def next(self) -> Post | PostId:
        """Wait for what comes next. Raises Overloaded when too many deletions wait."""
        while not self.waiting:
            self.changed.clear()
            await self.changed.wait()
        if len(self.waiting) - self.posts > QUEUE_GONE:
            raise Overloaded(
                f"more than {QUEUE_GONE} deletions wait for a stream that is read too slowly",
                hint="forget the posts that were shown, and begin anew",
            )
        post_id, post = self.waiting.popitem(last=False)
        self.posts -= post is not None
        return post_id if post is None else post


class LiveHub:
    """Fans new posts out to subscribers. Everything here runs on the event loop.

    A subscriber who reads slowly misses posts, which are counted; the writer never waits.
    Deletions are never dropped.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._subscribers: set[_Subscriber] = set()
        self._arrived: _Changes = OrderedDict()  # not yet handed on
        self._resting: asyncio.Handle | None = None  # until it is our turn again

    def publish(self, entries: Sequence[LogEntry]) -> None:
        """Hand newly durable entries to every subscriber who wants them.

        Of many entries some follow after others have had their turn on the event loop.
        """
        self._arrive((entry.post_id, entry.post) for entry in entries)

    def withdraw(self, post_ids: Iterable[PostId]) -> None:
        """Tell every subscriber of posts that may not be shown any more."""
        self._arrive((post_id, None) for post_id in post_ids)

    def _arrive(self, changes: Iterable[tuple[PostId, Post | None]]) -> None:
        if not self._subscribers:
            return
        for post_id, post in changes:
            if post is None:
                self._arrived.pop(post_id, None)  # never shown; the deletion comes last
            elif len(self._arrived) >= QUEUE_ARRIVED:
                self._metrics.live_dropped.inc()
                continue
            self._arrived[post_id] = post
        if self._resting is None:
            self._hand_on()

    def _hand_on(self) -> None:
        """Hand on what has arrived, in its order, for a moment at most."""
        self._resting = None
        until = time.perf_counter() + TURN_SECONDS
        while self._arrived:
            post_id, post = self._arrived.popitem(last=False)
            if post is None:
                for subscriber in self._subscribers:
                    subscriber.withdraw(post_id)
            else:
                self._publish_post(post)
            if self._arrived and time.perf_counter() > until:
                self._resting = asyncio.get_running_loop().call_soon(self._hand_on)
                return

    def _publish_post(self, post: Post) -> None:
        @cache  # once for all subscribers, and only if one asks: the event loop waits for it
        def words() -> frozenset[str]:
            return frozenset(terms(post.text))

        for subscriber in self._subscribers:
            if subscriber.wants(post, words) and not subscriber.offer(post):
                self._metrics.live_dropped.inc()

    async def subscribe(
        self, text: str, filters: Filters, shows: Shows | None = None
    ) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts holding every word of `text`, and ids of deleted posts, until closed.

        Posts and deletions of sources that `shows` keeps back are not told of; None: none are.
        """
        subscriber = _Subscriber(frozenset(terms(text)), filters, shows)
        self._subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.next()
        finally:
            self._subscribers.discard(subscriber)
