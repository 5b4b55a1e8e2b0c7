"""Who said it first in our record, and how sure that is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from siyaq.context.cluster import Cluster
from siyaq.core.answer import Coverage
from siyaq.core.card import EarlierClaim, FirstSeen
from siyaq.core.event import Gap
from siyaq.log import LogReader

CLEARLY: Final = timedelta(hours=1)
"""How long we must have listened before a post to call it first with high confidence."""
BARELY: Final = timedelta(minutes=5)
"""Up to this much listening before a post, it is first with low confidence only."""
NEARBY: Final = timedelta(days=1)
"""How far before a post a gap still casts doubt."""
CLAIMS_AT_MOST: Final = 10

Confidence = Literal["high", "medium", "low"]


def first_seen(cluster: Cluster, log: LogReader) -> FirstSeen | None:
    """Name the earliest post that says the same, by placed time, and the window that rests on.

    None where no post does, which can only be of a text that was never posted.

    Confidence is

    - low, if we listened to its source for no more than BARELY before it, or not at all at some
      moment of the hour (CLEARLY) before it, or if the text is so short that many write it;
    - high, if we listened for CLEARLY or longer, without a gap in the day (NEARBY) before it;
    - medium otherwise.

    A post in nearly the same words that was there before is named apart from it, as alike. A time
    that a client claims and `core.clock.place` did not believe is listed, never used.
    """
    first = cluster.first
    if first is None:
        return None
    alike = cluster.earlier_alike
    heard = log.coverage((first.post.source,))
    return FirstSeen(
        post_id=first.post.id,
        at=first.post.placed_at,
        clock=first.post.placed_by,
        sameness=first.sameness,
        window=log.coverage(),
        confidence=_confidence(first.post.placed_at, heard, cluster),
        earlier_alike=None if alike is None else alike.post.id,
        earlier_claims=_earlier_claims(cluster, first.post.placed_at),
    )


def gap_before(moment: datetime, gaps: tuple[Gap, ...], within: timedelta) -> bool:
    """Say whether some gap overlaps the stretch `within` before `moment`."""
    return any(gap.since < moment and gap.until > moment - within for gap in gaps)


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
        if copy.says != "other" and copy.post.created_at is not None
        if copy.post.created_at < at <= copy.post.placed_at  # what was there before claims nothing
    ]
    claims.sort(key=lambda claim: (claim.claimed_at, claim.witnessed_at))
    return tuple(claims[:CLAIMS_AT_MOST])
