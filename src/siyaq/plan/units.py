"""Quantities that know what they measure. mypy checks every sum, product and quotient.

`Quantity[U]` is a number of U; `Quantity[Per[A, B]]` a number of A for each B: power is
`Per[Joule, Second]`, a price `Per[Dollar, Joule]`, the speed of a node
`Per[Per[Token, Second], Node]`. What may be done with them:

    A + A -> A                      a sum of different things does not type-check
    A * number -> A
    Per[A, B] * B -> A              watts times seconds are joules
    A.per(B) -> Per[A, B]           tokens per second
    A.at(Per[A, B]) -> B            tokens at tokens-per-second take seconds
    A.ratio(A) -> number
    through(Per[A, B], Per[B, C]) -> Per[A, C], and each(Per[A, C], Per[B, C]) -> Per[A, B]

Inside, everything is in base units (seconds, joules, bytes, dollars, grams, counts); `Unit` says
how a person writes it. Dividing nothing by nothing is nothing; dividing something by nothing is
infinite, never an error in the middle of a plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

U = TypeVar("U")
V = TypeVar("V")
A = TypeVar("A")
B = TypeVar("B")


class Per(Generic[A, B]):
    """The unit of A for each B."""


class One:
    """A share, a factor, a count of nothing in particular."""


class Person:
    """Somebody who uses it."""


class Request:
    """One answer, card, agent run or turn of a chat."""


class Token:
    """A token of a model."""


class Parameter:
    """A weight of a model."""


class Flop:
    """One floating-point operation."""


class Post:
    """A post of a feed."""


class Byte:
    """A byte."""


class Second:
    """A second."""


class Joule:
    """A joule; a watt is one each second."""


class Dollar:
    """A US dollar of the year of its source."""


class Gram:
    """A gram of carbon dioxide equivalent."""


class Gpu:
    """A graphics card, or whatever else computes a model."""


class Node:
    """A server of graphics cards."""


class Core:
    """A processor core."""


class Server:
    """A server of processors, for feeds, index and search."""


class Site:
    """A data centre."""


class Failure:
    """An interruption of a training run."""


PerSecond = Per[U, Second]
Watt = Per[Joule, Second]


def divide(dividend: float, divisor: float) -> float:
    """Divide, where 0 / 0 is 0 and anything else / 0 is infinite."""
    if divisor:
        return dividend / divisor
    return math.copysign(math.inf, dividend) if dividend else 0.0


@dataclass(frozen=True, order=True)
class Quantity(Generic[U]):
    """A number of U, in base units."""

    value: float

    def __add__(self, other: Quantity[U]) -> Quantity[U]:
        """Add the same kind of thing."""
        return Quantity(self.value + other.value)

    def __sub__(self, other: Quantity[U]) -> Quantity[U]:
        """Take away the same kind of thing."""
        return Quantity(self.value - other.value)

    @overload
    def __mul__(self, other: float) -> Quantity[U]: ...
    @overload
    def __mul__(self: Quantity[Per[A, B]], other: Quantity[B]) -> Quantity[A]: ...
    def __mul__(self, other: object) -> object:
        """Multiply by a number, or a rate by what it is for each of."""
        factor = other.value if isinstance(other, Quantity) else other
        assert isinstance(factor, int | float)
        nothing = not self.value or not factor  # even of what is infinite
        product: Quantity[U] = Quantity(0.0 if nothing else self.value * factor)
        return product

    def __rmul__(self, factor: float) -> Quantity[U]:
        """Multiply by a number."""
        return self * factor

    def __truediv__(self, divisor: float) -> Quantity[U]:
        """Divide by a number."""
        return Quantity(divide(self.value, divisor))

    def per(self, other: Quantity[V]) -> Quantity[Per[U, V]]:
        """Return how much of this there is for each of the other."""
        return Quantity(divide(self.value, other.value))

    def at(self, rate: Quantity[Per[U, V]]) -> Quantity[V]:
        """Return how much of the rate's divisor this takes."""
        return Quantity(divide(self.value, rate.value))

    def ratio(self, other: Quantity[U]) -> float:
        """Return how many times the other this is."""
        return divide(self.value, other.value)

    def up(self) -> Quantity[U]:
        """Round up to whole things; a hair above a whole number is that number."""
        return self if math.isinf(self.value) else Quantity(float(math.ceil(self.value - 1e-9)))

    def of(self, unit: Unit[U]) -> float:
        """Return the number in a unit that people write."""
        return self.value / unit.scale


def through(outer: Quantity[Per[A, B]], inner: Quantity[Per[B, V]]) -> Quantity[Per[A, V]]:
    """Chain two rates: tokens a request, through requests a second, are tokens a second."""
    return Quantity(outer.value * inner.value if outer.value and inner.value else 0.0)


def each(rate: Quantity[Per[A, V]], other: Quantity[Per[B, V]]) -> Quantity[Per[A, B]]:
    """Compare two rates: dollars a second, over requests a second, are dollars a request."""
    return Quantity(divide(rate.value, other.value))


def yearly(part: Quantity[A], share: Quantity[Per[One, V]]) -> Quantity[Per[A, V]]:
    """Take a share of something again and again: dollars at 5 % a year are dollars a second."""
    return Quantity(part.value * share.value if part.value and share.value else 0.0)


def most(*quantities: Quantity[U]) -> Quantity[U]:
    """Return the largest."""
    return max(quantities, key=lambda one: one.value)


@dataclass(frozen=True)
class Unit(Generic[U]):
    """How people write a quantity: `name`, worth `scale` base units."""

    name: str
    scale: float = 1.0

    def __call__(self, number: float) -> Quantity[U]:
        """Return a number of this unit."""
        return Quantity(number * self.scale)


MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 604_800.0
YEAR = 365.25 * DAY
MONTH = YEAR / 12
KWH = 3.6e6

ONE = Unit[One]("")
PERCENT = Unit[One]("%", 0.01)
PEOPLE = Unit[Person]("people")
MILLION_PEOPLE = Unit[Person]("M people", 1e6)
TOKENS = Unit[Token]("tokens")
TRILLION_TOKENS = Unit[Token]("T tokens", 1e12)
PARAMETERS = Unit[Parameter]("parameters")
BILLION_PARAMETERS = Unit[Parameter]("B parameters", 1e9)
BYTES = Unit[Byte]("bytes")
GB = Unit[Byte]("GB", 1e9)
TB = Unit[Byte]("TB", 1e12)
SECONDS = Unit[Second]("s")
HOURS = Unit[Second]("h", HOUR)
DAYS = Unit[Second]("days", DAY)
MONTHS = Unit[Second]("months", MONTH)
YEARS = Unit[Second]("years", YEAR)
JOULES = Unit[Joule]("J")
MILLION_KWH = Unit[Joule]("GWh", 1e6 * KWH)
DOLLARS = Unit[Dollar]("USD")
GRAMS = Unit[Gram]("g")
GPUS = Unit[Gpu]("GPUs")
NODES = Unit[Node]("nodes")
CORES = Unit[Core]("cores")
SERVERS = Unit[Server]("servers")
SITES = Unit[Site]("sites")
WATTS = Unit[Watt]("W")
KILOWATTS = Unit[Watt]("kW", 1e3)
MEGAWATTS = Unit[Watt]("MW", 1e6)
