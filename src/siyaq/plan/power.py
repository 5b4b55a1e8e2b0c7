"""From machines to megawatts, sites, energy, carbon and the time until power is there."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.plan import machines, sites
from siyaq.plan.demand import Demand
from siyaq.plan.key import Inputs
from siyaq.plan.servers import Servers
from siyaq.plan.serving import Serving
from siyaq.plan.units import (
    YEARS,
    Dollar,
    Gpu,
    Gram,
    Joule,
    Per,
    PerSecond,
    Quantity,
    Second,
    Site,
    Watt,
    divide,
    through,
)

Q = Quantity


@dataclass(frozen=True, slots=True)
class Power:
    """What the sites draw. `peak` is what must be there; `average` what is paid for."""

    computers: Q[Watt]  # under full load, network and storage with them
    peak: Q[Watt]
    average: Q[Watt]
    each: Q[Per[Watt, Gpu]]  # of the whole site, for each card
    sites: Q[Site]
    yearly: Q[Joule]
    price: Q[Per[Dollar, Joule]]  # of the mix
    carbon: Q[Per[Gram, Joule]]
    cost: Q[PerSecond[Dollar]]
    emissions: Q[PerSecond[Gram]]
    lead: Q[Second]  # until the slowest part of the mix stands


def power(inputs: Inputs, demand: Demand, serving: Serving, held: Servers) -> Power:
    """Return what machines draw, times what cooling and conversion add (PUE).

    Under average load cards draw between idle and loaded, in proportion (Barroso and Hölzle, "The
    Case for Energy-Proportional Computing", 2007). Servers of the index always draw their all.
    """
    most = inputs[machines.NODE_POWER] * serving.nodes
    loaded = inputs.number(machines.LOADED)
    idle = min(inputs.number(machines.IDLE), loaded)
    others = inputs[machines.SERVER_POWER] * held.servers
    network = 1 + inputs.number(sites.OVERHEAD)
    pue = inputs.number(sites.PUE)
    used = 1.0 if serving.needed >= serving.nodes else serving.needed.ratio(serving.nodes)
    drawn = idle + (loaded - idle) * used * demand.load
    computers = (most * loaded + others) * network
    average = (most * drawn + others) * network * pue
    peak = computers * pue
    mix = _mix(inputs)
    price: Q[Per[Dollar, Joule]] = Q(0.0)
    carbon: Q[Per[Gram, Joule]] = Q(0.0)
    for kind, share in mix.items():
        price += inputs[sites.POWER_PRICE[kind]] * share
        carbon += inputs[sites.CARBON[kind]] * share
    return Power(
        computers=computers,
        peak=peak,
        average=average,
        each=peak.per(serving.gpus) if serving.gpus.value else Q(0.0),
        sites=peak.at(inputs[sites.SITE_SIZE]).up(),
        yearly=average * YEARS(1),
        price=price,
        carbon=carbon,
        cost=through(price, average),
        emissions=through(carbon, average),
        lead=max((inputs[sites.LEAD[kind]] for kind, share in mix.items() if share), default=Q(0)),
    )


def _mix(inputs: Inputs) -> dict[str, float]:
    shares = {kind: inputs.number(key) for kind, key in sites.MIX.items()}
    whole = sum(shares.values())
    return {kind: divide(share, whole) for kind, share in shares.items()}
