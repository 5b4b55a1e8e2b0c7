"""A plan calibrated on this installation takes what was measured, and says where from."""

from __future__ import annotations

import pytest

from siyaq.core.reports import Totals
from siyaq.plan.measured import Measured, calibrated, measured_figures
from siyaq.plan.result import run
from siyaq.plan.scenario import boxed

BENCH = {
    "date": "2026-11-25",
    "questions": [
        {
            "question": "ingest with vectors",
            "facts": {"processes": 2},
            "figures": [
                {
                    "name": "siyaq, found by meaning",
                    "value": 2400,
                    "unit": "posts/s",
                    "spread": [2200, 2500],
                }
            ],
        },
        {
            "question": "answers",
            "facts": {"posts": 20000},
            "figures": [
                {"name": "disk", "value": 1700, "unit": "bytes/post", "spread": [1700, 1700]}
            ],
        },
    ],
}
BOX = boxed("newsroom").figures
BILL = {
    "ask": Totals(calls=10, cpu_seconds=0.8, input_tokens=9000, output_tokens=1500),
    "context": Totals(calls=20, cpu_seconds=0.5),
}


def test_the_bench_and_the_meter_take_the_place_of_the_box() -> None:
    scenario = calibrated(boxed("newsroom"), Measured(date="2026-11-26", bench=BENCH, bill=BILL))
    ingest = scenario.figures["feed.ingest"]
    assert (ingest.low, ingest.value, ingest.high) == (1100, 1200, 1250)
    assert ingest.date == "2026-11-25"
    assert scenario.figures["feed.disk"].value == 1700
    assert scenario.figures["answer.cpu"].value == pytest.approx(0.08)
    assert scenario.figures["answer.tokens_in"].value == pytest.approx(900)
    assert scenario.figures["answer.tokens_out"].value == pytest.approx(150)
    assert scenario.figures["card.cpu"].value == pytest.approx(0.025)
    assert scenario.figures["card.tokens_in"] == boxed("newsroom").figures["card.tokens_in"]
    told = {one["key"]: one for one in run(scenario, samples=0)["assumptions"]}
    assert told["answer.cpu"]["source"] == "measured: the meter, 10 calls of 'ask'"
    assert told["answer.cpu"]["own"]


def test_the_posts_on_the_disk_outweigh_the_bench() -> None:
    measured = Measured(date="2026-11-26", bench=BENCH, posts=10_000, disk_bytes=15_000_000)
    assert measured_figures(measured, BOX)["feed.disk"].value == 1500


def test_too_little_is_not_believed() -> None:
    few = Measured(
        date="2026", bill={"ask": Totals(calls=2, cpu_seconds=9)}, posts=10, disk_bytes=9
    )
    assert measured_figures(few, BOX) == {}


@pytest.mark.parametrize(
    "bench",
    [
        {},
        {"questions": 3},
        {"questions": [3, {"figures": [{"name": "disk"}]}]},
        {"questions": [{"figures": [{"name": "disk", "value": -1, "unit": "bytes/post"}]}]},
        {"questions": [{"figures": [{"name": "disk", "value": 1e30, "unit": "bytes/post"}]}]},
    ],
)
def test_results_that_are_none_change_nothing(bench: dict[str, object]) -> None:
    assert measured_figures(Measured(date="2026", bench=bench), BOX) == {}
