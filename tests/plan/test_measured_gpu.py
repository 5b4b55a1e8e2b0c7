"""A graphics card that was measured takes the place of the one in the box."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siyaq.plan.measured import Measured, calibrated, measured_figures
from siyaq.plan.result import run
from siyaq.plan.scenario import boxed, profile_figures

H200 = json.loads(Path(__file__).with_name("h200.json").read_text(encoding="utf-8"))
"""What `python bench/gpu_rates.py` printed on one NVIDIA H200 on 2026-11-27."""

BOX = boxed("one-million-weekly").figures


def one(name: str, value: float, *spread: float) -> dict[str, Any]:
    return {"name": name, "value": value, "spread": list(spread or (value, value))}


CARD = {
    "date": "2026-11-27",
    "facts": {"name": "NVIDIA H200", "memory_bytes": 150_000_000_000, "limit_watts": 700},
    "figures": [
        one("idle, drawn", 70, 69, 72),
        one("matrix products, bfloat16", 800, 780, 820),
        one("memory, read and written", 4000, 3900, 4100),
        one("operations while reading", 480),
        one("bytes read while writing", 3000),
        one("prompts, drawn", 630),
        one("writing, drawn", 560),
    ],
}


def measured(card: object) -> dict[str, Any]:
    return measured_figures(Measured(date="2026", gpu=card), BOX)  # type: ignore[arg-type]


def test_its_speed_and_draw_take_the_place_of_the_data_sheets() -> None:
    found = measured(CARD)
    compute = found["hardware.compute"]
    assert (compute.low, compute.value, compute.high) == (780e12, 800e12, 820e12)
    assert compute.source == "measured: bench/gpu_rates.py, NVIDIA H200"
    assert compute.date == "2026-11-27"
    assert found["hardware.bandwidth"].value == 4e12
    assert found["hardware.memory"].value == 150e9
    assert found["hardware.mfu"].value == pytest.approx(0.6)
    assert found["hardware.mbu"].value == pytest.approx(0.75)
    assert found["hardware.loaded"].value == pytest.approx(0.85)
    assert found["hardware.loaded"].low == pytest.approx(0.8)
    assert found["hardware.idle"].value == pytest.approx(0.1)


def test_a_card_is_taken_with_its_own_node() -> None:
    found, node = measured(CARD), profile_figures("hardware", "h200")
    for key in ("hardware.gpus", "hardware.power", "hardware.price"):
        assert found[key] == node[key]
    unknown = measured({**CARD, "facts": {"name": "a card of tomorrow"}})
    assert "hardware.power" not in unknown  # the plan's own


def test_the_low_end_is_what_the_box_takes_for_a_service_under_load() -> None:
    found, node = measured(CARD), profile_figures("hardware", "h200")
    served = node["hardware.compute"].value * node["hardware.mfu"].value
    assert found["hardware.mfu"].low * 800e12 == pytest.approx(served)


def test_without_a_model_the_box_says_what_is_reached() -> None:
    bare = [one for one in CARD["figures"] if " while " not in one["name"]]  # type: ignore[index]
    found, node = measured({**CARD, "figures": bare}), profile_figures("hardware", "h200")
    for share, of in (("hardware.mfu", "hardware.compute"), ("hardware.mbu", "hardware.bandwidth")):
        reached = found[share].value * found[of].value
        assert reached == pytest.approx(node[share].value * node[of].value)


def test_the_rates_of_a_plan_follow_from_the_card_and_the_models_active_weights() -> None:
    scenario = calibrated(boxed("one-million-weekly"), Measured(date="2026", gpu=CARD))
    results = run(scenario, samples=0)["results"]
    active = scenario.figures["model.active"].value
    fresh = 1 - scenario.figures["demand.cache_hits"].value
    cards = scenario.figures["hardware.gpus"].value
    assert results["rate_read"]["value"] == pytest.approx(
        480e12 / (2 * active) * cards / fresh, rel=1e-6
    )


def test_what_was_recorded_on_an_h200_is_read() -> None:
    found = measured(H200)
    assert found["hardware.compute"].value == pytest.approx(658.5e12)
    assert found["hardware.bandwidth"].value == pytest.approx(4.2539e12)
    assert found["hardware.memory"].value == 150_754_820_096
    assert found["hardware.mfu"].value == pytest.approx(0.838, abs=0.001)
    assert found["hardware.mbu"].value == pytest.approx(0.785, abs=0.001)
    assert found["hardware.loaded"].value == pytest.approx(0.99, abs=0.001)
    assert found["hardware.idle"].value == pytest.approx(0.18, abs=0.001)


def test_a_plan_of_the_recorded_model_has_its_recorded_rates() -> None:
    """Layers of 6.98 B weights read at 39,552 tokens/s; 64 readers of 2,048 wrote at 6,642."""
    told = {
        "demand.cache_hits": 0,
        "model.parameters": "7.505 B parameters",
        "model.active": "7.505 B parameters",
        "model.precision": "2 bytes/parameter",
        "model.kv": "131_072 bytes/token",
        "model.context": "2_048 tokens",
        "service.speed": "103 tokens/s",
    }
    scenario = calibrated(boxed("one-million-weekly"), Measured(date="2026", gpu=H200))
    results = run(scenario.having(told, "a test", "2026-11"), samples=0)["results"]
    cards, layers = scenario.figures["hardware.gpus"].value, 6.9793 / 7.505
    assert results["readers"]["value"] == pytest.approx(64, abs=1)
    written, read = results["rate_written"]["value"], results["rate_read"]["value"]
    assert written is not None
    assert read is not None
    assert written / cards == pytest.approx(6_642, rel=0.03)
    assert read / cards == pytest.approx(39_552 * layers, rel=0.03)


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"facts": 3, "figures": 4},
        {"figures": [3, {"name": "matrix products, bfloat16", "value": "fast"}]},
        {"figures": [one("matrix products, bfloat16", 800), one("memory, read and written", -1)]},
        {"figures": [one("matrix products, bfloat16", float("nan"))]},
    ],
)
def test_results_that_are_none_change_nothing(card: object) -> None:
    assert measured(card) == {}


def test_figures_beyond_what_may_be_are_held_to_it() -> None:
    found = measured({**CARD, "figures": [
        one("matrix products, bfloat16", 1e30), one("memory, read and written", 4000)
    ]})  # fmt: skip
    assert found["hardware.compute"].value == 1e18
