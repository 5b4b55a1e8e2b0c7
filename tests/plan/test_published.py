"""What others have published is what the plan computes."""

from __future__ import annotations

import pytest

from siyaq.plan.outcomes import OUTCOMES
from siyaq.plan.plan import compute
from siyaq.plan.ranges import ranges
from siyaq.plan.result import run
from siyaq.plan.scenario import boxed, names, profile_figures
from siyaq.plan.solve import filled

from .assumed import inputs


def told(outcome: str, name: str, **changed: float) -> float:
    value = OUTCOMES[outcome].of(compute(inputs(name, **changed)))
    assert value is not None
    return value


@pytest.mark.parametrize("name", names())
def test_every_check_in_the_box_holds(name: str) -> None:
    for check in run(boxed(name), samples=0)["checks"]:
        assert check["ok"], check


def test_the_box_holds_published_checks() -> None:
    checked = {check.of for name in names() for check in boxed(name).checks}
    assert checked >= {"nodes", "cost_a_day", "power", "training_gpu_hours", "capital_per_kw"}


def test_deepseeks_day_costs_what_it_said() -> None:
    """226.75 nodes x 8 cards x 24 h x 2 dollars = 87,072 (DeepSeek, 2025-02-28)."""
    assert told("cost_a_day", "deepseek-day", fleet__nodes=226.75) == pytest.approx(87_072)
    # and from its tokens alone, by its rates, within half a hundredth
    assert told("nodes", "deepseek-day") == pytest.approx(226.75, rel=0.005)


def test_the_worked_example_of_a_million_users() -> None:
    name = "one-million-weekly"
    assert told("average_requests", name) == pytest.approx(4.96, abs=0.005)
    assert told("peak_requests", name) == pytest.approx(12.4, abs=0.01)
    assert told("tokens_read", name) == pytest.approx(148_800, rel=1e-3)
    assert told("tokens_written", name) == pytest.approx(8_681, rel=1e-3)
    assert told("nodes_for_reading", name) == pytest.approx(2.02, abs=0.005)
    assert told("nodes_for_writing", name) == pytest.approx(0.59, abs=0.005)
    assert told("nodes", name) == 3
    assert told("gpus", name) == 24
    assert told("power", name) == pytest.approx(31, rel=0.03)
    assert told("cost_a_day", name) == pytest.approx(1_152)


def test_the_roofline_alone_gives_deepseeks_rates() -> None:
    """No measured rate: the model of operations and bandwidth, at the shares of the box."""
    plan = compute(inputs("deepseek-day", rates__prefill=0))
    assert not plan.serving.measured
    assert plan.serving.reading.value == pytest.approx(73_700, rel=0.05)
    assert plan.serving.writing.value == pytest.approx(14_800, rel=0.05)
    assert 20 <= plan.serving.speed.value <= 22, "20 to 22 tokens/s, as published"


SITES = {
    # site: scenario, cards, MW, and kW for each card as they were told of
    "Colossus 1, 200,000 H100 and H200 with 30,000 GB200, about 300 MW (2025)": ("gpus-100k", 1.30),
    "Colossus 1, 100,000 H100, 150 MW (2024)": ("gpus-100k", 1.50),
    "Colossus 2, 550,000 GB200 and GB300, 1 GW claimed (2026)": ("gpus-1m", 1.82),
}


@pytest.mark.parametrize("site", SITES)
def test_power_for_each_card_is_that_of_published_sites(site: str) -> None:
    name, published = SITES[site]
    found = ranges(filled(boxed(name)), ("power_per_gpu",), samples=400)["power_per_gpu"]
    assert found.low <= published <= found.high, (found.low, found.high)


def test_llama_3_took_the_card_hours_it_did() -> None:
    """30.84 M H100-hours for 405 B (model card); 419 interruptions in 54 days (paper)."""
    assert told("training_flops", "llama-3-training") == pytest.approx(3.8e25, rel=0.01)
    assert told("training_gpu_hours", "llama-3-training") == pytest.approx(30.84e6, rel=0.15)
    a_day = told("training_failures", "llama-3-training") / told(
        "training_days", "llama-3-training"
    )
    assert a_day == pytest.approx(419 / 54, rel=0.01)
    assert told("training_goodput", "llama-3-training") == pytest.approx(0.9, abs=0.05)


def test_deepseek_v3_took_the_card_hours_it_did() -> None:
    """2.664 M H800-hours for 14.8 T tokens at 37 B active weights (arXiv 2412.19437)."""
    hours = told(
        "training_gpu_hours",
        "llama-3-training",
        training__parameters=37,
        training__tokens=14.8,
        training__gpus=2048,
        training__mfu=0.35,
    )
    assert hours == pytest.approx(2.664e6, rel=0.05)


def test_the_layers_of_a_model_take_as_long_as_vidurs_profile_of_them() -> None:
    """Llama 3 8B on one A100, layers without attention: vidur's medians, and the plan within 30 %.

    vidur (commit 7d47513, 2024-11-19), its a100/meta-llama/Meta-Llama-3-8B/mlp.csv,
    one card: 32 x the sum of a layer's medians is 272.9 ms for 4,096 tokens, 13.18 ms for 128.
    """
    plan = compute(
        inputs(
            "one-million-weekly",
            rates__prefill=0,
            demand__cache_hits=0,
            hardware__gpus=1,
            hardware__compute=312,
            hardware__bandwidth=2_039,
            hardware__mfu=boxed_share("a100", "hardware.mfu"),
            hardware__mbu=boxed_share("a100", "hardware.mbu"),
            model__parameters=6.98,
            model__active=6.98,
            model__precision=2,
            model__kv=0,
            service__speed=87,
        )
    )
    assert plan.serving.readers == pytest.approx(128, abs=1)
    assert plan.serving.reading.value == pytest.approx(4_096 / 0.2729, rel=0.3)
    assert plan.serving.writing.value == pytest.approx(128 / 0.01318, rel=0.3)


def boxed_share(hardware: str, key: str) -> float:
    return profile_figures("hardware", hardware)[key].value
