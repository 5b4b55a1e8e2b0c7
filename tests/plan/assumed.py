"""Inputs for tests: a scenario of the box with some values changed, in their keys' units."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from siyaq.plan.key import KEYS, Inputs
from siyaq.plan.scenario import boxed

ANY = "four-hundred-million"


def inputs(name: str = ANY, **changed: float) -> Inputs:
    """Return the inputs of a scenario; `demand__weekly_users=5` changes one."""
    values = dict(boxed(name).inputs.values)
    for key, value in changed.items():
        known = KEYS[key.replace("__", ".")]
        values[known.name] = value * known.unit.scale
    return Inputs(values)


def every_key() -> st.SearchStrategy[dict[str, float]]:
    """Draw a value for some keys, anywhere in what they may be, in base units."""

    def within(name: str) -> st.SearchStrategy[float]:
        key = KEYS[name]
        low, high = key.low * key.unit.scale, key.high * key.unit.scale
        ends = st.sampled_from([low, high])
        middle = st.floats(math.log10(max(low, high * 1e-12, 1e-30)), math.log10(high))
        return ends | middle.map(lambda power: min(high, max(low, 10.0**power)))

    names = st.lists(st.sampled_from(sorted(KEYS)), unique=True, max_size=12)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({n: within(n) for n in chosen}))
