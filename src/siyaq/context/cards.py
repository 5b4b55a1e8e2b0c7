"""Builds the context card of a post from the index and the log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from siyaq.context.cluster import Cluster, Copy, find_cluster
from siyaq.context.first_seen import NEARBY, credited, first_seen, gap_before
from siyaq.context.histogram import histogram
from siyaq.context.points import find_points
from siyaq.context.thread import Conversation, find_conversation
from siyaq.context.unknown import Unknown
from siyaq.core.answer import Usage
from siyaq.core.card import Change, ContextCard, Copies, FirstSeen, Member
from siyaq.core.errors import NotFound
from siyaq.core.ids import PostId
from siyaq.core.ports import Clock, Searcher
from siyaq.core.post import Post
from siyaq.log import LogReader
from siyaq.text.fingerprint import changes

CARD_VERSION: Final = 1
"""Which rules made a card. Cards of another version must not be compared with it."""
MEMBERS_AT_MOST: Final = 100
_CHANGES_AT_MOST: Final = 20


class Cards:
    """Makes cards. Every text on one was live in the log when the card was made.

    Safe to call from any thread. Sees the index as of the searcher's last refresh.
    """

    def __init__(self, searcher: Searcher, log: LogReader, clock: Clock) -> None:
        self._searcher = searcher
        self._log = log
        self._clock = clock

    def card(self, post_id: PostId) -> ContextCard:
        """Return the card of a live post.

        Raises NotFound for one that is unknown, deleted or hidden.
        """
        started = time.perf_counter()
        entry = self._log.find((post_id,)).get(post_id)
        if entry is None or entry.post is None:
            raise NotFound(f"post {post_id!r} is {self._log.state(post_id)} here")
        post = entry.post
        cluster = find_cluster(entry.seq, post, self._searcher, self._log)
        conversation = find_conversation(post, self._searcher, self._log)
        first = first_seen(cluster, self._log)
        points = find_points(post, cluster, conversation)
        thread = conversation.thread(post)
        alone = len(cluster.copies) == 1 and thread is None and not points.sentences
        return ContextCard(
            post_id=post_id,
            status="not_needed" if alone else "shown",
            reason=None,
            points=tuple(points.sentences),
            first_seen=first,
            copied_from=credited(post, cluster),
            copies=_copies(post, cluster),
            thread=thread,
            unknown=tuple(_unknown(post, cluster, conversation, first)),
            references=tuple(points.references),
            version=CARD_VERSION,
            as_of=self._clock.now(),
            usage=Usage(seconds=time.perf_counter() - started),
        )


def _copies(post: Post, cluster: Cluster) -> Copies:
    near = [copy for copy in cluster.copies if copy.sameness == "near"]
    changed = [(copy.post.id, *changes(post.text, copy.post.text)) for copy in near]
    return Copies(
        count=len(cluster.copies),
        accounts=len({(copy.post.source, copy.post.author.id) for copy in cluster.copies}),
        histogram=histogram([copy.post.placed_at for copy in cluster.copies]),
        members=tuple(_member(copy) for copy in cluster.copies[:MEMBERS_AT_MOST]),
        changed=tuple(
            Change(post_id=changed_id, removed=removed, added=added)
            for changed_id, removed, added in changed[:_CHANGES_AT_MOST]
        ),
    )


def _member(copy: Copy) -> Member:
    return Member(
        post_id=copy.post.id,
        author_id=copy.post.author.id,
        handle=copy.post.author.handle,
        at=copy.post.placed_at,
        sameness=copy.sameness,
    )


def _unknown(
    post: Post, cluster: Cluster, conversation: Conversation, first: FirstSeen
) -> Iterator[Unknown]:
    if first.confidence != "high":
        yield Unknown.NO_EARLIER_RECORD
    if gap_before(first.at, first.window.gaps, NEARBY):
        yield Unknown.FEED_GAP
    if not cluster.distinctive:
        yield Unknown.SHORT_TEXT
    if cluster.truncated:
        yield Unknown.MORE_COPIES
    if conversation.missing or conversation.cut:
        yield Unknown.THREAD_INCOMPLETE
    yield Unknown.NOT_CHECKED_CLAIMS
    if post.media:
        yield Unknown.NOT_CHECKED_MEDIA
    if len(cluster.copies) > 1:
        yield Unknown.NOT_CHECKED_COORDINATION
