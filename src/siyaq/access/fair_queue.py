"""Whose turn it is at something that few can use at once: a model's time.

The virtual token counter of Sheng et al., "Fairness in Serving Large Language Models" (OSDI 2024),
over turns. Each tenant has a counter of what it was served, by its weight; the next turn goes to
the waiting tenant with the lowest. A tenant that comes back from a rest is lifted to the lowest
counter of those that wait: nobody saves up by staying away. No turn is left free while somebody
waits, and none is taken back.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple


class _Waiting(NamedTuple):
    """One turn that is waited for, and what it costs as it begins."""

    cost: float
    coming: asyncio.Future[None]


@dataclass(slots=True)
class _Tenant:
    """One caller: what it was served, by weight, and who waits in its name."""

    served: float = 0.0
    weight: float = 1.0
    waiting: OrderedDict[int, _Waiting] = field(default_factory=OrderedDict)  # by arrival
    turns: int = 0  # under way

    def urgency(self) -> tuple[float, float, int]:
        """Return what the next turn is given by, the least first."""
        return self.served, self.turns / self.weight, next(iter(self.waiting))


class Turn:
    """The right to use it, until the block is left."""

    def __init__(self, tenant: _Tenant) -> None:
        self._tenant = tenant

    def charge(self, cost: float) -> None:
        """Add to what the tenant was served; less than nothing puts an estimate right."""
        self._tenant.served += cost / self._tenant.weight


class FairQueue:
    """Turns at one thing, `slots` at a time. It belongs to one event loop."""

    def __init__(self, slots: int, *, remembered: int = 10_000) -> None:
        self._free = slots
        self._remembered = remembered
        self._tenants: dict[str, _Tenant] = {}
        self._arrivals = 0
        self._last: _Tenant | None = None  # whose request was the last to wait

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(len(tenant.waiting) for tenant in self._tenants.values())

    def served(self, tenant: str) -> float:
        """Return the counter of a tenant: what it was served, by its weight."""
        found = self._tenants.get(tenant)
        return found.served if found else 0.0

    @asynccontextmanager
    async def turn(
        self, tenant: str, *, weight: float = 1.0, cost: float = 0.0, within: float | None = None
    ) -> AsyncIterator[Turn]:
        """Wait for a turn and use it. `cost` is charged as it begins, the rest by `Turn.charge`.

        Raises TimeoutError when it has not come `within` seconds.
        """
        one = self._arrived(tenant, weight)
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals = place = self._arrivals + 1
        one.waiting[place] = _Waiting(cost, coming)
        self._give()
        try:
            async with asyncio.timeout(within):
                await coming
        except BaseException:
            one.waiting.pop(place, None)
            if coming.done() and not coming.cancelled():  # given in the very moment of leaving
                self._done(one)
            raise
        try:
            yield Turn(one)
        finally:
            self._done(one)

    def _arrived(self, name: str, weight: float) -> _Tenant:
        tenant = self._tenants.get(name)
        if tenant is None:
            self._forget_idle()
            tenant = self._tenants[name] = _Tenant()
        tenant.weight = weight
        if not tenant.waiting:
            others = [other.served for other in self._tenants.values() if other.waiting]
            nobody = self._last.served if self._last else 0.0
            tenant.served = max(tenant.served, min(others, default=nobody))
        return tenant

    def _give(self) -> None:
        """Give free turns to those who wait, the least served tenant first."""
        while self._free:
            queues = [one for one in self._tenants.values() if one.waiting]
            if not queues:
                return
            tenant = min(queues, key=_Tenant.urgency)
            _, (cost, coming) = tenant.waiting.popitem(last=False)
            if coming.done():  # it is about to leave
                continue
            self._free -= 1
            tenant.turns += 1
            if not tenant.waiting:
                self._last = tenant
            tenant.served += cost / tenant.weight
            coming.set_result(None)

    def _done(self, tenant: _Tenant) -> None:
        tenant.turns -= 1
        self._free += 1
        self._give()

    def _forget_idle(self) -> None:
        """Let go of tenants that are not here, the least served: they would be lifted anyway."""
        if len(self._tenants) < self._remembered:
            return
        idle = [
            (tenant.served, name)
            for name, tenant in self._tenants.items()
            if not tenant.waiting and not tenant.turns
        ]
        for _, name in sorted(idle)[: self._remembered // 10 + 1]:
            del self._tenants[name]
