"""What must hold of every plan: more never needs less, sums add up, nothing breaks at the ends."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.plan.key import Inputs
from siyaq.plan.outcomes import OUTCOMES
from siyaq.plan.partners import Partner
from siyaq.plan.plan import compute, programme
from siyaq.plan.result import run
from siyaq.plan.scenario import boxed, names
from siyaq.plan.warnings import NEVER_TRAINED, NO_ROOM, OVERLOADED, TOO_SLOW, warnings

from .assumed import ANY, every_key, inputs

GROWING = (
    "nodes", "gpus", "servers", "power", "sites", "capital", "cost_a_year", "emissions_a_year",
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(every_key(), st.floats(0, 10), st.floats(1, 1000), st.sampled_from(names()))
def test_more_users_never_need_less(
    changed: dict[str, float], users: float, times: float, name: str
) -> None:
    base = Inputs({**boxed(name).inputs.values, **changed})
    few, many = 10**users - 1, (10**users - 1) * times
    before, after = (compute(base.having("demand.weekly_users", one)) for one in (few, many))
    for outcome in GROWING:
        less, more = OUTCOMES[outcome].read(before), OUTCOMES[outcome].read(after)
        assert less is not None
        assert more is not None
        assert more >= less * (1 - 1e-9), outcome


@settings(max_examples=150, deadline=None, derandomize=True)
@given(every_key(), st.sampled_from(names()))
def test_nothing_breaks_wherever_the_inputs_are(changed: dict[str, float], name: str) -> None:
    plan = compute(Inputs({**boxed(name).inputs.values, **changed}))
    for outcome in OUTCOMES.values():
        value = outcome.of(plan)
        assert value is None or (math.isfinite(value) and value >= 0), outcome.name
    warnings(plan)
    for year in programme(plan, boxed(name).partners):
        assert year.capital.value >= 0


@settings(max_examples=150, deadline=None, derandomize=True)
@given(every_key())
def test_costs_add_up_to_what_they_are_for(changed: dict[str, float]) -> None:
    money = compute(Inputs({**inputs().values, **changed})).money
    assert money.capital.value == pytest.approx(money.computers.value + money.facility.value)
    assert sum(part.value for part in money.running.values()) == pytest.approx(money.cost.value)
    assert all(part.value >= 0 for part in money.running.values())


shares = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 6)), min_size=1, max_size=6
).map(
    lambda drawn: tuple(
        Partner(f"p{place}", capital, running, joins)
        for place, (capital, running, joins) in enumerate(drawn)
    )
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(shares, st.floats(0.5, 6), st.integers(1, 15), st.floats(1, 8), st.floats(0, 2))
def test_what_partners_pay_adds_up_to_what_is_paid(
    partners: tuple[Partner, ...], build: float, horizon: int, life: float, refresh: float
) -> None:
    changed = {"build": build, "horizon": horizon, "life": life, "refresh": refresh}
    plan = compute(inputs(ANY, **{f"money__{name}": value for name, value in changed.items()}))
    years = programme(plan, partners)
    assert len(years) == horizon
    for year in years:
        for part in ("capital", "running", "held"):
            whole = sum(getattr(share, part).value for share in year.shares.values())
            assert whole == pytest.approx(getattr(year, part).value, abs=1e-3), part
        assert sum(share.capacity for share in year.shares.values()) == pytest.approx(1)
    first = sum(year.capital.value for year in years[: math.ceil(build)])
    if horizon >= build and life >= build + 1:
        assert first == pytest.approx(plan.money.capital.value)


def test_computers_are_replaced_when_their_life_is_over_and_written_off_by_then() -> None:
    changed = {"build": 1, "life": 4, "horizon": 9, "refresh": 0.5, "facility": 0}
    plan = compute(inputs(ANY, **{f"money__{name}": float(one) for name, one in changed.items()}))
    years = programme(plan, ())
    whole = plan.money.computers.value
    paid = [round(year.capital.value / whole, 6) for year in years]
    assert paid == [1, 0, 0, 0, 0.5, 0, 0, 0, 0.5]
    assert years[3].held.value == pytest.approx(0, abs=whole * 1e-9)
    assert years[1].held.value == pytest.approx(whole / 2)


def test_who_joins_later_pays_nothing_before() -> None:
    partners = (Partner("first", 0.5, 0.5), Partner("second", 0.5, 0.5, joins=3))
    years = programme(compute(inputs(money__build=4)), partners)
    assert [year.shares["second"].capital.value > 0 for year in years[:4]] == [
        False, False, True, True,
    ]  # fmt: skip
    assert years[0].shares["first"].capacity == 1
    assert years[3].shares["second"].capacity == pytest.approx(0.25)


def test_nobody_asks_and_nothing_is_divided_by_it() -> None:
    plan = compute(inputs(demand__weekly_users=0, feed__posts=0))
    assert OUTCOMES["nodes"].of(plan) == 0
    assert OUTCOMES["servers"].of(plan) == 0
    assert OUTCOMES["power"].of(plan) == 0
    json.dumps(run(boxed("llama-3-training"), samples=20), allow_nan=False)


def test_everybody_asks_all_day_and_it_is_still_a_number() -> None:
    plan = compute(inputs(demand__weekly_users=1e10, demand__questions=700))
    gpus = OUTCOMES["gpus"].of(plan)
    assert gpus is not None
    assert 1e6 < gpus < 1e10
    assert OUTCOMES["power"].of(plan) is not None


def test_a_plan_that_does_not_hold_together_says_so() -> None:
    room = compute(inputs("newsroom", model__context=1e6))
    assert NO_ROOM in warnings(room)
    slow = compute(inputs("newsroom", service__speed=10_000))
    assert TOO_SLOW in warnings(slow)
    small = compute(inputs(fleet__nodes=1))
    assert OVERLOADED in warnings(small)
    never = compute(inputs("gpus-1m", training__restart=60_000))
    assert NEVER_TRAINED in warnings(never)
    assert warnings(compute(inputs("one-million"))) == ()


def test_memory_is_checked_by_the_numbers() -> None:
    """671 GB of weights on cards of 80 GB, 90 % usable: 16 cards, 481 GB for context."""
    serving = compute(inputs("deepseek-day")).serving
    assert serving.replica.value == 16
    assert serving.weights.value == pytest.approx(671e9)
    assert serving.room.value == pytest.approx(16 * 80e9 * 0.9)
    assert serving.context.value <= serving.room.value - serving.weights.value
    each = 70_272 * 4_989
    assert serving.readers == int((serving.room.value - 671e9) / each)


def test_a_latency_target_costs_cards() -> None:
    slow, fast = (compute(inputs(service__speed=speed)).serving for speed in (10, 60))
    assert fast.readers < slow.readers
    assert fast.nodes > slow.nodes
    assert fast.speed.value >= 60


def test_quotes_need_no_card() -> None:
    plan = compute(inputs("mastodon-50k"))
    assert plan.serving.gpus.value == 0
    assert plan.servers.servers.value >= 1


def test_running_cost_is_shared_by_the_running_shares() -> None:
    partners = (Partner("builder", 1, 0.2), Partner("runner", 0, 0.8))
    for year in programme(compute(inputs()), partners):
        assert year.shares["runner"].running.value == pytest.approx(0.8 * year.running.value)
        assert year.shares["runner"].capital.value == 0
