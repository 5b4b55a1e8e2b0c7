"""Server-sent events, as the HTML standard defines them, out of bytes in pieces of any size.

Lines end in LF, CR or CR LF; a piece may end anywhere, inside a character too. An event beyond
the limit is passed over as a whole and told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from siyaq.sources.limits import LINE_BYTES


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event. `data` is None for one that was too large to keep."""

    name: str  # "message" where none was given
    data: bytes | None


@dataclass(slots=True)
class EventStream:
    """Takes bytes, gives events. Memory stays within `limit` bytes and a line."""

    limit: int = LINE_BYTES
    _rest: bytearray = field(default_factory=bytearray)
    _name: bytes = b""
    _data: list[bytes] = field(default_factory=list[bytes])
    _size: int = 0
    _too_large: bool = False
    _after_cr: bool = False

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """Yield the events that `piece` completes."""
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        if piece:
            self._after_cr = piece.endswith(b"\r")
        whole = bytes(self._rest) + piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = whole.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            if line:
                self._take(line)
            elif self._data or self._too_large:
                yield self._finish()
            else:
                self._name = b""
        if len(self._rest) > self.limit:
            self._drop()
            self._rest = bytearray(b":")  # what is left of this line is as good as a comment

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value[:64]
        elif name == b"data":
            self._size += len(value) + 1
            if self._size > self.limit:
                self._drop()
            elif not self._too_large:
                self._data.append(value)

    def _drop(self) -> None:
        self._data.clear()
        self._too_large = True

    def _finish(self) -> ServerEvent:
        name = self._name.decode("utf-8", "replace") or "message"
        event = ServerEvent(name, None if self._too_large else b"\n".join(self._data))
        self._name, self._size, self._too_large = b"", 0, False
        self._data.clear()
        return event
