"""Runs within runs: what they are called, and how many there may be."""

from __future__ import annotations

from typing import Final

MARK: Final = "~"
"""What stands between a run's id and the call that began a run within it, in the id of that."""

MOST_DEEP: Final = 2
MOST_SUBS: Final = 16
"""How many runs one task may come to, all those within it together."""


def sub_of(run_id: str, call: str) -> str:
    """Return the id of the sub-run that a call begins."""
    return f"{run_id}{MARK}{call}"


def is_sub(run_id: str) -> bool:
    """Say whether a run is within another."""
    return MARK in run_id


def around(run_id: str) -> list[str]:
    """Return the ids of the runs that a sub-run is within, the outermost first."""
    parts = run_id.split(MARK)
    return [MARK.join(parts[:count]) for count in range(1, len(parts))]
