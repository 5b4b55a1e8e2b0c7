"""Raters who always rate the same notes in the same way, and so count as one.

A ring that praises its own notes agrees with itself; counted as many it would look like many. Two
raters belong together when nearly all of what either rated, the other rated the same. Candidates
are found by a bottom-k sketch of what each rated (Broder 1997), so that most pairs are never
compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final

from siyaq.context.bridging import Rating

ALIKE: Final = 0.8
"""Jaccard of two raters' ratings, value included, from which they count as one."""
RATINGS_AT_LEAST: Final = 6
"""Fewer ratings in common are no coincidence to speak of."""
_SKETCH: Final = 6
_BUCKET_AT_MOST: Final = 200

Rated = frozenset[tuple[str, float]]


def merged(ratings: Sequence[Rating]) -> list[Rating]:
    """Return the ratings with each ring's raters under the name of its first."""
    told: dict[str, dict[str, float]] = defaultdict(dict)
    for one in ratings:
        told[one.rater][one.note] = one.value
    rated = {rater: frozenset(notes.items()) for rater, notes in told.items()}
    names = _names({rater: one for rater, one in rated.items() if len(one) >= RATINGS_AT_LEAST})
    return [one._replace(rater=names.get(one.rater, one.rater)) for one in ratings]


def _names(rated: dict[str, Rated]) -> dict[str, str]:
    parent = {rater: rater for rater in rated}

    def root(rater: str) -> str:
        while parent[rater] != rater:
            parent[rater] = parent[parent[rater]]
            rater = parent[rater]
        return rater

    for a, b in _candidates(rated):
        first, second = sorted((root(a), root(b)))
        if first != second and _jaccard(rated[a], rated[b]) >= ALIKE:
            parent[second] = first
    return {rater: root(rater) for rater in rated}


def _candidates(rated: dict[str, Rated]) -> Iterable[tuple[str, str]]:
    """Yield pairs that share a hash of their sketches, neighbors in each bucket."""
    buckets: dict[bytes, list[str]] = defaultdict(list)
    for rater in sorted(rated):
        marks = sorted(_mark(note, value) for note, value in rated[rater])
        for mark in marks[:_SKETCH]:
            buckets[mark].append(rater)
    for raters in buckets.values():
        for place, one in enumerate(raters[:_BUCKET_AT_MOST]):
            for other in raters[place + 1 : _BUCKET_AT_MOST]:
                yield one, other


def _mark(note: str, value: float) -> bytes:
    return blake2b(f"{value} {note}".encode(), digest_size=8).digest()


def _jaccard(a: Rated, b: Rated) -> float:
    return len(a & b) / len(a | b)
