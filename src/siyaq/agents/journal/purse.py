"""The purse that runs spend from: what is left of their caps, and what is set aside for a call."""

from __future__ import annotations

from typing import cast

import msgspec

from siyaq.agents.amounts import Amounts, Kind, plus
from siyaq.agents.journal.records import Run
from siyaq.core.errors import UsageError
from siyaq.sqlite import Connection

_CHILDREN = "run_id IN (SELECT id FROM runs WHERE parent = ? AND instr(id, '~') = 0)"
_FAMILY = f"run_id = ? OR {_CHILDREN}"
_TODAY = "user = ? AND day = ? AND instr(run_id, '~') = 0"
"""What a run within a run spends stands with the call that began it."""

ELASTIC: frozenset[Kind] = frozenset({"seconds", "tokens", "bytes_down", "bytes_up"})
"""Kinds of which a call can do with less than it would like: it is told how much it has."""

_SOME = 1e-9


class BudgetSpent(UsageError):
    """A cap does not allow what a call would need. `cap` names it: "tokens", "day usd"."""

    code = "budget_spent"
    hint = "give it more: siyaq agent resume RUN --budget KIND=AMOUNT"

    def __init__(self, message: str, *, cap: str = "") -> None:
        super().__init__(message)
        self.cap = cap


def grant(
    db: Connection,
    run: Run,
    wanted: Amounts,
    day: str,
    day_caps: Amounts,
    *,
    shares: bool,
) -> Amounts:
    """Return what may be set aside for a call: what its run has left, and its user that day.

    `shares`: it begins a run that spends for itself. Raises BudgetSpent.
    """
    root = run.purse
    (caps,) = db.execute("SELECT caps FROM runs WHERE id = ?", (root,)).fetchone()
    left = _left(_sum(db, _FAMILY, root, root), msgspec.json.decode(caps))
    left_today = _left(_sum(db, _TODAY, run.user, day), day_caps)
    granted = _granted(wanted, left, "", shares=shares)
    return _granted(granted, left_today, "day ", shares=shares)


def costs_of(db: Connection, run_id: str) -> dict[str, Amounts]:
    """Return what each call of a run has cost, or what is set aside for it."""
    costs: dict[str, Amounts] = {}
    for call, kind, amount in db.execute(
        "SELECT call, kind, sum(amount) FROM spent WHERE run_id = ? GROUP BY call, kind",
        (run_id,),
    ):
        costs[call] = plus(costs.get(call, {}), {cast("Kind", kind): amount})
    return costs


def children_spent(db: Connection, run_id: str) -> Amounts:
    """Return what the runs have spent that spend from the purse of a run."""
    return _sum(db, _CHILDREN, run_id)


def _sum(db: Connection, where: str, *values: str) -> Amounts:
    rows = db.execute(
        f"SELECT kind, sum(amount) FROM spent WHERE {where} GROUP BY kind",  # noqa: S608
        values,
    )
    return {cast("Kind", kind): amount for kind, amount in rows}


def _left(spent: Amounts, caps: Amounts) -> Amounts:
    return {kind: cap - spent.get(kind, 0.0) for kind, cap in caps.items()}


def _granted(wanted: Amounts, left: Amounts, scope: str, *, shares: bool) -> Amounts:
    """Return what may be set aside of what is wanted. Raises BudgetSpent."""
    granted = dict(wanted)
    for kind in wanted:
        if kind not in left:
            continue
        have = max(left[kind], 0.0)
        if have < _least(kind, wanted[kind], shares=shares):
            told = f"{scope}{kind}: {have:g} left, {wanted[kind]:g} needed"
            raise BudgetSpent(told, cap=f"{scope}{kind}")
        granted[kind] = min(wanted[kind], have)
    return granted


def _least(kind: Kind, wanted: float, *, shares: bool) -> float:
    """Return the least with which a call can begin."""
    if shares and kind not in ("steps", "seconds"):
        return 0.0
    if shares and kind == "steps":
        return 1.0
    return min(wanted, _SOME) if kind in ELASTIC else wanted
