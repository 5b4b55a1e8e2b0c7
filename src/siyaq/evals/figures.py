"""From figures per query to figures of a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np

SEED = 0
"""Of the bootstrap; nothing else here is random."""

_RESAMPLES = 1000
_DRAWS_AT_ONCE = 1_000_000
_BOUNDS = (2.5, 97.5)
_DIGITS = 6


class Share(NamedTuple):
    """What one query adds to a figure: a part of a whole. A plain value is a part of 1."""

    part: float
    whole: float = 1.0


Row = Mapping[str, Share]
"""The figures of one query. A figure that means nothing for it is left out."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a task measured: figures, their 95 % bounds, and the figures of each language."""

    metrics: dict[str, float | None]
    counts: dict[str, int]
    ci95: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    by_lang: dict[str, dict[str, float | None]] = field(
        default_factory=dict[str, dict[str, float | None]]
    )
    ci95_by_lang: dict[str, dict[str, list[float]]] = field(
        default_factory=dict[str, dict[str, list[float]]]
    )


_One = TypeVar("_One")


def spaced(every: Sequence[_One], limit: int | None) -> list[_One]:
    """Return `limit` of a set's queries spread evenly over it, in order; all of them for None."""
    if limit is None or limit >= len(every):
        return list(every)
    return [every[at * len(every) // limit] for at in range(limit)]


def summarize(
    rows: Sequence[Row], langs: Sequence[str], names: Sequence[str], counts: dict[str, int]
) -> Scores:
    """Return each named figure over all rows, and over those of each language if there are more.

    A figure is the sum of its parts over the sum of its wholes; None where no row has it.
    """
    present = sorted(set(langs))
    groups = {
        lang: [row for row, own in zip(rows, langs, strict=True) if own == lang]
        for lang in (present if len(present) > 1 else [])
    }
    return Scores(
        metrics=_ratios(rows, names),
        counts=counts,
        ci95=_all_bounds(rows, names),
        by_lang={lang: _ratios(group, names) for lang, group in groups.items()},
        ci95_by_lang={lang: _all_bounds(group, names) for lang, group in groups.items()},
    )


def _all_bounds(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[float]]:
    shares = {name: _shares(rows, name) for name in names}
    return {name: _bounds(column) for name, column in shares.items() if column}


def _shares(rows: Sequence[Row], name: str) -> list[Share]:
    return [row[name] for row in rows if name in row]


def _ratios(rows: Sequence[Row], names: Sequence[str]) -> dict[str, float | None]:
    ratios: dict[str, float | None] = {}
    for name in names:
        shares = _shares(rows, name)
        whole = sum(share.whole for share in shares)
        ratios[name] = (
            round(sum(share.part for share in shares) / whole, _DIGITS) if whole else None
        )
    return ratios


def _bounds(shares: Sequence[Share]) -> list[float]:
    """Return the bounds of 95 % of resampled ratios: the percentile bootstrap (Efron 1979)."""
    table = np.asarray(shares)
    draw = np.random.default_rng(SEED)
    step = max(1, _DRAWS_AT_ONCE // len(table))
    ratios: list[float] = []
    for start in range(0, _RESAMPLES, step):
        count = min(step, _RESAMPLES - start)
        sums = table[draw.integers(0, len(table), (count, len(table)))].sum(axis=1)
        ratios.extend(sums[:, 0] / sums[:, 1])
    return [round(float(bound), _DIGITS) for bound in np.percentile(ratios, _BOUNDS)]
