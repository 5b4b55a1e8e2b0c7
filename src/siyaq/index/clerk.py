"""Analysis of many posts at once, in a process of its own where there is a core for it.

Python runs one thing at a time in a process, and analysis is most of what a post costs here. A few
posts are done where they are, at once. Nothing depends on the process: it is started when much is
waiting and ended when there is not, and whatever it fails at is done here again.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from siyaq.index.document import Told, told_of
from siyaq.log import EventRow
from siyaq.processes import Child, ChildLost

logger = logging.getLogger(__name__)

MODULE: Final = "siyaq.index.clerk_process"
AT_ONCE: Final = 1000
"""Rows in one request: while the next is analyzed, the last is handed to tantivy. Smaller ones
cost more: each has to wait for the interpreter's lock."""

_REPLY_SECONDS: Final = 15.0  # so long may one that stands still hold up the words of new posts
_IDLE_SECONDS: Final = 20.0  # then the process goes, and its memory with it
_REST_SECONDS: Final = 5.0  # between the loss of a process and the start of another
_decode = msgspec.msgpack.Decoder(list[Told]).decode


class Clerk:
    """Tells of rows of the log what tantivy is to know. Not safe for threads."""

    def __init__(self, *, beyond: int | None) -> None:
        """Have a process from `beyond` rows on, where there are two cores; None: never have one."""
        self._beyond = beyond if len(os.sched_getaffinity(0)) > 1 else None
        self._child: Child | None = None
        self._used_at = 0.0  # on the monotonic clock
        self._not_before = 0.0
        self._asking = False

    @property
    def pid(self) -> int | None:
        """The id of its process, if there is one."""
        return None if self._child is None else self._child.pid

    def told_of(self, rows: Sequence[EventRow]) -> Generator[Told]:
        """Yield what tantivy is told of each row that holds a post, in order.

        Raises CorruptionError for damaged rows.
        """
        done = 0
        if self._beyond is not None and len(rows) >= self._beyond and self._at_work():
            for part in self._asked(rows):
                yield from part
                done += AT_ONCE
        yield from told_of(islice(rows, done, None))

    def rest(self) -> None:
        """End the process if it has not been used for a while. Call when nothing waits."""
        if self._child is not None and time.monotonic() - self._used_at > _IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """End the process, if there is one. It is started again when it is needed."""
        if self._child is not None:
            self._child.stop(kill=False)
            self._child = None

    def _at_work(self) -> bool:
        """Start the process as needed; say whether it can be asked already."""
        self._used_at = time.monotonic()
        if self._asking:  # who asked last did not hear the answer to its end
            self._lose("was left in the middle of an answer")
        try:
            if self._child is None and self._used_at >= self._not_before:
                self._child = Child(MODULE)
            return self._child is not None and self._child.ready()
        except ChildLost as error:
            self._lose(str(error))
            return False

    def _asked(self, rows: Sequence[EventRow]) -> Iterator[list[Told]]:
        """Yield what the process says of each AT_ONCE rows, for as long as it lives."""
        assert self._child is not None
        parts = [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)]
        requests = [msgspec.msgpack.encode(part) for part in parts]
        self._asking = True
        try:
            yield from map(_decode, self._child.exchange(requests, _REPLY_SECONDS))
            self._asking = False
        except (ChildLost, msgspec.DecodeError) as error:
            self._lose(str(error))

    def _lose(self, reason: str) -> None:
        logger.warning("a process that analyzes posts was lost", extra={"reason": reason})
        self._not_before = time.monotonic() + _REST_SECONDS
        self._asking = False
        if self._child is not None:
            self._child.stop(kill=True)
            self._child = None
