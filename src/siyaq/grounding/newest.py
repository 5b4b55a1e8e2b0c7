"""The answer to "what is the latest?": what the newest story is about, then its newest facts."""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.core.query import Hit
from siyaq.grounding.cutting import quotable
from siyaq.grounding.select import without_repeats
from siyaq.grounding.unit import Quote


def newest_facts(hits: Sequence[Hit], limit: int) -> list[Quote]:
    """Quote the posts of the story that leads the ranking.

    The post that says most of what the story is about comes first, so that a reader knows what
    the rest speaks of; then the newest of the other chosen ones. Without a story, the newest posts
    are quoted.
    """
    story = hits[0].parts.get("story")
    told = [hit for hit in hits if hit.parts.get("story") == story]
    leads = [Quote(hit, quotable(hit.post.text)[0], 0) for hit in told if quotable(hit.post.text)]
    chosen = without_repeats(leads, limit)
    rest = sorted(chosen[1:], key=lambda one: (one.hit.post.placed_at, one.hit.seq), reverse=True)
    return [*chosen[:1], *rest]
