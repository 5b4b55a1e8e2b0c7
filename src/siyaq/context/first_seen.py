"""Who said it first in our record, how sure that is, and whom a copy names as its source."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from siyaq.context.cluster import Cluster, Copy
from siyaq.core.answer import Coverage
from siyaq.core.card import EarlierClaim, FirstSeen
from siyaq.core.event import Gap
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.log import LogReader

CLEARLY: Final = timedelta(hours=1)
"""How long we must have listened before a post to call it first with high confidence."""
BARELY: Final = timedelta(minutes=5)
"""Up to this much listening before a post, it is first with low confidence only."""
NEARBY: Final = timedelta(days=1)
"""How far before a post a gap still casts doubt."""
CLAIMS_AT_MOST: Final = 10

_CREDIT: Final = re.compile(r"[@＠](\w+(?:[.\-]\w+)*)")

Confidence = Literal["high", "medium", "low"]


def first_seen(cluster: Cluster, log: LogReader) -> FirstSeen:
    """Name the earliest post that says the same, by placed time, and the window that rests on.

    Confidence is

    - low, if we listened to its source for no more than BARELY before it, or not at all at some
      moment of the hour (CLEARLY) before it, or if the text is so short that many write it;
    - high, if we listened for CLEARLY or longer, without a gap in the day (NEARBY) before it;
    - medium otherwise.

    A time that a client claims and `core.clock.place` did not believe is listed, never used.
    """
    first = cluster.first
    heard = log.coverage((first.post.source,))
    return FirstSeen(
        post_id=first.post.id,
        at=first.post.placed_at,
        clock=first.post.placed_by,
        sameness=first.sameness,
        window=log.coverage(),
        confidence=_confidence(first.post.placed_at, heard, cluster),
        earlier_claims=_earlier_claims(cluster, first.post.placed_at),
    )


def gap_before(moment: datetime, gaps: tuple[Gap, ...], within: timedelta) -> bool:
    """Say whether some gap overlaps the stretch `within` before `moment`."""
    return any(gap.since < moment and gap.until > moment - within for gap in gaps)


def credited(post: Post, cluster: Cluster) -> PostId | None:
    """Return the post that `post` took its text from, if there is evidence for one.

    Evidence is, in this order: the platform says that it reposts or quotes it; its text names,
    by an @, the author of an earlier post of the cluster ("RT @x", "via @x", "نقلا عن @x"), and
    then their last one before it is meant. Being earlier is no evidence.
    """
    if post.repost_of is not None:
        return post.repost_of
    earlier = _before(post, cluster)
    for copy in earlier:
        if copy.post.id in (post.quote_of, post.reply_to):
            return copy.post.id
    names = [name.lower() for name in _CREDIT.findall(post.text)]
    for name in names:
        for copy in reversed(earlier):
            handle = copy.post.author.handle.lower()
            if handle and name in (handle, handle.partition(".")[0], copy.post.author.id.lower()):
                return copy.post.id
    return None


def _before(post: Post, cluster: Cluster) -> list[Copy]:
    return [
        copy
        for copy in cluster.copies
        if copy.post.placed_at <= post.placed_at
        and copy.post.id != post.id
        and copy.post.author.id != post.author.id
    ]


def _confidence(at: datetime, heard: Coverage, cluster: Cluster) -> Confidence:
    listened = at - (heard.since or at)
    if listened <= BARELY or gap_before(at, heard.gaps, CLEARLY) or not cluster.distinctive:
        return "low"
    if listened >= CLEARLY and not gap_before(at, heard.gaps, NEARBY):
        return "high"
    return "medium"


def _earlier_claims(cluster: Cluster, at: datetime) -> tuple[EarlierClaim, ...]:
    claims = [
        EarlierClaim(
            post_id=copy.post.id,
            claimed_at=copy.post.created_at,
            witnessed_at=copy.post.witnessed_at,
        )
        for copy in cluster.copies
        if copy.repeats and copy.post.created_at is not None and copy.post.created_at < at
    ]
    claims.sort(key=lambda claim: (claim.claimed_at, claim.witnessed_at))
    return tuple(claims[:CLAIMS_AT_MOST])
