"""How long to wait before trying an upstream again."""

from __future__ import annotations

import math
import random


class Backoff:
    """Waits that double from `first_seconds` up to `cap_seconds`, each 10 % more or less.

    With `linear`, each is `first_seconds` longer than the last instead.
    The spread keeps listeners that lost the same upstream from coming back at the same moment.
    """

    def __init__(
        self,
        first_seconds: float,
        cap_seconds: float,
        *,
        linear: bool = False,
        rng: random.Random | None = None,
    ) -> None:
        self._first_seconds = first_seconds
        self._linear = linear
        self._cap_seconds = cap_seconds
        self._rng = rng or random.Random()  # noqa: S311 -- spreads load, guards nothing
        self._tries = 0

    def next_seconds(self) -> float:
        """Return the next wait."""
        if self._linear:
            grown = self._first_seconds * (self._tries + 1)
        else:
            grown = math.ldexp(self._first_seconds, min(self._tries, 32))
        self._tries += 1
        return min(self._cap_seconds, grown) * self._rng.uniform(0.9, 1.1)

    def reset(self) -> None:
        """Begin again at the first wait: upstream is well."""
        self._tries = 0


class Patience:
    """How long to wait for an upstream, by what went wrong with it.

    Each kind of trouble grows by itself: a network that fails is tried again soon, a server that
    is unwell later, one that says "too many requests" later still.
    """

    def __init__(self, network: Backoff, trouble: Backoff, limited: Backoff) -> None:
        self._network = network
        self._trouble = trouble
        self._limited = limited

    def after_loss(self) -> float:
        """Return the wait after a connection that ended or could not be made."""
        return self._network.next_seconds()

    def after_status(self, status: int, asked_for_seconds: float | None = None) -> float:
        """Return the wait after an HTTP status, at least what the server asked for."""
        backoff = self._limited if status == 429 else self._trouble
        return max(asked_for_seconds or 0.0, backoff.next_seconds())

    def calm(self) -> None:
        """Begin again at the first waits: upstream is well."""
        for backoff in (self._network, self._trouble, self._limited):
            backoff.reset()
