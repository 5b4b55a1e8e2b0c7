"""Where we are in a stream, and what we must have missed when it goes on elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.event import Cursor, Gap
from siyaq.sources.jetstream.address import Address, Dialect

REWIND_US = 10_000_000
"""How far to go back when a cursor of another server is all we have: cursors are local to one."""

GAP_US = 5_000_000
"""A resumed stream that starts later than this after its cursor has lost what lay between."""


_POSITION = re.compile(r"(\d{1,18})@(\d{1,17})", re.ASCII)


@dataclass(slots=True)
class Bookmark:
    """The last event taken: its cursor inside `partition`, and its time."""

    partition: str = ""
    cursor: int | None = None
    time_us: int | None = None
    overtaken: bool = False  # the server said that it no longer holds what follows

    @classmethod
    def read(cls, resume: Mapping[str, str], address: Address) -> Bookmark:
        """Take the newest committed position, those of this very server before all others."""
        marks = [
            mark
            for partition, position in resume.items()
            if (mark := _parse(partition, position)) is not None
        ]
        own = {address.partition(dialect) for dialect in address.dialects}
        here = [mark for mark in marks if mark.partition in own]
        return max(here or marks, key=lambda mark: mark.time_us or 0, default=cls())

    def request_cursor(self, address: Address, dialect: Dialect, now: datetime) -> int | None:
        """Return what to ask a server for; None for what happens from now on."""
        if self.partition == address.partition(dialect):
            return self.cursor
        if self.time_us is not None:
            return self.time_us - REWIND_US
        if address.since is not None:
            return to_microseconds(now - address.since)
        return None

    def as_cursor(self, source: str) -> Cursor | None:
        """Return what to commit with the events up to here."""
        if self.cursor is None or self.time_us is None:
            return None
        position = f"{self.cursor}@{self.time_us}"
        return Cursor(source=source, partition=self.partition, position=position)

    def gap_before(self, first: datetime, source: str) -> Gap | None:
        """Return what was lost, given that a resumed stream starts at `first`."""
        overtaken, self.overtaken = self.overtaken, False
        if self.time_us is None:
            return None
        missed_us = to_microseconds(first) - self.time_us
        if missed_us <= (0 if overtaken else GAP_US):
            return None
        since = from_microseconds(self.time_us)
        return Gap(source=source, since=since, until=first, reason="cursor_too_old")


def _parse(partition: str, position: str) -> Bookmark | None:
    match = _POSITION.fullmatch(position)
    if match is None:
        return None
    return Bookmark(partition=partition, cursor=int(match[1]), time_us=int(match[2]))
