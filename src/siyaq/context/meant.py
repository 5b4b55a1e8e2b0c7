"""Which remembered cards a post in the other language may change, by what it means.

Words cannot tell (`watched` goes by those): so each claim of a remembered card is held as a
vector, and compared with the passages of every post that has become searchable by meaning. What
`OtherLanguage.found` could find for a card anew is among these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from siyaq.context.across import NEAR, Floats, OtherLanguage, other_language
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId

SLACK = 0.01
"""What a stored vector may have lost by rounding."""


class Meant:
    """The claims of many cards. Not safe for threads."""

    def __init__(self, other: OtherLanguage) -> None:
        self._other = other
        self._claims: dict[PostId, list[tuple[str, Floats]]] = {}

    def add(self, name: PostId, claims: Sequence[str], vectors: Floats) -> None:
        """Watch for posts that may bear on the claims of one card."""
        if claims:
            self._claims[name] = [
                (other_language(claim), vector)
                for claim, vector in zip(claims, vectors, strict=True)
            ]

    def copy(self) -> Meant:
        """Return one of the same claims, for a look that takes its time."""
        twin = Meant(self._other)
        twin._claims = dict(self._claims)
        return twin

    def remove(self, name: PostId) -> None:
        """Watch no more."""
        self._claims.pop(name, None)

    def touched(self, entries: Sequence[LogEntry]) -> set[PostId]:
        """Return the cards that posts may change; their vectors must be searchable."""
        found: set[PostId] = set()
        for lang in ("ar", "en"):
            seqs = [one.seq for one in entries if one.post is not None and one.post.lang == lang]
            claims = [
                (name, vector)
                for name, held in self._claims.items()
                for wanted, vector in held
                if wanted == lang
            ]
            if not seqs or not claims:
                continue
            matrix = np.stack([vector for _, vector in claims])
            for near in self._other.nearest(matrix, seqs).values():
                found.update(claims[place][0] for place in np.flatnonzero(near >= NEAR - SLACK))
        return found
