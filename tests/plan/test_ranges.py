"""Ranges, what matters most, and what would have to be true."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyaq.plan.figure import Figure
from siyaq.plan.outcomes import OUTCOMES
from siyaq.plan.plan import compute
from siyaq.plan.ranges import ranges, tornado
from siyaq.plan.scenario import boxed, names, wanted
from siyaq.plan.solve import filled, solve

ends = st.tuples(st.floats(0.01, 1e6), st.floats(1, 1e3), st.floats(1, 1e3))


def between(low: float, value: float, high: float) -> Figure:
    return Figure(value=value, low=low, high=high, source="a test", date="2026")


@given(ends, st.floats(0, 1), st.floats(0, 1))
def test_a_draw_lies_in_the_range_and_grows_with_its_level(
    drawn: tuple[float, float, float], one: float, other: float
) -> None:
    low, up, further = drawn
    figure = between(low, low * up, low * up * further)
    less, more = sorted((one, other))
    assert figure.at(less) <= figure.at(more) * (1 + 1e-9)
    assert figure.low * (1 - 1e-9) <= figure.at(one) <= figure.high * (1 + 1e-9)


def test_draws_are_triangular() -> None:
    """Mean (a + b + c) / 3 and median by the formula of the triangular distribution."""
    figure = between(10, 20, 60)
    drawn = [figure.at((place + 0.5) / 10_000) for place in range(10_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(30, rel=1e-3)
    assert drawn[5000] == pytest.approx(60 - math.sqrt(50 * 40 / 2), rel=1e-3)
    assert between(1, 10, 1000).spread == "log"


def test_the_same_seed_gives_the_same_ranges_and_another_others() -> None:
    scenario = boxed("one-million")
    first, again, other = (
        ranges(scenario, ("cost_each",), samples=100, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_ranges_settle_as_draws_grow() -> None:
    scenario = boxed("one-million")
    few, many = (
        ranges(scenario, ("cost_each",), samples=size, seed=5)["cost_each"] for size in (300, 1200)
    )
    assert few.middle == pytest.approx(many.middle, rel=0.06)
    assert few.low < few.middle < few.high


def test_what_is_certain_has_no_range() -> None:
    scenario = boxed("one-million")
    fixed = {name: one.value for name, one in scenario.uncertain().items()}
    certain = {n: between(v, v, v) for n, v in fixed.items()}
    found = ranges(replace(scenario, figures={**scenario.figures, **certain}), ("gpus",))["gpus"]
    assert found.low == found.middle == found.high


def test_the_tornado_is_in_order_and_true() -> None:
    scenario = boxed("one-million")
    bars = tornado(scenario, "cost_a_year")
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    for bar in bars:
        figure = scenario.figures[bar.key]
        for end, told in ((figure.low, bar.at_low), (figure.high, bar.at_high)):
            plan = compute(scenario.inputs.having(bar.key, end))
            assert OUTCOMES["cost_a_year"].of(plan) == pytest.approx(told)


@pytest.mark.parametrize("name", names())
def test_what_is_solved_is_the_most_there_is(name: str) -> None:
    scenario = filled(boxed(name))
    for question in (*scenario.solve, *filter(None, [scenario.fill])):
        solved = solve(scenario, question)
        assert solved.value is not None
        assert solved.bounded
        unit = 1.0 if solved.unit == "people" else 1 / 604_800
        for factor, kept in ((1.0, True), (1.05, False)):
            plan = compute(scenario.inputs.having(question.find, solved.value * unit * factor))
            result = OUTCOMES[question.keep].of(plan)
            assert result is not None
            assert (result <= question.at_most * (1 + 1e-9)) == kept, (question, result)


def test_a_programme_spends_its_budget() -> None:
    for name, budget in (("programme-30b", 30e9), ("programme-100b", 100e9)):
        plan = compute(filled(boxed(name)).inputs)
        assert plan.money.capital.value == pytest.approx(budget, rel=1e-3)
        assert plan.money.capital.value <= budget


def test_what_cannot_be_kept_and_what_is_never_reached_say_so() -> None:
    scenario = boxed("one-million")
    none = solve(scenario, wanted("demand.weekly_users", "power", "1 kW"))
    assert none.value is None
    free = solve(scenario, wanted("money.life", "nodes", "1000 nodes"))
    assert free.bounded is False


def test_a_larger_budget_never_serves_fewer() -> None:
    scenario = boxed("four-hundred-million")
    found = [
        solve(scenario, wanted("demand.weekly_users", "capital", budget)).value or 0
        for budget in (1e8, 1e9, 1e10)
    ]
    assert found == sorted(found)
    assert found[0] > 0


def test_figures_are_drawn_independently() -> None:
    """The spread of a product's logarithm is the sum of the spreads of its factors'."""
    scenario = boxed("newsroom")  # users and questions both are uncertain
    found = ranges(scenario, ("users", "average_requests"), samples=1000, seed=2)
    questions = [scenario.figures["demand.questions"].at((n + 0.5) / 1000) for n in range(1000)]

    def spread(values: Sequence[float]) -> float:
        return pvariance([math.log(value) for value in values])

    parts = spread(found["users"].samples) + spread(questions)
    assert spread(found["average_requests"].samples) == pytest.approx(parts, rel=0.12)
