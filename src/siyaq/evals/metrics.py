"""Figures of a ranking, per query, by the definitions of trec_eval.

A ranking is the ids of documents, best first, each once; `gains` maps the judged documents of
the query to their grades. A document that is not judged, or graded 0, is not relevant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

HIT_CUT = 1
RECALL_CUT = 5
MAP_CUT = 5
NDCG_CUT = 10


def score_ranking(ranking: Sequence[str], gains: Mapping[str, int]) -> dict[str, float]:
    """Return every figure of one query, by name. It must have a relevant document."""
    relevant = {document for document, gain in gains.items() if gain > 0}
    found = [document in relevant for document in ranking]
    return {
        "MRR": reciprocal_rank(found),
        "hit@1": float(any(found[:HIT_CUT])),
        "R@5": sum(found[:RECALL_CUT]) / len(relevant),
        "MAP": average_precision(found, len(relevant)),
        "nDCG@10": ndcg([gains.get(document, 0) for document in ranking], list(gains.values())),
        "MAP@5": average_precision(found[:MAP_CUT], len(relevant)),
    }


def reciprocal_rank(found: Sequence[bool]) -> float:
    """One over the rank of the first relevant document; 0 without one."""
    return next((1.0 / rank for rank, hit in enumerate(found, 1) if hit), 0.0)


def average_precision(found: Sequence[bool], relevant: int) -> float:
    """Precision at each relevant document found, summed, over how many there are to find."""
    hits, total = 0, 0.0
    for rank, hit in enumerate(found, 1):
        if hit:
            hits += 1
            total += hits / rank
    return total / relevant


def ndcg(ranked: Sequence[int], judged: Sequence[int], cut: int = NDCG_CUT) -> float:
    """Discounted gain of the first `cut` ranks, over that of the best possible order.

    The gain is the grade itself and the discount log2(rank + 1) (Jaervelin and Kekaelaeinen 2002,
    in the form of trec_eval's ndcg_cut).
    """
    ideal = _discounted(sorted(judged, reverse=True)[:cut])
    return _discounted(ranked[:cut]) / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(gain, 0) / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
