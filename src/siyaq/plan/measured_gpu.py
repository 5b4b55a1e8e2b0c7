"""What was measured on a graphics card (`bench/gpu_rates.py`), as figures of a plan.

Operations and bandwidth take the place of the data sheet's, and what a model reached of them that
of the box's shares, so that the rates of any model follow from its active weights (`serving`). A
node's draw follows its card's: as much of the most it may draw as the card drew of its limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple, TypeGuard

from siyaq.plan.figure import Figure
from siyaq.plan.key import KEYS
from siyaq.plan.scenario import profile_figures

PROFILES = {
    "GB200": "gb200", "H200": "h200", "H100": "h100", "H800": "h800", "A100": "a100",
    "RTX 4090": "workstation",
}  # fmt: skip
"""Words of a card's name, and the node in the box that has it."""


_OPERATIONS, _BANDWIDTH = "matrix products, bfloat16", "memory, read and written"


class _Ends(NamedTuple):
    low: float
    value: float
    high: float

    def over(self, other: _Ends) -> _Ends:
        """Return the ratio of two, as wide as both make it."""
        return _Ends(self.low / other.high, self.value / other.value, self.high / other.low)

    def times(self, factor: float) -> _Ends:
        return _Ends(self.low * factor, self.value * factor, self.high * factor)


_Found = dict[str, tuple[_Ends, str]]
"""By key, in base units, with what is to be said beside the source."""


def gpu_figures(told: Mapping[str, Any], otherwise: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the figures that follow from a card's measurements; empty where there are none.

    `otherwise` are the figures of the plan so far, for a card that has no node in the box.
    """
    facts, figures = _mapping(told.get("facts")), _figures(told)
    if not {_OPERATIONS, _BANDWIDTH} <= figures.keys():
        return {}
    name = str(facts.get("name", "a card"))[:80]
    node = next((node for word, node in PROFILES.items() if word in name), None)
    made = dict(profile_figures("hardware", node)) if node else {}
    found = _speed(figures, {**otherwise, **made}) | _power(figures, facts.get("limit_watts"))
    memory = facts.get("memory_bytes")
    if _positive(memory):
        found["hardware.memory"] = _Ends(memory, memory, memory), ""
    said, date = f"measured: bench/gpu_rates.py, {name}", str(told.get("date", ""))[:40]
    for key, (ends, more) in found.items():
        known = KEYS[key]
        least, most = known.low * known.unit.scale, known.high * known.unit.scale
        low, value, high = (min(max(end, least), most) for end in ends)
        made[key] = Figure(value=value, low=low, high=high, source=said + more, date=date)
    return made


def _speed(figures: Mapping[str, _Ends], box: Mapping[str, Figure]) -> _Found:
    """Return operations and bandwidth, and the share of each that a model reached."""
    found: _Found = {}
    for key, bare, share, reached in (
        ("hardware.compute", _OPERATIONS, "hardware.mfu", "operations while reading"),
        ("hardware.bandwidth", _BANDWIDTH, "hardware.mbu", "bytes read while writing"),
    ):
        scale = KEYS[key].unit.scale
        measured = figures[bare].times(scale)
        found[key] = measured, ""
        served = box[key].value * box[share].value / measured.value
        if reached in figures:
            ends = figures[reached].times(scale).over(measured)
            low = min(ends.low, served)
            more = "; low end: what the box takes for a service under load"
            found[share] = _Ends(low, ends.value, ends.high), more
        else:
            found[share] = _Ends(served, served, served), "; reached as the box has it"
    nothing = _Ends(0.0, 0.0, 0.0), "; modelled from its operations and bandwidth"
    return found | {"rates.prefill": nothing, "rates.decode": nothing}


def _power(figures: Mapping[str, _Ends], limit: object) -> _Found:
    """Return what a card draws of its limit, loaded and idle, where it told its watts."""
    if not _positive(limit):
        return {}
    found: _Found = {}
    more = f", of its limit of {limit:,.0f} W"
    loads = [figures[name] for name in ("prompts, drawn", "writing, drawn") if name in figures]
    if loads:
        mean = sum(one.value for one in loads) / len(loads)
        ends = _Ends(min(one.low for one in loads), mean, max(one.high for one in loads))
        found["hardware.loaded"] = ends.times(1 / limit), more
    if "idle, drawn" in figures:
        found["hardware.idle"] = figures["idle, drawn"].times(1 / limit), more
    return found


def _figures(told: Mapping[str, Any]) -> dict[str, _Ends]:
    """Return the figures by name that are numbers above zero, with the ends of their runs."""
    found = {}
    listed = told.get("figures")
    for one in listed if isinstance(listed, list) else []:
        value, spread = _mapping(one).get("value"), _mapping(one).get("spread")
        if not _positive(value):
            continue
        ends = spread if isinstance(spread, list) and len(spread) == 2 else [value, value]
        if all(map(_positive, ends)) and ends[0] <= value <= ends[1]:
            found[str(one.get("name"))] = _Ends(ends[0], value, ends[1])
    return found


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _positive(told: object) -> TypeGuard[float]:
    return (
        isinstance(told, int | float) and not isinstance(told, bool) and isfinite(told) and told > 0
    )
