"""Runs as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from typing_extensions import TypedDict

from siyaq.agents import Run, Step
from siyaq.core.wire import rfc3339


class StepJson(TypedDict):
    """One call. `state`: begun, done, failed, refused, skipped or waiting for approval."""

    id: str
    tool: str
    arguments: dict[str, Any]
    state: str
    result: Any
    problem: str
    began_at: str
    ended_at: str | None
    usage: dict[str, float]


class PartJson(TypedDict):
    """A run, or a part of one. `usage`, `budget` and `left` are by kind.

    `plan` is its turns, in order.
    `withheld`: posts were deleted whose words it holds, and nothing that it read is here.
    """

    id: str
    parent: str
    key_id: str
    task: str
    model: str
    status: str
    stopped_by: str
    result: Any
    steps: list[StepJson]
    usage: dict[str, float]
    budget: dict[str, float]
    left: dict[str, float]
    allowed: list[str]
    plan: list[Any]
    created_at: str
    withheld: bool


class RunJson(PartJson):
    """A run with the runs within it: that of call "s1" of the run "r" is "r~s1"."""

    subs: list[PartJson]


class RunBriefJson(TypedDict):
    """A run in a list. `key_id`: the key that it was begun with, "" at the machine itself."""

    id: str
    parent: str
    key_id: str
    task: str
    status: str
    stopped_by: str
    steps: int
    created_at: str


class RunsJson(TypedDict):
    """Runs, the newest first. `others`: there are keys whose runs the caller may see with `all`."""

    runs: list[RunBriefJson]
    others: bool


class RunViewJson(RunJson):
    """A run with those that it has begun, the newest first."""

    children: list[RunBriefJson]


def run_json(run: Run, subs: Sequence[Run]) -> RunJson:
    """Shape a run with the runs within it."""
    return {**_part_json(run), "subs": [_part_json(one) for one in subs]}


def _part_json(run: Run) -> PartJson:
    return {
        "id": run.id,
        "parent": run.parent,
        "key_id": run.key_id,
        "task": run.task,
        "model": run.model,
        "status": run.status,
        "stopped_by": run.stopped_by,
        "result": run.result,
        "steps": [_step_json(step) for step in run.steps],
        "usage": _amounts(run.spent),
        "budget": _amounts(run.caps),
        "left": {k: max(0.0, cap - run.spent.get(k, 0.0)) for k, cap in run.caps.items()},
        "allowed": list(run.allowed),
        "plan": [msgspec.json.decode(line) for line in run.plan],
        "created_at": rfc3339(run.created_at),
        "withheld": run.withheld,
    }


def view_json(run: Run, subs: Sequence[Run], children: Sequence[Run]) -> RunViewJson:
    """Shape a run for whoever watches it."""
    return {**run_json(run, subs), "children": [brief_json(one) for one in children]}


def brief_json(run: Run) -> RunBriefJson:
    """Shape a run for a list."""
    return {
        "id": run.id,
        "parent": run.parent,
        "key_id": run.key_id,
        "task": run.task,
        "status": run.status,
        "stopped_by": run.stopped_by,
        "steps": len(run.steps),
        "created_at": rfc3339(run.created_at),
    }


def _step_json(step: Step) -> StepJson:
    return {
        "id": step.call,
        "tool": step.tool,
        "arguments": dict(step.arguments),
        "state": step.state,
        "result": step.value,
        "problem": step.problem,
        "began_at": rfc3339(step.began_at),
        "ended_at": rfc3339(step.ended_at) if step.ended_at else None,
        "usage": _amounts(step.spent),
    }


def _amounts(amounts: Mapping[Any, float]) -> dict[str, float]:
    return {str(kind): amount for kind, amount in amounts.items()}
