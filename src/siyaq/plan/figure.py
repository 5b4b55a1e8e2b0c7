"""Figures: a value with its range, and where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Spread = Literal["linear", "log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One input of a plan, in base units: what is taken for it, and between what it may lie.

    `low` and `high` are the ends of a triangular distribution whose peak is `value`, on a
    logarithmic scale where the ends are more than ten times apart. Without a range, they are
    the value itself.
    """

    value: float
    low: float
    high: float
    source: str
    date: str

    @property
    def uncertain(self) -> bool:
        """Whether it has a range."""
        return self.low < self.high

    @property
    def spread(self) -> Spread:
        """On which scale the range is triangular."""
        return "log" if self.low > 0 and self.high > 10 * self.low else "linear"

    def at(self, level: float) -> float:
        """Return the value below which the figure lies with a probability of `level`."""
        if not self.uncertain:
            return self.value
        if self.spread == "log":
            ends = (math.log(self.low), math.log(self.value), math.log(self.high))
            return math.exp(_triangular(level, *ends))
        return _triangular(level, self.low, self.value, self.high)


def _triangular(level: float, low: float, mode: float, high: float) -> float:
    """Return the inverse of the triangular distribution (Kotz and van Dorp, Beyond Beta, 2004)."""
    turn = (mode - low) / (high - low)
    if level < turn:
        return low + math.sqrt(level * (high - low) * (mode - low))
    return high - math.sqrt((1 - level) * (high - low) * (high - mode))
