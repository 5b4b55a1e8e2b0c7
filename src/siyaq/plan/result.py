"""A scenario run: everything that is told of it, ready for JSON, tables and reports."""

from __future__ import annotations

from typing_extensions import TypedDict

from siyaq.plan.key import KEYS
from siyaq.plan.outcomes import HEADLINES, OUTCOMES
from siyaq.plan.partners import Year
from siyaq.plan.plan import Plan, compute, programme
from siyaq.plan.ranges import SAMPLES, Range, ranges, tornado
from siyaq.plan.scenario import Scenario
from siyaq.plan.solve import Solved, filled, solve
from siyaq.plan.units import YEAR
from siyaq.plan.warnings import warnings

BARS = 20
"""Bars of the histogram of a result."""


class AssumptionJson(TypedDict):
    """One input, in its unit. `own`: the scenario set it itself."""

    key: str
    value: float
    low: float
    high: float
    unit: str
    about: str
    source: str
    date: str
    own: bool


class ResultJson(TypedDict):
    """One result. The range is the 5th, 50th and 95th of a hundred; null where none was drawn."""

    value: float | None
    unit: str
    section: str
    low: float | None
    middle: float | None
    high: float | None


class CheckJson(TypedDict):
    """A published figure beside the computed one. `error` and `within` are shares of it."""

    of: str
    published: float
    computed: float | None
    unit: str
    error: float | None
    within: float
    ok: bool
    source: str
    date: str


class SolvedJson(TypedDict):
    """The most that `find` may be. Null: not even the least; not `bounded`: as much as may be."""

    find: str
    value: float | None
    unit: str
    keep: str
    at_most: float
    at_most_unit: str
    bounded: bool


class BarJson(TypedDict):
    """How far one input alone moves a result."""

    key: str
    at_low: float
    at_high: float


class ShareJson(TypedDict):
    """One partner in one year, in dollars; `capacity` is a share."""

    capital: float
    running: float
    held: float
    capacity: float


class YearJson(TypedDict):
    """One year of the programme, in dollars."""

    year: int
    standing: float
    capital: float
    running: float
    held: float
    shares: dict[str, ShareJson]


class PlanJson(TypedDict):
    """A scenario and all that follows from it."""

    scenario: str
    title: dict[str, str]
    about: dict[str, str]
    results: dict[str, ResultJson]
    warnings: list[str]
    checks: list[CheckJson]
    solved: list[SolvedJson]
    running: dict[str, float]  # dollars a year, by what for; adds up to cost_a_year
    tornado: dict[str, list[BarJson]]
    histogram: dict[str, list[int]]  # BARS counts from `low` to `high`
    years: list[YearJson]
    assumptions: list[AssumptionJson]
    samples: int
    seed: int


def run(scenario: Scenario, *, samples: int = SAMPLES, seed: int = 7) -> PlanJson:
    """Return everything that follows from a scenario. `samples` 0: points, no ranges."""
    wanted = scenario.solve if scenario.fill is None else (scenario.fill, *scenario.solve)
    scenario = filled(scenario)
    plan = compute(scenario.inputs)
    drawn = ranges(scenario, samples=samples, seed=seed) if samples else {}
    charted = [name for name in HEADLINES if samples and (OUTCOMES[name].of(plan) or 0) > 0]
    return {
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "about": dict(scenario.about),
        "results": _results(plan, drawn),
        "warnings": list(warnings(plan)),
        "checks": _checks(scenario, plan),
        "solved": [_solved(solve(scenario, one)) for one in wanted],
        "running": {kind: rate.value * YEAR for kind, rate in plan.money.running.items()},
        "tornado": {
            name: [
                {"key": bar.key, "at_low": bar.at_low, "at_high": bar.at_high}
                for bar in tornado(scenario, name)
            ]
            for name in charted
        },
        "histogram": {name: _histogram(one) for name, one in drawn.items() if name in charted},
        "years": [_year(one) for one in programme(plan, scenario.partners)],
        "assumptions": _assumptions(scenario),
        "samples": samples if scenario.uncertain() else 0,
        "seed": seed,
    }


def _results(plan: Plan, drawn: dict[str, Range]) -> dict[str, ResultJson]:
    found: dict[str, ResultJson] = {}
    for name, outcome in OUTCOMES.items():
        value, one = outcome.of(plan), drawn.get(name)
        found[name] = {
            "value": value,
            "unit": outcome.unit,
            "section": outcome.section,
            "low": one.low if one else None,
            "middle": one.middle if one else None,
            "high": one.high if one else None,
        }
    return found


def _checks(scenario: Scenario, plan: Plan) -> list[CheckJson]:
    found: list[CheckJson] = []
    for check in scenario.checks:
        computed = OUTCOMES[check.of].of(plan)
        error = None
        if computed is not None and check.published:
            error = computed / check.published - 1
        found.append(
            {
                "of": check.of,
                "published": check.published,
                "computed": computed,
                "unit": OUTCOMES[check.of].unit,
                "error": error,
                "within": check.within,
                "ok": error is not None and abs(error) <= check.within + 1e-12,
                "source": check.source,
                "date": check.date,
            }
        )
    return found


def _solved(solved: Solved) -> SolvedJson:
    wanted = solved.wanted
    return {
        "find": wanted.find,
        "value": solved.value,
        "unit": solved.unit,
        "keep": wanted.keep,
        "at_most": wanted.at_most,
        "at_most_unit": OUTCOMES[wanted.keep].unit,
        "bounded": solved.bounded,
    }


def _histogram(one: Range) -> list[int]:
    width = (one.high - one.low) / BARS
    counts = [0] * BARS
    for value in one.samples:
        if width > 0 and one.low <= value <= one.high:
            counts[min(BARS - 1, int((value - one.low) / width))] += 1
    return counts


def _year(one: Year) -> YearJson:
    return {
        "year": one.year,
        "standing": one.standing,
        "capital": one.capital.value,
        "running": one.running.value,
        "held": one.held.value,
        "shares": {
            name: {
                "capital": share.capital.value,
                "running": share.running.value,
                "held": share.held.value,
                "capacity": share.capacity,
            }
            for name, share in one.shares.items()
        },
    }


def _assumptions(scenario: Scenario) -> list[AssumptionJson]:
    found: list[AssumptionJson] = []
    for name, figure in scenario.figures.items():
        key = KEYS[name]
        scale = key.unit.scale
        found.append(
            {
                "key": name,
                "value": figure.value / scale,
                "low": figure.low / scale,
                "high": figure.high / scale,
                "unit": key.unit.name,
                "about": key.about,
                "source": figure.source,
                "date": figure.date,
                "own": name in scenario.own,
            }
        )
    return found
