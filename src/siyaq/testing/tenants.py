"""Tenants that want a model's time, on a simulated clock, with the queue that the product has.

A reply has tokens that are read at its start and tokens that are written at a steady rate, as of
a server that batches: a slot does not slow down the others.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from siyaq.access import FairQueue
from siyaq.testing.simulated_time import run_simulated

OUTPUT_WEIGHT = 2.0
TOKENS_A_SECOND = 50.0
CHUNK_TOKENS = 10


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody who sends `rate` requests a second, whatever becomes of them."""

    name: str
    rate: float
    weight: float = 1.0


@dataclass(slots=True)
class Outcome:
    """What a tenant got. `served` is cost, in tokens by weight of reading and writing."""

    served: float = 0.0
    finished: int = 0
    seconds: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return a quantile of the seconds from asking to the last token; 0 where none are."""
        ranked = sorted(self.seconds)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def simulate(
    tenants: Sequence[Tenant],
    *,
    fair: bool,
    slots: int = 8,
    seconds: float = 600.0,
    warm_up: float = 60.0,
    seed: int = 7,
) -> Mapping[str, Outcome]:
    """Return what each tenant got between the warm-up and the end.

    Without `fair`, all stand in one line: first come, first served.
    """
    return run_simulated(
        _simulated(tenants, fair=fair, slots=slots, seconds=seconds, warm_up=warm_up, seed=seed)
    )


async def _simulated(
    tenants: Sequence[Tenant], *, fair: bool, slots: int, seconds: float, warm_up: float, seed: int
) -> Mapping[str, Outcome]:
    queue = FairQueue(slots)
    outcomes = {tenant.name: Outcome() for tenant in tenants}
    loop = asyncio.get_running_loop()

    async def reply(tenant: Tenant, read: int, written: int) -> None:
        asked, outcome = loop.time(), outcomes[tenant.name]
        name, weight = (tenant.name, tenant.weight) if fair else ("everyone", 1.0)

        def count(cost: float) -> None:
            if loop.time() >= warm_up:
                outcome.served += cost

        async with queue.turn(name, weight=weight, cost=read) as turn:
            count(read)
            while written > 0:
                await asyncio.sleep(min(CHUNK_TOKENS, written) / TOKENS_A_SECOND)
                cost = OUTPUT_WEIGHT * min(CHUNK_TOKENS, written)
                turn.charge(cost)
                count(cost)
                written -= CHUNK_TOKENS
        if asked >= warm_up:
            outcome.finished += 1
            outcome.seconds.append(loop.time() - asked)

    async def arrivals(tenant: Tenant) -> None:
        chance = random.Random(f"{seed} {tenant.name}")  # the same requests, whoever else comes
        while True:
            await asyncio.sleep(chance.expovariate(tenant.rate))
            work.create_task(reply(tenant, chance.randint(100, 900), chance.randint(50, 350)))

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as work:
            for tenant in tenants:
                work.create_task(arrivals(tenant))
    return outcomes
