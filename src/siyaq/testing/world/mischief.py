"""Orders to misbehave, for servers whose ways of doing so are their own."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One misdeed, once. Which of the details count depends on what it is."""

    name: str
    status: int = 503
    seconds: float = 1.0  # real ones
    count: int = 5


class Mischief:
    """Orders that wait for their occasion, and what has really been done."""

    def __init__(self, known: Collection[str]) -> None:
        self.fired: Counter[str] = Counter()
        self.known = frozenset(known)
        self._orders: deque[Order] = deque()

    def order(
        self, name: str, *, status: int = 503, seconds: float = 1.0, count: int = 5, times: int = 1
    ) -> None:
        """Let something go wrong as soon as it can, `times` over."""
        if name not in self.known:
            raise ValueError(f"unknown misdeed {name!r}, one of: {', '.join(sorted(self.known))}")
        order = Order(name=name, status=status, seconds=seconds, count=count)
        self._orders.extend([order] * times)

    def take(self, *names: str) -> Order | None:
        """Return the next order of one of these names, count it and forget it."""
        for order in self._orders:
            if order.name in names:
                self._orders.remove(order)
                self.fired[order.name] += 1
                return order
        return None

    @property
    def waiting(self) -> tuple[Order, ...]:
        """Orders that have not struck yet."""
        return tuple(self._orders)
