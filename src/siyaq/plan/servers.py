"""From a feed to an index, and the servers that hold it and search it."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.plan import asked, machines
from siyaq.plan.demand import Demand
from siyaq.plan.key import Inputs
from siyaq.plan.units import (
    CORES,
    Byte,
    Core,
    Dollar,
    Per,
    PerSecond,
    Post,
    Quantity,
    Second,
    Server,
    most,
    through,
)

Q = Quantity


@dataclass(frozen=True, slots=True)
class Servers:
    """What holds the posts and finds them."""

    posts: Q[Post]  # held at any time
    disk: Q[Byte]  # of all copies
    memory: Q[Byte]
    ingest: Q[Core]  # of all copies
    search: Q[Core]  # at the peak
    servers: Q[Server]
    fees: Q[PerSecond[Dollar]]


def servers(inputs: Inputs, demand: Demand) -> Servers:
    """Return the servers for feed, index and search: as many as cores, memory or disk ask for.

    Every copy of the index takes the whole feed in; questions are spread over the copies.
    """
    copies = inputs.number(machines.COPIES)
    feed = inputs[machines.FEED]
    posts = feed * inputs[machines.RETENTION]
    disk = inputs[machines.DISK_EACH] * posts * copies
    memory = inputs[machines.MEMORY_EACH] * posts * copies
    ingest = feed.at(inputs[machines.INGEST]) * copies
    peak = inputs.number(asked.PEAK)
    work = sum(
        (through(inputs[asked.CPU_EACH[kind]], rate) for kind, rate in demand.by_kind.items()),
        start=Q[Per[Second, Second]](0.0),
    )
    search = CORES(work.value * peak)  # a core does a second of work in a second
    busy = (ingest + search) / inputs.number(asked.UTILIZATION)
    wanted = most(
        busy.at(inputs[machines.SERVER_CORES]),
        memory.at(inputs[machines.SERVER_MEMORY]),
        disk.at(inputs[machines.SERVER_DISK]),
    )
    return Servers(
        posts=posts,
        disk=disk,
        memory=memory,
        ingest=ingest,
        search=search,
        servers=wanted.up(),
        fees=through(inputs[machines.FEE], feed),
    )
