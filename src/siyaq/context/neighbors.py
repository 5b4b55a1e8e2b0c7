"""Which texts are nearly the same as one text, among many, without comparing all of them.

Each text is filed under its sketch: the smallest hashes of its pairs of neighboring words, a
bottom-k sketch (Broder 1997). Texts that share part of a sketch are compared word by word.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from itertools import pairwise
from typing import Final
from zlib import crc32

from siyaq.text.fingerprint import Wording

SKETCH: Final = 12
"""Hashes a text is filed under. Texts that share a third of their pairs share one of these in
more than 99 of 100 cases."""
COMPARED_AT_MOST: Final = 200
"""Texts compared word by word for one answer: those that share most of the sketch."""

_SPREAD: Final = 0x9E3779B1  # an odd constant near 2^32 divided by the golden ratio (Knuth)
_MASK: Final = 2**32 - 1


class Neighbors:
    """Texts under keys. What it answers does not depend on the order in which they came."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._filed: dict[int, set[str]] = {}

    def add(self, key: str, plain: str) -> None:
        """File a normalized text under a key that is not in use."""
        self._texts[key] = plain
        for value in _sketch(plain):
            self._filed.setdefault(value, set()).add(key)

    def remove(self, key: str) -> None:
        """Forget a text, if it is held."""
        plain = self._texts.pop(key, None)
        for value in () if plain is None else _sketch(plain):
            keys = self._filed[value]
            keys.discard(key)
            if not keys:
                del self._filed[value]

    def of(self, key: str) -> tuple[str, ...]:
        """Return the keys of texts nearly the same as that of `key`, the most alike first."""
        plain = self._texts.get(key)
        if plain is None:
            return ()
        shared = Counter(other for value in _sketch(plain) for other in self._filed[value])
        del shared[key]
        likeliest = nsmallest(COMPARED_AT_MOST, shared, key=lambda other: (-shared[other], other))
        wording = Wording(plain)
        alike: list[tuple[float, str]] = []
        for other in likeliest:
            compared = Wording(self._texts[other])
            if wording.sameness(compared):
                alike.append((-wording.similarity(compared), other))
        return tuple(other for _, other in sorted(alike))


def _sketch(plain: str) -> list[int]:
    words = [crc32(word.encode()) for word in plain.split(" ")]
    return sorted({(5 * a ^ b) * _SPREAD & _MASK for a, b in pairwise(words)})[:SKETCH]
