"""The answer to "what is the latest?": the newest story, its newest facts first."""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.core.query import Hit
from siyaq.grounding.reading import Quote, quotable
from siyaq.grounding.select import without_repeats


def newest_facts(hits: Sequence[Hit], limit: int) -> list[Quote]:
    """Quote the posts of the story that leads the ranking, the newest of the chosen first.

    The most central posts of the story are chosen, so that what it is about is always said.
    Without a story, the newest posts are quoted.
    """
    story = hits[0].parts.get("story")
    told = [hit for hit in hits if hit.parts.get("story") == story]
    leads = [Quote(hit, quotable(hit.post.text)[0], 0) for hit in told if quotable(hit.post.text)]
    chosen = without_repeats(leads, limit)
    return sorted(chosen, key=lambda one: (one.hit.post.placed_at, one.hit.seq), reverse=True)
