"""Capital, running cost, and what one answer costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from siyaq.plan import machines, sites
from siyaq.plan.demand import Demand
from siyaq.plan.key import Inputs
from siyaq.plan.power import Power
from siyaq.plan.servers import Servers
from siyaq.plan.serving import Serving
from siyaq.plan.units import (
    YEARS,
    Dollar,
    Gram,
    Joule,
    Per,
    PerSecond,
    Quantity,
    Request,
    each,
    yearly,
)

Q = Quantity


@dataclass(frozen=True, slots=True)
class Money:
    """What it costs to build and to run. Rates are dollars a second."""

    computers: Q[Dollar]  # capital: nodes, servers, network
    facility: Q[Dollar]  # capital: buildings, power, cooling
    capital: Q[Dollar]
    running: Mapping[str, Q[PerSecond[Dollar]]]  # by what it is for; adds up to `cost`
    cost: Q[PerSecond[Dollar]]
    yearly: Q[Dollar]
    each: Q[Per[Dollar, Request]]
    energy_each: Q[Per[Joule, Request]]
    grams_each: Q[Per[Gram, Request]]


def money(inputs: Inputs, demand: Demand, serving: Serving, held: Servers, power: Power) -> Money:
    """Return the cost of a year in which everything stands.

    What is owned is written off in equal parts over its life, and its price bears interest on
    half of it on average. What is rented has a price that holds its building, power and people.
    """
    owned = inputs.number(sites.OWNED)
    rented = 1 - owned
    nodes = (
        inputs[machines.NODE_PRICE] * serving.nodes + inputs[machines.SERVER_PRICE] * held.servers
    )
    computers = nodes * (1 + inputs.number(sites.NETWORK_PRICE)) * owned
    facility = inputs[sites.FACILITY] * power.peak * owned
    rent = inputs[machines.RENT] * serving.gpus + inputs[machines.SERVER_RENT] * held.servers
    interest = inputs[sites.INTEREST]
    running: dict[str, Q[PerSecond[Dollar]]] = {
        "computers": computers.per(inputs[sites.LIFE]),
        "facility": facility.per(inputs[sites.FACILITY_LIFE]),
        "interest": yearly((computers + facility) / 2, interest),
        "energy": power.cost * owned,
        "upkeep": yearly(computers, inputs[sites.UPKEEP]),
        "staff": inputs[sites.STAFF],
        "rent": rent * rented,
        "feed": held.fees,
    }
    cost: Q[PerSecond[Dollar]] = sum(running.values(), start=Q(0.0))
    return Money(
        computers=computers,
        facility=facility,
        capital=computers + facility,
        running=running,
        cost=cost,
        yearly=cost * YEARS(1),
        each=each(cost, demand.requests),
        energy_each=each(power.average, demand.requests),
        grams_each=each(power.emissions, demand.requests),
    )
