"""What things cost here, as configured. Money is in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from siyaq.core.errors import ConfigError

JOULES_PER_KWH = 3.6e6
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Dollars for a million tokens read and a million written."""

    read: float
    written: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices that were set; what has none costs nothing. All zero: money is not told."""

    kwh: float = 0.0  # electricity
    cpu_hour: float = 0.0  # one core, for an hour of work
    gpu_hour: float = 0.0
    models: Mapping[str, TokenPrice] = field(default_factory=dict[str, TokenPrice])
    posts: Mapping[str, float] = field(default_factory=dict[str, float])  # by source, a post

    @property
    def told(self) -> bool:
        """Whether any price was set."""
        own = self.kwh or self.cpu_hour or self.gpu_hour
        return bool(own or self.models or self.posts)

    def of(
        self,
        *,
        cpu_seconds: float,
        gpu_seconds: float,
        joules: float | None,
        model: str,
        input_tokens: int,
        output_tokens: int,
        feed_usd: float,
    ) -> float | None:
        """Return the dollars of one call; None where no price is known at all."""
        if not self.told:
            return None
        dollars = feed_usd + (joules or 0.0) / JOULES_PER_KWH * self.kwh
        dollars += cpu_seconds / _SECONDS_PER_HOUR * self.cpu_hour
        dollars += gpu_seconds / _SECONDS_PER_HOUR * self.gpu_hour
        price = self.models.get(model)
        if price is not None:
            dollars += (input_tokens * price.read + output_tokens * price.written) / 1e6
        return dollars


def amount(text: str, key: str) -> float:
    """Read a price or a number of watts. Raises ConfigError unless it is 0 or more."""
    try:
        value = float(text or 0)
    except ValueError:
        value = -1.0
    if not isfinite(value) or value < 0:
        raise ConfigError(f"{key} must be a number of 0 or more, got {text!r}")
    return value


def token_prices(text: str, key: str) -> dict[str, TokenPrice]:
    """Read `model=read/written, …`, dollars for a million tokens. Raises ConfigError."""
    prices = {}
    for name, told in _pairs(text, key).items():
        read, slash, written = told.partition("/")
        if not slash:
            raise ConfigError(
                f"{key} has no price of written tokens for {name!r}",
                hint="write it like 'qwen=0.20/0.60': dollars for a million tokens read/written",
            )
        prices[name] = TokenPrice(amount(read.strip(), key), amount(written.strip(), key))
    return prices


def post_prices(text: str, key: str) -> dict[str, float]:
    """Read `source=price, …`, dollars for a post. Raises ConfigError."""
    return {name: amount(told, key) for name, told in _pairs(text, key).items()}


def _pairs(text: str, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, told = part.rpartition("=")
        if not equals or not name.strip():
            raise ConfigError(f"{key} is a list of name=price, got {part!r}")
        found[name.strip()] = told.strip()
    return found
