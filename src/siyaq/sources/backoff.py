"""How long to wait before trying an upstream again."""

from __future__ import annotations

import math
import random


class Backoff:
    """Waits that double from `first_seconds` up to `cap_seconds`, each 10 % more or less.

    The spread keeps listeners that lost the same upstream from coming back at the same moment.
    """

    def __init__(
        self, first_seconds: float, cap_seconds: float, *, rng: random.Random | None = None
    ) -> None:
        self._first_seconds = first_seconds
        self._cap_seconds = cap_seconds
        self._rng = rng or random.Random()  # noqa: S311 -- spreads load, guards nothing
        self._tries = 0

    def next_seconds(self) -> float:
        """Return the next wait."""
        doubled = math.ldexp(self._first_seconds, min(self._tries, 32))
        self._tries += 1
        return min(self._cap_seconds, doubled) * self._rng.uniform(0.9, 1.1)

    def reset(self) -> None:
        """Begin again at the first wait: upstream is well."""
        self._tries = 0
