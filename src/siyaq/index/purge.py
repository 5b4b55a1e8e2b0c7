"""Takes deleted text out of the lexical half for good, by writing partitions anew from the log.

tantivy only marks a deleted post, and keeps its words until it merges segments, whenever that may
be. The log no longer holds the text, so what is written anew from it cannot hold it either.
"""

from __future__ import annotations

import threading
from typing import Final

from siyaq.core.ids import Seq
from siyaq.index.document import told_of
from siyaq.index.partition import Partition
from siyaq.log import LogReader

_ENTRIES_AT_ONCE: Final = 1000  # so that new posts wait for a rewrite no longer than a moment


class PurgeOrders:
    """Lets a thread ask the one that writes words for a purge, and wait for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._given = 0
        self._done = 0
        self._over = False

    def give(self) -> int:
        """Ask for a purge, and return the number it goes by."""
        with self._changed:
            self._given += 1
            return self._given

    def pending(self) -> int:
        """Return the last purge asked for, 0 where all are done."""
        with self._changed:
            return self._given if self._given > self._done else 0

    def finish(self, order: int) -> None:
        """Say that every purge up to this one is done."""
        with self._changed:
            self._done = order
            self._changed.notify_all()

    def wait(self, order: int, timeout_seconds: float) -> bool:
        """Wait until a purge is done, or will not be; say whether it is."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._done >= order, timeout_seconds)
            return self._done >= order

    def give_up(self) -> None:
        """Let nobody wait any longer: there will be no more purges."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


class Rewrite:
    """One partition being written anew, a little at a time, while the old one goes on."""

    def __init__(self, number: int, partition: Partition, first: Seq, last: Seq) -> None:
        self.number = number
        self.partition = partition
        self._position = Seq(first - 1)
        self._last = last

    def go_on(self, log: LogReader, until: Seq) -> bool:
        """Write some more of what the log holds up to `until`; say whether that is all of it."""
        goal = min(self._last, until)
        limit = min(_ENTRIES_AT_ONCE, goal - self._position)
        if limit > 0:
            rows = log.rows(self._position, limit)
            self.partition.add(told_of(rows))
            self._position = Seq(rows[-1][0])
        return self._position >= goal
