"""Bytes of a file as they were before gzip or Zstandard, in pieces of bounded size.

What a file is, its first bytes say, not its name. A damaged or cut file gives all that can be
read of it, and raises Unreadable only then.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import zstandard

from siyaq.core.errors import Unreadable

MAX_WINDOW_BYTES = 2**27
"""Zstandard windows up to `--long=27`."""

_PIECE_BYTES = 2**18
_ZSTD_INPUT_BYTES = 1024  # one call expands this to 32 MiB at the very most
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_WBITS = 31

Read = Callable[[int], bytes]
"""Returns up to n bytes, b"" at the end: `read1` of a pipe, `read` of a file."""


def unpacked(read: Read, name: str) -> Iterator[bytes]:
    """Yield the content behind `read`, decompressed if it is gzip or Zstandard.

    Raises Unreadable, naming `name`, after everything that came before the damage.
    """
    head = read(_PIECE_BYTES)
    if head.startswith(_GZIP_MAGIC):
        yield from _gunzipped(head, read, name)
    elif head.startswith(_ZSTD_MAGIC):
        yield from _unzstandard(head, read, name)
    else:
        while head:
            yield head
            head = read(_PIECE_BYTES)


def _gunzipped(piece: bytes, read: Read, name: str) -> Iterator[bytes]:
    """Decompress the members of a gzip file one after the other."""
    member = zlib.decompressobj(_GZIP_WBITS)
    try:
        while piece := piece or read(_PIECE_BYTES):
            if member.eof:
                piece = piece.lstrip(b"\0")  # padding is allowed after a member
                if not piece:
                    continue
                member = zlib.decompressobj(_GZIP_WBITS)
            if content := member.decompress(piece, _PIECE_BYTES):
                yield content
            piece = member.unused_data if member.eof else member.unconsumed_tail
        if content := member.flush():  # what the limit on the last piece held back
            yield content
    except zlib.error as error:
        raise Unreadable(f"{name!r} is damaged: {error}") from error
    if not member.eof:
        raise Unreadable(f"{name!r} ends in the middle of its gzip data")


def _unzstandard(piece: bytes, read: Read, name: str) -> Iterator[bytes]:
    """Decompress the frames of a Zstandard file one after the other."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    frame = decompressor.decompressobj()
    while piece:
        for start in range(0, len(piece), _ZSTD_INPUT_BYTES):
            rest = piece[start : start + _ZSTD_INPUT_BYTES]
            while rest:
                if frame.eof:
                    frame = decompressor.decompressobj()
                try:
                    content = frame.decompress(rest)
                except zstandard.ZstdError as error:
                    raise Unreadable(f"{name!r} is damaged: {error}") from error
                if content:
                    yield content
                rest = frame.unused_data
        piece = read(_PIECE_BYTES)
    if not frame.eof:
        raise Unreadable(f"{name!r} ends in the middle of its Zstandard data")
