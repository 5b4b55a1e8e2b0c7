"""The points at which a crash is most likely to hurt, named so that tests can crash there.

A crash point does nothing unless a test hands `LogWriter.open` something that acts on it. Every
point stands in `CrashPoint`; a test walks the list and proves that each one fires.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class CrashPoint(StrEnum):
    """Where a writer may be killed, in the order in which it gets there."""

    LOCKED = "open.locked"  # the directory is ours, nothing is made yet
    SCHEMA_MADE = "open.schema_made"  # an empty log, not yet marked as one
    FORMAT_WRITTEN = "open.format_written"
    OPENED = "open.opened"
    BEGUN = "append.begun"  # the transaction holds nothing yet
    RESOLVED = "append.resolved"  # decided what is new; nothing written
    ENTRIES_WRITTEN = "append.entries_written"
    TEXT_ERASED = "append.text_erased"  # of superseded versions
    ACCOUNT_WRITTEN = "append.account_written"
    ACCOUNT_ERASED = "append.account_erased"  # every post of a deleted account
    CURSOR_WRITTEN = "append.cursor_written"
    BEFORE_COMMIT = "append.before_commit"
    COMMITTED = "append.committed"  # durable, not yet acknowledged
    BEFORE_CHECKPOINT = "checkpoint.before"
    CHECKPOINTED = "checkpoint.done"
    BEFORE_PURGE = "purge.before"
    PURGED = "purge.done"
    CLOSING = "close.before"


class Faults(Protocol):
    """Is told of every crash point that is passed, and may not return."""

    def hit(self, point: CrashPoint) -> None:
        """Act on `point`: count it, raise, or kill the process."""
        ...


class NoFaults:
    """Lets every crash point pass."""

    def hit(self, point: CrashPoint) -> None:
        """Do nothing."""
