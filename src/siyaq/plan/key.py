"""Inputs of a plan: a key, what it measures, and what it may be.

A key's first unit is the one that results and errors are written in; the others may be used in a
scenario. The allowed range is in the first unit. The keys stand in `asked`, `machines` and `sites`;
their values come from `figures/` and the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from siyaq.plan.units import ONE, PERCENT, One, Quantity, Unit

U = TypeVar("U")


@dataclass(frozen=True)
class Key(Generic[U]):
    """One input: `section.name`, its units, its range (in the first unit), what it means."""

    name: str
    units: tuple[Unit[U], ...]
    low: float
    high: float
    about: str

    @property
    def unit(self) -> Unit[U]:
        """The unit it is written in."""
        return self.units[0]


KEYS: dict[str, Key[object]] = {}


def key(name: str, about: str, low: float, high: float, *units: Unit[U]) -> Key[U]:
    """Make an input of a plan, and enter it in KEYS."""
    made = Key(name, units, low, high, about)
    KEYS[name] = made  # type: ignore[assignment]  # a table of keys of every unit
    return made


@dataclass(frozen=True, slots=True)
class Inputs:
    """The value of every key, in base units. Asking by key gives the quantity that it measures."""

    values: Mapping[str, float]

    def __getitem__(self, key: Key[U]) -> Quantity[U]:
        """Return the quantity of a key."""
        return Quantity(self.values[key.name])

    def number(self, key: Key[One]) -> float:
        """Return a share or a factor as a number."""
        return self.values[key.name]

    def but(self, **changed: float) -> Inputs:
        """Return the same with some values changed; a dot in a name is written `__`."""
        return Inputs({**self.values, **{k.replace("__", "."): v for k, v in changed.items()}})

    def having(self, key: str, value: float) -> Inputs:
        """Return the same with the value of one key changed."""
        return Inputs({**self.values, key: value})


SHARE = (ONE, PERCENT)
"""Units of a share."""
