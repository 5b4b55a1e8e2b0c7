"""Who pays and who gets what, year by year: build-up, depreciation, replacement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siyaq.plan import sites
from siyaq.plan.key import Inputs
from siyaq.plan.money import Money
from siyaq.plan.units import YEARS, Dollar, Quantity

Q = Quantity


@dataclass(frozen=True, slots=True)
class Partner:
    """One who shares: of the capital, of the running cost, and from which year on (1 the first).

    Capacity is shared as capital was paid so far.
    """

    name: str
    capital: float
    running: float
    joins: int = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What one partner pays and holds in one year."""

    capital: Q[Dollar]
    running: Q[Dollar]
    held: Q[Dollar]  # value of what was paid for, after depreciation, at the year's end
    capacity: float  # of what stands, by all capital paid so far


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a programme. Shares add up to the totals."""

    year: int
    standing: float  # share of the whole that runs, on average over the year
    capital: Q[Dollar]  # spent this year: building up, then replacing
    running: Q[Dollar]  # without depreciation, which is not paid
    held: Q[Dollar]
    shares: Mapping[str, Share]


ALONE = (Partner("owner", 1.0, 1.0),)


def years(inputs: Inputs, money: Money, partners: Sequence[Partner] = ()) -> tuple[Year, ...]:
    """Return every year of the horizon.

    What stands grows evenly over the years of building. Computers are replaced, at the price of
    replacing, when their life has passed since they were bought; buildings are not.
    """
    horizon = round(inputs[sites.HORIZON].of(YEARS))
    bought = _bought(inputs, horizon)
    cash = [_spent(inputs, money, bought, year) for year in range(1, horizon + 1)]
    owners = tuple(partners) or ALONE
    paid = dict.fromkeys((one.name for one in owners), 0.0)
    held = dict.fromkeys(paid, 0.0)
    found = []
    for year, (capital, written_off) in enumerate(cash, start=1):
        here = [one for one in owners if one.joins <= year] or list(owners)
        standing = _standing(inputs, year)
        running = _running(money) * standing
        shares = {}
        for one in owners:
            part = _part(one, here, of="capital")
            paid[one.name] += capital.value * part
            held[one.name] += capital.value * part
        all_paid, all_held = sum(paid.values()), sum(held.values())
        for one in owners:
            lost = written_off.value * (held[one.name] / all_held if all_held else 0.0)
            held[one.name] = max(0.0, held[one.name] - lost)
            shares[one.name] = Share(
                capital=capital * _part(one, here, of="capital"),
                running=running * _part(one, here, of="running"),
                held=Q(held[one.name]),
                capacity=paid[one.name] / all_paid if all_paid else 1 / len(owners),
            )
        found.append(Year(year, standing, capital, running, Q(sum(held.values())), shares))
    return tuple(found)


def _part(one: Partner, here: Sequence[Partner], *, of: str) -> float:
    """Return a partner's share among those who have joined."""
    if one not in here:
        return 0.0
    whole = sum(getattr(other, of) for other in here)
    return getattr(one, of) / whole if whole else 1 / len(here)


def _standing(inputs: Inputs, year: int) -> float:
    """Return what stands on average in a year, of a build-up that is even over `money.build`."""
    build = inputs[sites.BUILD].of(YEARS)
    began, ended = min(year - 1, build), min(year, build)
    rising = (began + ended) / 2 / build * (ended - began)
    return rising + (1 - (ended - began))


def _bought(inputs: Inputs, horizon: int) -> list[float]:
    """Return the share of the whole that is first bought in each year."""
    build = inputs[sites.BUILD].of(YEARS)
    return [
        max(0.0, min(year, build) - min(year - 1, build)) / build for year in range(1, horizon + 1)
    ]


def _spent(
    inputs: Inputs, money: Money, bought: Sequence[float], year: int
) -> tuple[Q[Dollar], Q[Dollar]]:
    """Return the capital spent in a year, and what of all capital is written off in it."""
    life = max(1, round(inputs[sites.LIFE].of(YEARS)))
    building = inputs[sites.FACILITY_LIFE].of(YEARS)
    refresh = inputs.number(sites.REFRESH)

    def machines(of: int) -> float:
        """Return the machines bought in a year, over all: first ones and replacements."""
        return bought[of - 1] + machines(of - life) if of >= 1 else 0.0

    def computers(of: int) -> float:
        """Return what the machines of a year cost, over the first price of all."""
        return bought[of - 1] + refresh * machines(of - life) if of >= 1 else 0.0

    spent = money.computers * computers(year) + money.facility * bought[year - 1]
    off = money.computers * sum(computers(of) / life for of in range(year - life + 1, year + 1))
    off += money.facility * (sum(bought[:year]) / building)
    return spent, off


def _running(money: Money) -> Q[Dollar]:
    """Return a full year's running cost that is paid: no depreciation."""
    paid = [cost for kind, cost in money.running.items() if kind not in ("computers", "facility")]
    return sum((cost * YEARS(1) for cost in paid), start=Q[Dollar](0.0))
