"""What was measured on this installation, as figures of a plan.

Pure: the results of the bench (`latest.json` and `gpu.json` in `bench/results`) and the bill of the
meter are handed in. Each figure says where it comes from, and has the range of the measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from siyaq.core.reports import Totals
from siyaq.plan.figure import Figure
from siyaq.plan.key import KEYS
from siyaq.plan.measured_gpu import gpu_figures
from siyaq.plan.scenario import Scenario

LEAST_CALLS = 5
"""Averages of fewer calls are not believed."""

_KINDS = {"ask": "answer", "context": "card", "agent": "agent"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of an installation. `date` is when it was read."""

    date: str
    bench: Mapping[str, Any] | None = None  # bench/results/latest.json
    bill: Mapping[str, Totals] | None = None
    gpu: Mapping[str, Any] | None = None  # what bench/gpu_rates.py printed
    posts: int = 0
    disk_bytes: int = 0


def calibrated(scenario: Scenario, measured: Measured) -> Scenario:
    """Return a scenario with the measured figures in the place of the box's."""
    figures = measured_figures(measured, scenario.figures)
    return replace(
        scenario,
        figures={**scenario.figures, **figures},
        own=scenario.own | figures.keys(),
    )


def measured_figures(measured: Measured, otherwise: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the figures that were measured, by key; empty where nothing was.

    `otherwise` are those of the plan so far.
    """
    found = _of_bench(measured) if measured.bench is not None else {}
    found |= _of_bill(measured)
    if measured.gpu is not None:
        found |= gpu_figures(measured.gpu, otherwise)
    if measured.posts >= 1000 and measured.disk_bytes:
        each = measured.disk_bytes / measured.posts
        said = f"measured: {measured.disk_bytes:,} bytes of disk for {measured.posts:,} posts"
        _put(found, "feed.disk", each, (each, each), said, measured.date)
    return found


def _of_bill(measured: Measured) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for call, kind in _KINDS.items():
        totals = (measured.bill or {}).get(call)
        if totals is None or totals.calls < LEAST_CALLS:
            continue
        said = f"measured: the meter, {totals.calls:,} calls of {call!r}"
        figures = {
            f"{kind}.cpu": totals.cpu_seconds,
            f"{kind}.tokens_in": totals.input_tokens,
            f"{kind}.tokens_out": totals.output_tokens,
        }
        for key, whole in figures.items():
            each = whole / totals.calls
            if each > 0:
                _put(found, key, each, (each, each), said, measured.date)
    return found


def _of_bench(measured: Measured) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    bench = measured.bench or {}
    date = str(bench.get("date", measured.date))
    for question in _list(bench.get("questions")):
        facts = question.get("facts", {})
        for one in _list(question.get("figures")):
            name, value, spread = one.get("name"), one.get("value"), one.get("spread")
            if not isinstance(value, int | float) or value <= 0:
                continue
            ends = _ends(value, spread)
            processes = facts.get("processes", 1)
            if name == "siyaq, found by meaning" and isinstance(processes, int) and processes > 0:
                said = f"measured: make bench, {value:,.0f} posts/s on {processes} cores"
                low, high = (end / processes for end in ends)
                _put(found, "feed.ingest", value / processes, (low, high), said, date)
            elif name == "disk" and one.get("unit") == "bytes/post":
                said = f"measured: make bench, {facts.get('posts', '?')} posts"
                _put(found, "feed.disk", value, ends, said, date)
    return found


def _list(told: object) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []


def _ends(value: float, spread: object) -> tuple[float, float]:
    if isinstance(spread, list) and len(spread) == 2:
        low, high = spread
        if isinstance(low, int | float) and isinstance(high, int | float) and low <= value <= high:
            return float(low), float(high)
    return value, value


def _put(
    found: dict[str, Figure],
    key: str,
    value: float,
    ends: tuple[float, float],
    source: str,
    date: str,
) -> None:
    """Enter a figure given in the key's base unit, unless it cannot be one."""
    known = KEYS[key]
    low, high = known.low * known.unit.scale, known.high * known.unit.scale
    if low <= value <= high:
        found[key] = Figure(
            value=value, low=max(low, ends[0]), high=min(high, ends[1]), source=source, date=date
        )
