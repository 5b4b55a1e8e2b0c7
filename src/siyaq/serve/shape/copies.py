"""Who said it first, who repeated it and who did so together, as they are sent in a card."""

from __future__ import annotations

from siyaq.core.card import Copies, FirstSeen, Together
from siyaq.core.wire import rfc3339
from siyaq.serve import schema
from siyaq.serve.shape.coverage import coverage_json


def first_seen_json(first: FirstSeen) -> schema.FirstSeenJson:
    """Shape who said it first, and how sure that is."""
    return {
        "post_id": first.post_id,
        "at": rfc3339(first.at),
        "clock": first.clock.value,
        "sameness": first.sameness,
        "earlier_alike": first.earlier_alike,
        "earlier_retold": first.earlier_retold,
        "window": coverage_json(first.window),
        "confidence": first.confidence,
        "earlier_claims": [
            {
                "post_id": claim.post_id,
                "claimed_at": rfc3339(claim.claimed_at),
                "witnessed_at": rfc3339(claim.witnessed_at),
            }
            for claim in first.earlier_claims
        ],
    }


def copies_json(copies: Copies) -> schema.CopiesJson:
    """Shape who repeated it, when, and what they changed."""
    return {
        "count": copies.count,
        "accounts": copies.accounts,
        "histogram": [{"t": rfc3339(bar.t), "n": bar.n} for bar in copies.histogram],
        "members": [
            {
                "post_id": member.post_id,
                "author_id": member.author_id,
                "handle": member.handle,
                "at": rfc3339(member.at),
                "sameness": member.sameness,
                "url": member.url,
            }
            for member in copies.members
        ],
        "changed": [
            {
                "post_id": change.post_id,
                "author_id": change.author_id,
                "handle": change.handle,
                "removed": list(change.removed),
                "added": list(change.added),
            }
            for change in copies.changed
        ],
        "retold": [
            {
                "post_id": one.post_id,
                "author_id": one.author_id,
                "handle": one.handle,
                "at": rfc3339(one.at),
                "how": one.how,
                "url": one.url,
            }
            for one in copies.retold
        ],
    }


def together_json(together: Together) -> schema.TogetherJson:
    """Shape two accounts that shared the same things at nearly the same times."""
    a, b = together.accounts
    return {
        "kind": together.kind,
        "accounts": [
            {"author_id": a.author_id, "handle": a.handle},
            {"author_id": b.author_id, "handle": b.handle},
        ],
        "times": together.times,
        "seconds": together.seconds,
        "chance": together.chance,
        "evidence": list(together.evidence),
    }
