"""How an embedding process and its parent talk: frames over a pair of pipes.

A frame is its length in bytes (4, little-endian) and its payload. A request is one byte, how the
texts are to be read (`EXACTLY`, `NEARLY`), and a MessagePack array of them; a reply is one byte,
then rows of float32 (`ROWS`) or what went wrong (`FAILED`).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

LENGTH = struct.Struct("<I")
EXACTLY = b"\x00"
NEARLY = b"\x01"
ROWS = b"\x00"
FAILED = b"\x01"


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write one frame and flush it. Raises OSError where nobody reads any more."""
    stream.write(LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None where the other side hung up, even in the middle of it."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    payload = stream.read(length)
    return payload if len(payload) == length else None
