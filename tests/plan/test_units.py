"""Quantities: what the types refuse, and what the numbers do."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api

from siyaq.plan import units
from siyaq.plan.key import KEYS
from siyaq.plan.units import Quantity, divide, each, through, yearly

SOUND = """
from siyaq.plan.units import *
watts: Quantity[Per[Joule, Second]] = MEGAWATTS(3)
energy: Quantity[Joule] = watts * HOURS(2)
time: Quantity[Second] = energy.at(watts)
price: Quantity[Per[Dollar, Joule]] = DOLLARS(3).per(energy)
cost: Quantity[Per[Dollar, Second]] = through(price, watts)
"""

WRONG = {
    "energy plus power": "JOULES(1) + WATTS(1)",
    "dollars times hours": "DOLLARS(1) * HOURS(1)",
    "watts times dollars": "WATTS(1) * DOLLARS(1)",
    "tokens taken from bytes": "BYTES(1) - TOKENS(1)",
    "watts told in joules": "WATTS(1).of(JOULES)",
    "the ratio of people to nodes": "PEOPLE(1).ratio(NODES(1))",
    "hours at dollars": "HOURS(1).at(DOLLARS(1).per(GPUS(1)))",
    "grams a joule through tokens a node": (
        "through(GRAMS(1).per(JOULES(1)), TOKENS(1).per(NODES(1)))"
    ),
    "a rate told as what it rates": "x: Quantity[Joule] = WATTS(1)",
}


def test_the_type_checker_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    lines = ["from siyaq.plan.units import *", *WRONG.values()]
    wrong, sound = tmp_path / "wrong.py", tmp_path / "sound.py"
    wrong.write_text("\n".join(lines))
    sound.write_text(SOUND)
    cache = f"--cache-dir={tmp_path / 'cache'}"
    told, _, _ = api.run([str(wrong), str(sound), "--strict", cache])
    refused = set(map(int, re.findall(r"wrong\.py:(\d+): error", told)))
    for line, what in enumerate(WRONG, start=2):
        assert line in refused, what
    assert "sound.py" not in told


@given(st.just(0.0) | st.floats(1e-9, 1e12), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_rates_and_amounts_undo_each_other(amount: float, time: float, price: float) -> None:
    joules, seconds = units.JOULES(amount), units.SECONDS(time)
    watts = joules.per(seconds)
    assert (watts * seconds).value == pytest.approx(amount)
    if amount:
        assert joules.at(watts).value == pytest.approx(time)
    cost = through(units.DOLLARS(price).per(units.JOULES(1)), watts)
    assert each(cost, watts).value == pytest.approx(price if amount else 0)


@given(st.sampled_from(sorted(KEYS)), st.floats(0, 1e9))
def test_units_convert_there_and_back(name: str, number: float) -> None:
    for unit in KEYS[name].units:
        assert unit(number).of(unit) == pytest.approx(number)


def test_units_are_worth_what_they_are() -> None:
    assert (units.MEGAWATTS(1) * units.HOURS(1)).value == pytest.approx(3.6e9)
    assert units.MILLION_KWH(1).value == pytest.approx(3.6e12)
    assert units.YEARS(1).of(units.DAYS) == pytest.approx(365.25)
    assert units.MONTHS(12).value == pytest.approx(units.YEARS(1).value)
    assert units.TRILLION_TOKENS(1).of(units.TOKENS) == 1e12


def test_nothing_divided_by_nothing_is_nothing() -> None:
    assert divide(0, 0) == 0
    assert divide(3, 0) == math.inf
    assert units.DOLLARS(0).per(units.SECONDS(0)).value == 0
    assert (units.DOLLARS(1).per(units.SECONDS(0)) * units.SECONDS(0)).value == 0


@pytest.mark.parametrize(("number", "whole"), [(2.61, 3), (3.0, 3), (3.0000000001, 3), (0, 0)])
def test_whole_things_are_rounded_up(number: float, whole: float) -> None:
    assert units.NODES(number).up() == units.NODES(whole)
    assert Quantity(math.inf).up().value == math.inf


def test_a_yearly_share_is_taken_by_the_second() -> None:
    rate = units.Unit[units.PerSecond[units.One]]("1/year", 1 / units.YEAR)
    cost = yearly(units.DOLLARS(200), rate(0.05))
    assert (cost * units.YEARS(1)).value == pytest.approx(10)
