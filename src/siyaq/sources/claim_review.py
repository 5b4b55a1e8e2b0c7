"""Published fact-checks, as publishers mark them up: schema.org/ClaimReview in JSON-LD.

They come in pages, in data feeds (a list or a `DataFeed` of reviews), and as lines of JSON. A post
keeps them in its field `claim_review`, as a list of

    {"claim", "rating", "value", "worst", "best", "by", "url", "claim_by", "claim_at",
     "appearances": [address]}

of which only `claim` is always there: `rating` is the rating in words, `value`, `worst` and `best`
its number and scale, `by` the reviewer, `claim_by` and `claim_at` who claimed it and when, as told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec

from siyaq.sources import fields

FIELD: Final = "claim_review"
REVIEWS_AT_MOST: Final = 10
ITEMS_AT_MOST: Final = 500  # of one data feed
_CLAIM_CHARS: Final = 1_000
_LABEL_CHARS: Final = 200
_APPEARANCES: Final = 10
_DEPTH: Final = 6
_PARTS: Final = ("@graph", "dataFeedElement", "itemListElement", "item", "review", "hasPart")


def is_review(item: object) -> bool:
    """Say whether a JSON-LD object is a ClaimReview."""
    if not isinstance(item, Mapping):
        return False
    kind = item.get("@type")
    if kind is None:
        return False
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(one, str) and one.rpartition("/")[2] == "ClaimReview" for one in kinds)


def reviews_in(value: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the ClaimReview objects of a JSON-LD document, at most _DEPTH levels down."""
    if isinstance(value, list):
        for item in value:
            yield from reviews_in(item, depth + 1) if depth < _DEPTH else ()
    elif isinstance(value, Mapping):
        if is_review(value):
            yield value
        elif depth < _DEPTH:
            for name in _PARTS:
                yield from reviews_in(value.get(name), depth + 1)


def read_reviews(value: object) -> list[dict[str, object]]:
    """Return what is kept of reviews in any form: JSON-LD, or our own. Never refuses."""
    if isinstance(value, Mapping) and "claim" in value:
        value = [value]
    if isinstance(value, list) and any(
        isinstance(one, Mapping) and "claim" in one for one in value
    ):
        kept = (_own(one) for one in value if isinstance(one, Mapping))
    else:
        kept = (_read(one) for one in reviews_in(value))
    return list(islice((one for one in kept if one), REVIEWS_AT_MOST))


def as_post(review: Mapping[str, object]) -> dict[str, object]:
    """Return a bare ClaimReview as an object of the Post format: the review is what is posted.

    Its text is the claim, the rating in words, and the review's own text where it has one.
    """
    (kept,) = read_reviews(review) or [{}]
    claim, rating = str(kept.get("claim", "")), str(kept.get("rating", ""))
    lines = [claim, rating, _text(review, "reviewBody") or _text(review, "description")]
    published = _text(review, "datePublished")
    by = str(kept.get("by", ""))
    return {
        "id": _text(review, "@id") or _text(review, "url") or claim[:200],
        "text": "\n".join(line for line in lines if line),
        "title": _text(review, "headline") or _text(review, "name"),
        "url": review.get("url"),
        "created_at": f"{published}T00:00:00Z" if len(published) == 10 else published or None,
        "author": {"id": fields.host_of(kept.get("url")) or by, "name": by},
        "lang": review.get("inLanguage"),
        FIELD: [kept] if kept else [],
    }


def read_data_feed(document: bytes) -> list[dict[str, object]]:
    """Return the reviews of a JSON-LD data feed as objects of the Post format; [] for any other.

    Runs where documents of strangers may be parsed.
    """
    try:
        told = msgspec.json.decode(document)
    except (ValueError, RecursionError):
        return []
    return [as_post(review) for review in islice(reviews_in(told), ITEMS_AT_MOST)]


def _read(review: Mapping[str, object]) -> dict[str, object]:
    claim = _text(review, "claimReviewed", _CLAIM_CHARS)
    if not claim:
        return {}
    rating, reviewer = _object(review, "reviewRating"), _object(review, "author")
    reviewed = _object(review, "itemReviewed")
    seen = [_object(reviewed, "firstAppearance"), *_objects(reviewed, "appearance")]
    return _without_nothing(
        {
            "claim": claim,
            "rating": _text(rating, "alternateName") or _text(rating, "name"),
            "value": _number(rating.get("ratingValue")),
            "worst": _number(rating.get("worstRating")),
            "best": _number(rating.get("bestRating")),
            "by": _text(reviewer, "name"),
            "url": fields.web_url(review.get("url")) or fields.web_url(reviewer.get("url")),
            "claim_by": _text(_object(reviewed, "author"), "name"),
            "claim_at": _text(reviewed, "datePublished"),
            "appearances": _urls([one.get("url") for one in seen]),
        }
    )


def _own(told: Mapping[str, object]) -> dict[str, object]:
    appearances = told.get("appearances")
    return _without_nothing(
        {
            "claim": _text(told, "claim", _CLAIM_CHARS),
            **{name: _text(told, name) for name in ("rating", "by", "claim_by", "claim_at")},
            **{name: _number(told.get(name)) for name in ("value", "worst", "best")},
            "url": fields.web_url(told.get("url")),
            "appearances": _urls(appearances if isinstance(appearances, list) else []),
        }
    )


def _without_nothing(kept: dict[str, object]) -> dict[str, object]:
    if not kept["claim"]:
        return {}
    return {name: value for name, value in kept.items() if value not in ("", None, [])}


def _text(item: Mapping[str, object], name: str, limit: int = _LABEL_CHARS) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        return ""
    return " ".join(value.replace("\0", "").split())[:limit]


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value[:32])
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < 1e9 and math.isfinite(value) else None


def _object(item: Mapping[str, object], name: str) -> Mapping[str, object]:
    return next(iter(_objects(item, name)), {})


def _objects(item: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = item.get(name)
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, Mapping)]


def _urls(values: list[object]) -> list[str]:
    return [url for value in values[:_APPEARANCES] if (url := fields.web_url(value))]
