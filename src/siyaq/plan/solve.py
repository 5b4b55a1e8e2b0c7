"""What would have to be true: the largest value of an input that keeps a result within bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from siyaq.plan.figure import Figure
from siyaq.plan.key import KEYS, Inputs
from siyaq.plan.outcomes import OUTCOMES
from siyaq.plan.plan import compute
from siyaq.plan.scenario import Scenario, Wanted

STEPS = 100
WHOLE = frozenset({"demand.weekly_users", "fleet.nodes"})
"""Inputs of whole things: what is found is rounded down."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The answer to one question. `value` is in the input's first unit; None: not even its least.

    `bounded` is False where the result never reaches the bound, whatever the input is.
    """

    wanted: Wanted
    value: float | None
    unit: str
    bounded: bool = True


def solve(scenario: Scenario, wanted: Wanted) -> Solved:
    """Return the largest value of `find` for which `keep` is at most `at_most`.

    Everything else is as the scenario says. By bisection between the ends of what the input may
    be: the result must not fall as the input grows, which holds for demand against machines, power
    and money.
    """
    key = KEYS[wanted.find]
    low, high = key.low * key.unit.scale, key.high * key.unit.scale
    inputs = scenario.inputs

    def kept(value: float) -> bool:
        result = _result(inputs.having(wanted.find, value), wanted.keep)
        return result <= wanted.at_most * (1 + 1e-12)

    if not kept(low):
        return Solved(wanted, None, key.unit.name)
    if kept(high):
        return Solved(wanted, high / key.unit.scale, key.unit.name, bounded=False)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if kept(middle) else (low, middle)
    found = low / key.unit.scale
    if wanted.find in WHOLE:
        found = float(int(found + 1e-9))
    return Solved(wanted, found, key.unit.name)


def _result(inputs: Inputs, outcome: str) -> float:
    value = OUTCOMES[outcome].of(compute(inputs))
    return float("inf") if value is None else value


def filled(scenario: Scenario) -> Scenario:
    """Return a scenario with the input that it leaves open put in: `[fill]`."""
    if scenario.fill is None:
        return scenario
    solved = solve(scenario, scenario.fill)
    if solved.value is None:
        return scenario
    old = scenario.figures[scenario.fill.find]
    value = solved.value * KEYS[scenario.fill.find].unit.scale
    said = f"solved: the most that keeps {scenario.fill.keep} at {scenario.fill.at_most:g}"
    new = Figure(value=value, low=value, high=value, source=said, date=old.date)
    return replace(scenario, figures={**scenario.figures, scenario.fill.find: new})
