"""Reading what a scenario says: numbers with units, ranges, sources. Errors name the key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from siyaq.core.errors import ConfigError
from siyaq.plan.figure import Figure
from siyaq.plan.key import KEYS, Key

_NUMBER = re.compile(r"\s*([-+]?[\d_]+(?:\.[\d_]*)?(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
_PARTS = frozenset({"value", "low", "high", "source", "date"})
SLACK = 1e-9


class BadScenario(ConfigError):
    """A scenario names a key that does not exist, or a value that cannot be."""

    code = "bad_scenario"


def allowed(key: Key[object]) -> str:
    """Say what a key may be."""
    unit = f" {key.unit.name}" if key.unit.name else ""
    return f"from {key.low:,.6g} to {key.high:,.6g}{unit}"


def number(key: Key[object], told: object) -> float:
    """Return what was written for a key in base units. Raises BadScenario."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        raise BadScenario(f"{key.name} must be a number {allowed(key)}, got {told!r}")
    unit = key.unit
    value = float("nan")
    if isinstance(told, str):
        match = _NUMBER.fullmatch(told[:100])
        if match is None:
            raise BadScenario(f"{key.name} must be a number {allowed(key)}, got {told!r}")
        value = float(match[1].replace("_", ""))
        known = {one.name: one for one in key.units}
        if match[2] not in known:
            names = " or ".join(repr(name) for name in known)
            raise BadScenario(
                f"{key.name} is measured in {names}, got {told!r}",
                hint=f"write it like '{key.low:g} {unit.name}'".rstrip(),
            )
        unit = known[match[2]]
    else:
        value = float(told)
    base = value * unit.scale
    low, high = key.low * key.unit.scale, key.high * key.unit.scale
    if not math.isfinite(base) or not low * (1 - SLACK) <= base <= high * (1 + SLACK):
        raise BadScenario(f"{key.name} must be {allowed(key)}, got {told!r}")
    return base


def figure(name: str, told: object, source: str, date: str) -> Figure:
    """Return the figure of a key: a number, or a table with its range and source.

    Raises BadScenario for an unknown key, unit or part, a value out of its range, an upside-down
    range, and a figure without source or date.
    """
    key = known(name)
    if not isinstance(told, Mapping):
        told = {"value": told}
    strange = sorted(set(told) - _PARTS)
    if strange or "value" not in told:
        raise BadScenario(
            f"{name} has {strange or 'no value'}: a figure has value, low, high, source, date"
        )
    value = number(key, told["value"])
    low = number(key, told.get("low", told["value"]))
    high = number(key, told.get("high", told["value"]))
    if not low <= value <= high:
        raise BadScenario(
            f"{name}: value {told['value']!r} is not between"
            f" low {told.get('low', told['value'])!r} and high {told.get('high', told['value'])!r}"
        )
    said, on = str(told.get("source", source)), str(told.get("date", date))
    if not said or not on:
        raise BadScenario(
            f"{name} has no {'date' if said else 'source'}",
            hint="give it one, or its table, or the scenario: source = …, date = …",
        )
    return Figure(value=value, low=low, high=high, source=said, date=on)


def known(name: str) -> Key[object]:
    """Return the key of a name. Raises BadScenario, with the nearest there is."""
    key = KEYS.get(name)
    if key is None:
        raise BadScenario(f"unknown key {name!r}", hint=nearest(name, KEYS))
    return key


def nearest(name: str, names: Mapping[str, object]) -> str:
    """Return a hint with the name that was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(names)[:20])}"
