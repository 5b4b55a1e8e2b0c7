"""Where we are in one stream, and the id from which to ask for what was missed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.event import Cursor

_POSITION = re.compile(r"([!-?A-~]{0,64})@(\d{1,17})", re.ASCII)
_SNOWFLAKE_BITS = 16
_SMALLEST_SNOWFLAKE = 10**15
"""Below it, an id is a count of an old server, and says nothing of time."""


@dataclass(slots=True)
class Bookmark:
    """The newest id of a stream that was taken, and when the stream was last heard of.

    `sure` is the id up to which nothing was left out, as the timeline showed; "" where that is
    not known. What came later is asked for again by whoever goes on from here.
    """

    newest: str = ""
    heard_at: datetime | None = None
    sure: str = ""

    @classmethod
    def read(cls, position: str) -> Bookmark:
        """Read a committed position; an empty bookmark for one that cannot be read."""
        match = _POSITION.fullmatch(position)
        if match is None:
            return cls()
        return cls(match[1], from_microseconds(int(match[2])))

    def as_cursor(self, source: str, partition: str) -> Cursor | None:
        """Return what to commit with the events up to here."""
        if self.heard_at is None:
            return None
        position = f"{self.sure or self.newest}@{to_microseconds(self.heard_at)}"
        return Cursor(source=source, partition=partition, position=position)

    def begin_after(self, rewind: timedelta) -> str:
        """Return the id after which to ask; "" where nothing has been heard yet."""
        last = self.sure or self.newest
        if last.isdecimal() and int(last) >= _SMALLEST_SNOWFLAKE:
            return str(max(0, int(last) - (_milliseconds(rewind) << _SNOWFLAKE_BITS)))
        if last or self.heard_at is None:
            return last
        return snowflake(self.heard_at - rewind)


def snowflake(moment: datetime) -> str:
    """Return the least id that a status of `moment` can have: milliseconds, then 16 bits."""
    return str(to_microseconds(moment) // 1000 << _SNOWFLAKE_BITS)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
