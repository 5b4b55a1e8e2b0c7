"""The child's side: requests in, replies out, a frame each.

A frame is its length in bytes (4, little-endian) and its payload. An empty frame comes first, once
the child is ready; then a reply to each request in order, its first byte `DONE` or `FAILED`.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final

LENGTH: Final = struct.Struct("<I")
DONE: Final = b"\x00"
FAILED: Final = b"\x01"
"""The work raised an error; its name follows."""


def serve_frames(prepare: Callable[[], Callable[[bytes], bytes]], *, niceness: int) -> None:
    """Answer requests on standard input until the parent closes it. Prints no text it was given.

    `prepare` loads what the work needs, and returns what makes of each request its reply.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the parent
    os.nice(niceness)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break a frame
    with suppress(BrokenPipeError):
        answer(sys.stdin.buffer, replies, prepare())


def answer(requests: BinaryIO, replies: BinaryIO, work: Callable[[bytes], bytes]) -> None:
    """Say that we are ready, then answer each request; return when there are no more."""
    write_frame(replies, b"")
    while (request := read_frame(requests)) is not None:
        try:
            reply = DONE + work(request)
        except Exception as error:  # noqa: BLE001 -- the parent decides what to do about it
            reply = FAILED + type(error).__name__.encode()
        write_frame(replies, reply)


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
