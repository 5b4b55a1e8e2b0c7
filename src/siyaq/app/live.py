"""Live posts, handed to whoever is watching as they become durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.obs import Metrics
from siyaq.text.analyze import terms

QUEUE_POSTS = 256
"""How many posts wait for one subscriber before the newest ones are dropped."""


@dataclass(eq=False, slots=True)
class _Subscriber:
    wanted: frozenset[str]
    filters: Filters
    queue: asyncio.Queue[Post | PostId] = field(
        default_factory=lambda: asyncio.Queue[Post | PostId](QUEUE_POSTS)
    )

    def wants(self, post: Post, words: Callable[[], frozenset[str]]) -> bool:
        return self.filters.admits(post) and (not self.wanted or self.wanted <= words())


class LiveHub:
    """Fans new posts out to subscribers. Everything here runs on the event loop.

    A subscriber who reads slowly misses posts, which are counted; the writer never waits.
    Deletions are never dropped: a full queue gives up its oldest post for one.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._subscribers: set[_Subscriber] = set()

    def publish(self, entries: Sequence[LogEntry]) -> None:
        """Hand newly durable entries to every subscriber who wants them."""
        for entry in entries:
            if entry.post is None:
                for subscriber in self._subscribers:
                    self._tell_deleted(subscriber, entry.post_id)
            else:
                self._publish_post(entry.post)

    def _publish_post(self, post: Post) -> None:
        @cache  # once for all subscribers, and only if one asks: the event loop waits for it
        def words() -> frozenset[str]:
            return frozenset(terms(post.text))

        for subscriber in self._subscribers:
            if subscriber.wants(post, words):
                self._offer(subscriber, post)

    def _offer(self, subscriber: _Subscriber, post: Post) -> None:
        try:
            subscriber.queue.put_nowait(post)
        except asyncio.QueueFull:
            self._metrics.live_dropped.inc()

    def _tell_deleted(self, subscriber: _Subscriber, post_id: PostId) -> None:
        if subscriber.queue.full():
            subscriber.queue.get_nowait()
            self._metrics.live_dropped.inc()
        subscriber.queue.put_nowait(post_id)

    async def subscribe(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts holding every word of `text`, and ids of deleted posts, until closed."""
        subscriber = _Subscriber(frozenset(terms(text)), filters)
        self._subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.queue.get()
        finally:
            self._subscribers.discard(subscriber)
