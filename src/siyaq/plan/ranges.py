"""Ranges, not only points: Monte Carlo over the stated uncertainties, and what matters most."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siyaq.plan.key import Inputs
from siyaq.plan.outcomes import HEADLINES, OUTCOMES
from siyaq.plan.plan import compute
from siyaq.plan.scenario import Scenario

SAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Range:
    """What a result may be: the 5th, 50th and 95th of a hundred, and all samples in order."""

    low: float
    middle: float
    high: float
    samples: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """How far one figure alone moves a result, from its low end to its high end."""

    key: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How far apart the ends are."""
        return abs(self.at_high - self.at_low)


def ranges(
    scenario: Scenario,
    outcomes: Sequence[str] = HEADLINES,
    *,
    samples: int = SAMPLES,
    seed: int = 7,
) -> dict[str, Range]:
    """Return the range of each result, drawing every uncertain figure independently.

    Each figure is drawn once from each of `samples` slices of equal probability, in random order
    (Latin hypercube: McKay, Beckman and Conover, Technometrics 21(2), 1979).
    """
    dice = random.Random(seed)  # noqa: S311  draws of a model, not secrets
    columns: dict[str, list[float]] = {}
    for name, figure in sorted(scenario.uncertain().items()):
        slices = [(index + dice.random()) / samples for index in range(samples)]
        dice.shuffle(slices)
        columns[name] = [figure.at(level) for level in slices]
    central = scenario.inputs.values
    found: dict[str, list[float]] = {name: [] for name in outcomes}
    for index in range(samples if columns else 1):
        drawn = {name: column[index] for name, column in columns.items()}
        plan = compute(Inputs(_sound({**central, **drawn})))
        for name in outcomes:
            value = OUTCOMES[name].of(plan)
            if value is not None:
                found[name].append(value)
    return {name: _range(values) for name, values in found.items() if values}


def _sound(values: Mapping[str, float]) -> Mapping[str, float]:
    """Keep what was drawn possible: no more weights active than there are."""
    active = min(values["model.active"], values["model.parameters"])
    return {**values, "model.active": active}


def _range(values: list[float]) -> Range:
    ordered = sorted(values)

    def at(level: float) -> float:
        place = level * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return Range(at(0.05), at(0.5), at(0.95), tuple(ordered))


def tornado(scenario: Scenario, outcome: str, *, most: int = 12) -> list[Bar]:
    """Return what moves a result most, each uncertain figure alone from end to end."""
    inputs = scenario.inputs
    bars = []
    for name, figure in scenario.uncertain().items():
        ends = [
            OUTCOMES[outcome].of(compute(Inputs(_sound({**inputs.values, name: end}))))
            for end in (figure.low, figure.high)
        ]
        low, high = ends
        if low is not None and high is not None and low != high:
            bars.append(Bar(name, low, high))
    return sorted(bars, key=lambda bar: -bar.swing)[:most]
