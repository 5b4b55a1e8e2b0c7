"""Whether two accounts meet more often than chance brings them together.

The null model keeps when each account posts and what it shares, and breaks the tie between the
two: an account's times are shuffled among its own shares. It does not know of news that makes
everybody share one thing at once, so it is a bar, not a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from siyaq.context.coordination import Share

SHUFFLES: Final = 499
_SEED: Final = 0


def meetings(a: Sequence[Share], b: Sequence[Share], time_window: float) -> frozenset[str]:
    """Return the objects that both shared within `time_window` seconds of each other."""
    times: dict[str, list[float]] = {}
    for share in b:
        times.setdefault(share.object_id, []).append(share.t)
    return frozenset(
        share.object_id
        for share in a
        if any(abs(share.t - t) <= time_window for t in times.get(share.object_id, ()))
    )


def chance(a: Sequence[Share], b: Sequence[Share], time_window: float) -> float:
    """Return how likely so many meetings are when times are shuffled: a Monte Carlo p value.

    (1 + shuffles with as many meetings) / (1 + SHUFFLES), so never 0 (Davison and Hinkley 1997).
    """
    met = len(meetings(a, b, time_window))
    objects = sorted({one.object_id for one in a} & {one.object_id for one in b})
    if not met:
        return 1.0
    random = np.random.default_rng(_SEED)
    hits = np.zeros((SHUFFLES, len(objects)), dtype=bool)
    shuffled = [
        random.permuted(np.tile([one.t for one in x], (SHUFFLES, 1)), axis=1) for x in (a, b)
    ]
    for place, name in enumerate(objects):
        of_a = shuffled[0][:, [n for n, one in enumerate(a) if one.object_id == name]]
        of_b = shuffled[1][:, [n for n, one in enumerate(b) if one.object_id == name]]
        near = np.abs(of_a[:, :, None] - of_b[:, None, :]) <= time_window
        hits[:, place] = near.any(axis=(1, 2))
    return float(1 + (hits.sum(axis=1) >= met).sum()) / (1 + SHUFFLES)
