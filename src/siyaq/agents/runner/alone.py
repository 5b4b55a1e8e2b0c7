"""One process carries a run on, and no other at the same time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from siyaq.agents.journal import Journal
from siyaq.core.errors import UsageError


def is_held(journal: Journal, run_id: str) -> bool:
    """Say whether some process carries a run on at this moment."""
    try:
        with alone(journal, run_id):
            return False
    except UsageError:
        return True


@contextmanager
def alone(journal: Journal, run_id: str) -> Iterator[None]:
    """Hold a run, so that no other process carries it on at the same time."""
    journal.run(run_id)
    with (journal.workspace(run_id).with_suffix(".lock")).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"run {run_id!r} is being carried on elsewhere") from None
        yield
