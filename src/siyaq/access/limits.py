"""How much a key may use within a window of time, and its share where several want the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from siyaq.core.errors import UsageError

Resource = Literal["requests", "tokens", "seconds"]

MAX_LIMIT = 10**12
MAX_WEIGHT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What calls use: how many they are, tokens that models read and write, seconds of work."""

    requests: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that may be used within a window. None leaves it to the settings, 0 is no limit.

    `weight` is the share of a model's time where several callers wait for it.
    """

    requests: int | None = None
    tokens: int | None = None
    seconds: int | None = None
    weight: int = 1

    def __post_init__(self) -> None:
        for most in (self.requests, self.tokens, self.seconds):
            if most is not None and not 0 <= most <= MAX_LIMIT:
                raise UsageError(f"a limit is from 0 (none) to {MAX_LIMIT}, got {most}")
        if not 1 <= self.weight <= MAX_WEIGHT:
            raise UsageError(f"a weight is from 1 to {MAX_WEIGHT}, got {self.weight}")

    def over(self, defaults: Limits) -> Limits:
        """Return them with what they leave open taken from `defaults`."""
        return replace(
            self,
            requests=defaults.requests if self.requests is None else self.requests,
            tokens=defaults.tokens if self.tokens is None else self.tokens,
            seconds=defaults.seconds if self.seconds is None else self.seconds,
        )

    def most(self) -> dict[Resource, float]:
        """Return what is limited at all, by name."""
        found: dict[Resource, float] = {}
        if self.requests:
            found["requests"] = self.requests
        if self.tokens:
            found["tokens"] = self.tokens
        if self.seconds:
            found["seconds"] = self.seconds
        return found


NO_LIMITS = Limits()
