"""Pieces of bytes of any size, cut into numbered lines; a line beyond the limit is never held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from siyaq.sources.limits import LINE_BYTES


class Line(NamedTuple):
    """One line. `body` is None for one that was too long to be kept."""

    number: int  # 1-based
    body: bytes | None
    end: int  # offset of the byte after it and its newline


class Lines:
    """Cuts a stream into lines. Holds at most one unfinished line, of at most `limit` bytes."""

    def __init__(self, *, offset: int = 0, number: int = 0, limit: int = LINE_BYTES) -> None:
        self._limit = limit
        self._end = offset
        self._number = number
        self._begun = bytearray()
        self._overlong = False

    def feed(self, piece: bytes) -> Iterator[Line]:
        """Yield the lines that end inside `piece`, the ends of blank ones skipped over."""
        *whole, rest = piece.split(b"\n")
        for part in whole:
            self._hold(part)
            yield self._finish(len(part) + 1)
        self._hold(rest)
        self._end += len(rest)

    def last(self) -> Iterator[Line]:
        """Yield the line that the stream ended in, if it was not ended by a newline."""
        if self._begun or self._overlong:
            yield self._finish(0)

    def _hold(self, part: bytes) -> None:
        if self._overlong or len(self._begun) + len(part) > self._limit:
            self._overlong = True
            self._begun.clear()
        else:
            self._begun += part

    def _finish(self, bytes_more: int) -> Line:
        self._end += bytes_more
        self._number += 1
        line = Line(self._number, None if self._overlong else bytes(self._begun), self._end)
        self._begun.clear()
        self._overlong = False
        return line
