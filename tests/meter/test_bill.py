"""Prices, ticks, and the bill that every process adds to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siyaq.core.answer import Usage, usd_ticks
from siyaq.core.errors import ConfigError
from siyaq.core.reports import Totals
from siyaq.meter import Ledger, Prices
from siyaq.meter.bill import FILE_NAME
from siyaq.meter.prices import TokenPrice, post_prices, token_prices


def test_money_is_what_the_prices_say() -> None:
    prices = Prices(
        kwh=0.10, cpu_hour=0.036, gpu_hour=3.6, models={"m": TokenPrice(read=2.0, written=10.0)}
    )
    dollars = prices.of(
        cpu_seconds=10,
        gpu_seconds=1,
        joules=3.6e6,
        model="m",
        input_tokens=1_000_000,
        output_tokens=100_000,
        feed_usd=0.5,
    )
    assert dollars == pytest.approx(0.0001 + 0.001 + 0.10 + 2.0 + 1.0 + 0.5)


def test_without_prices_money_is_not_told() -> None:
    nothing = {"cpu_seconds": 1.0, "gpu_seconds": 0.0, "joules": 1.0, "feed_usd": 0.0}
    assert Prices().of(**nothing, model="m", input_tokens=1, output_tokens=1) is None
    assert Usage().cost_in_usd_ticks == 0


def test_a_dollar_is_ten_thousand_million_ticks() -> None:
    assert usd_ticks(1.0) == 10_000_000_000
    assert Usage(cost_usd=0.0123).cost_in_usd_ticks == 123_000_000


def test_lists_of_prices_are_read() -> None:
    assert token_prices("gguf:qwen=0.20/0.60, far=1/2", "k") == {
        "gguf:qwen": TokenPrice(0.20, 0.60),
        "far": TokenPrice(1, 2),
    }
    assert post_prices(" x=0.005 ", "k") == {"x": 0.005}
    assert post_prices("", "k") == {}


@pytest.mark.parametrize("text", ["x", "=1", "x=", "x=-1", "x=nan", "x=cheap"])
def test_a_price_that_cannot_be_one_is_refused(text: str) -> None:
    if text == "x=":
        assert post_prices(text, "k") == {"x": 0.0}
        return
    with pytest.raises(ConfigError, match="k"):
        post_prices(text, "k")


def test_a_model_needs_both_prices() -> None:
    with pytest.raises(ConfigError, match="written tokens"):
        token_prices("qwen=0.20", "prices.models")


def test_processes_add_to_one_bill(tmp_path: Path) -> None:
    one, other = Ledger(tmp_path), Ledger(tmp_path)
    one.add("ask", Totals(calls=1, joules=2.0))
    other.add("ask", Totals(calls=2, joules=3.0))
    other.add("search", Totals(calls=1))
    assert one.bill()["ask"].calls == 1
    one.flush()
    other.flush()
    for ledger in (one, other, Ledger(tmp_path)):
        assert ledger.bill()["ask"] == Totals(calls=3, joules=5.0)
    one.flush()  # nothing new: nothing is added twice
    assert Ledger(tmp_path).bill()["search"].calls == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"ask": {"calls": 1}}', '{"ask": 3}'])
def test_a_damaged_bill_begins_anew(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE_NAME).write_text(damage)
    ledger = Ledger(tmp_path)
    assert ledger.bill() == {}
    ledger.add("ask", Totals(calls=1))
    ledger.flush()
    assert json.loads((tmp_path / FILE_NAME).read_text())["ask"]["calls"] == 1


def test_a_bill_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "gone")
    ledger.add("ask", Totals(calls=1))
    ledger.flush()
    assert ledger.bill()["ask"].calls == 1
