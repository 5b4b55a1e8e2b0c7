"""How much a term tells, by how few texts hold it."""

from __future__ import annotations

import math


def inverse_frequency(total: int, count: int) -> float:
    """Return the inverse document frequency of BM25 as Lucene and tantivy take it.

    `count` of `total` texts hold the term; never below 0, whatever they are.
    """
    return math.log(1 + (max(total - count, 0) + 0.5) / (count + 0.5))
