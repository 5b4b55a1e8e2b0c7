"""A plan: everything that follows from the inputs. Pure, and quick enough to ask thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siyaq.plan.demand import Demand, demand
from siyaq.plan.key import Inputs
from siyaq.plan.money import Money, money
from siyaq.plan.partners import Partner, Year, years
from siyaq.plan.power import Power, power
from siyaq.plan.servers import Servers, servers
from siyaq.plan.serving import Serving, serving
from siyaq.plan.training import Training, training


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from a set of inputs."""

    inputs: Inputs
    demand: Demand
    serving: Serving
    servers: Servers
    power: Power
    money: Money
    training: Training | None


def compute(inputs: Inputs) -> Plan:
    """Return the plan of a set of inputs."""
    asked = demand(inputs)
    carried = serving(inputs, asked)
    held = servers(inputs, asked)
    drawn = power(inputs, asked, carried, held)
    return Plan(
        inputs=inputs,
        demand=asked,
        serving=carried,
        servers=held,
        power=drawn,
        money=money(inputs, asked, carried, held, drawn),
        training=training(inputs, carried, drawn),
    )


def programme(plan: Plan, partners: Sequence[Partner]) -> tuple[Year, ...]:
    """Return the years of a plan, shared among partners."""
    return years(plan.inputs, plan.money, partners)
