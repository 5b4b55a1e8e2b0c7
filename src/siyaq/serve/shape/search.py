"""A ranking and how its query was read, as they are sent."""

from __future__ import annotations

from siyaq.core.query import Filters, Hit, Ranking
from siyaq.core.wire import rfc3339_if
from siyaq.serve import schema
from siyaq.serve.shape.post import post_json


def ranking_json(ranking: Ranking) -> schema.SearchJson:
    """Shape a ranking, and how its query was read."""
    understood = ranking.understood
    return {
        "hits": [_hit_json(hit) for hit in ranking.hits],
        "understood": {
            "text": understood.text,
            "lang": understood.lang,
            "wants": understood.wants,
            "filters": _filters_json(understood.filters),
        },
    }


def _hit_json(hit: Hit) -> schema.HitJson:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "post": post_json(hit.post),
        "span": {"start": hit.span.start, "end": hit.span.end} if hit.span else None,
        "copies": list(hit.copies),
        "copy_count": hit.copy_count,
    }


def _filters_json(filters: Filters) -> schema.FiltersJson:
    return {
        "since": rfc3339_if(filters.placed.since),
        "until": rfc3339_if(filters.placed.until),
        "lang": list(filters.langs),
        "source": list(filters.sources),
        "author": list(filters.authors),
    }
