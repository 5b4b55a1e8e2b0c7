"""Compressed streams: each message a zstd frame, made with a dictionary that both sides know.

siyaq brings no dictionary of its own. A v2 server offers the one it uses, by an id that changes
when it is trained anew; that of v1 has to be given. Compression is a convenience: where there is
no dictionary, or the server will not have it, the stream comes as plain text.
"""

from __future__ import annotations

import struct
from pathlib import Path

import zstandard

from siyaq.core.errors import ConfigError, SourceRefused, SourceUnavailable
from siyaq.core.event import RejectReason
from siyaq.sources.fetch import Fetcher
from siyaq.sources.limits import LINE_BYTES
from siyaq.sources.refusal import Refusal

_MAGIC = 0xEC30A437
_HEAD = struct.Struct("<II")
_LARGEST_DICTIONARY = 2**20
_MOST_BYTES = 8 * LINE_BYTES
"""What one message may grow to. Beyond it is a bomb, or of no use."""


class Dictionary:
    """A zstd dictionary and what it decodes."""

    def __init__(self, raw: bytes) -> None:
        """Take the bytes of a dictionary. Raises ValueError for something else."""
        if not _HEAD.size <= len(raw) <= _LARGEST_DICTIONARY:
            raise ValueError(f"{len(raw)} bytes are no zstd dictionary")
        magic, self.id = _HEAD.unpack_from(raw)
        if magic != _MAGIC:
            raise ValueError("not a zstd dictionary: it does not begin as one")
        self._decoder = zstandard.ZstdDecompressor(
            dict_data=zstandard.ZstdCompressionDict(raw), max_window_size=_MOST_BYTES
        )

    def plain(self, frame: bytes) -> bytes:
        """Return the message in a frame. Raises Refusal for a damaged or a huge one."""
        try:
            with self._decoder.stream_reader(frame) as reader:
                message: bytes = reader.read(_MOST_BYTES + 1)
        except zstandard.ZstdError as error:
            raise Refusal(RejectReason.MALFORMED, "a message that is not valid zstd") from error
        if len(message) > _MOST_BYTES:
            detail = f"a message that grows beyond {_MOST_BYTES} bytes"
            raise Refusal(RejectReason.TOO_LARGE, detail)
        return message


def read_dictionary(path: str) -> Dictionary:
    """Read a dictionary from a file. Raises ConfigError, saying what is wrong with it."""
    try:
        return Dictionary(Path(path).expanduser().read_bytes()[: _LARGEST_DICTIONARY + 1])
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cannot use {path!r} as a zstd dictionary: {error}",
            hint="zstd=fetch asks a v2 server for its own; v1's is in Jetstream's repository",
        ) from error


async def fetch_dictionary(url: str, timeout_seconds: float) -> Dictionary | None:
    """Ask a v2 server for its dictionary; None where it offers none that can be used."""
    try:
        async with Fetcher(allowed_url=url, timeout_seconds=timeout_seconds) as fetcher:
            answer = await fetcher.get(url)
        return Dictionary(answer.body) if answer.status == 200 else None
    except (SourceUnavailable, SourceRefused, ValueError):
        return None
