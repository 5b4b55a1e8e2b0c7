"""Rows of the journal read as the runs and the calls that they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import msgspec

from siyaq.agents.amounts import Amounts, plus
from siyaq.agents.journal.database import as_json
from siyaq.agents.journal.purse import children_spent, costs_of
from siyaq.agents.journal.records import WITHDRAWN, Run, State, Status, Step
from siyaq.sqlite import Connection


def read_run(db: Connection, row: Sequence[str]) -> Run:
    """Read a row of `runs`, with the calls of that run and what they have cost."""
    run_id, user, task, model, caps, allowed, plan, status, stopped_by, result = row[:10]
    created, parent, key_id = row[10:]
    costs = costs_of(db, run_id)
    steps = tuple(
        _step(step, costs)
        for step in db.execute("SELECT * FROM calls WHERE run_id = ? ORDER BY rowid", (run_id,))
    )
    spent: Amounts = {}
    for cost in costs.values():
        spent = plus(spent, cost)
    spent = plus(spent, children_spent(db, run_id))
    return Run(
        id=run_id,
        user=user,
        task=task,
        model=model,
        caps=msgspec.json.decode(caps),
        allowed=tuple(msgspec.json.decode(allowed)),
        plan=tuple(msgspec.json.decode(plan)),
        status=cast("Status", status),
        stopped_by=stopped_by,
        result=msgspec.json.decode(result),
        created_at=datetime.fromisoformat(created),
        steps=steps,
        spent=spent,
        parent=parent,
        key_id=key_id,
        withheld=result == as_json(WITHDRAWN),
    )


def _step(row: Sequence[str], costs: Mapping[str, Amounts]) -> Step:
    _, call, tool, arguments, state, value, problem, began, ended = row
    return Step(
        call=call,
        tool=tool,
        arguments=msgspec.json.decode(arguments),
        state=cast("State", state),
        value=msgspec.json.decode(value),
        problem=problem,
        began_at=datetime.fromisoformat(began),
        ended_at=datetime.fromisoformat(ended) if ended else None,
        spent=costs.get(call, {}),
    )
