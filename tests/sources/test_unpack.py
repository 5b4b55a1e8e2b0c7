"""Compressed files are read piece by piece, whatever they claim to be and however they end."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from siyaq.core.errors import Unreadable
from siyaq.sources.unpack import MAX_WINDOW_BYTES, unpacked

NOISE = random.Random(7).randbytes(700_000)
CONTENT = b"".join(b'{"id": %d}\n' % n for n in range(60_000)) + NOISE


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(content)


def read(packed: bytes) -> bytes:
    return b"".join(unpacked(io.BytesIO(packed).read, "f"))


@pytest.mark.parametrize(
    "packed",
    [
        CONTENT,
        gzip.compress(CONTENT),
        gzip.compress(CONTENT[:100]) + gzip.compress(CONTENT[100:]),
        gzip.compress(CONTENT[:100]) + b"\0" * 600_000 + gzip.compress(CONTENT[100:]) + b"\0" * 9,
        _zstd(CONTENT),
        _zstd(CONTENT[:100]) + _zstd(CONTENT[100:]),
    ],
    ids=["plain", "gzip", "gzip members", "padded gzip", "zstd", "zstd frames"],
)
def test_content_comes_out_as_it_went_in(packed: bytes) -> None:
    assert read(packed) == CONTENT


def test_an_empty_file_is_empty() -> None:
    assert read(b"") == b""
    assert read(gzip.compress(b"")) == b""
    assert read(_zstd(b"")) == b""


def test_windows_up_to_the_limit_are_read_and_no_larger_ones() -> None:
    def packed(log: int) -> bytes:
        settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=log)
        compressor = zstandard.ZstdCompressor(compression_params=settings)
        stream = compressor.compressobj()  # of unknown size, so that the window is declared
        return stream.compress(b"rain\n" * 99) + stream.flush()

    assert read(packed(27)) == b"rain\n" * 99
    assert MAX_WINDOW_BYTES == 2**27
    with pytest.raises(Unreadable, match="damaged"):
        read(packed(28))


@pytest.mark.parametrize("pack", [gzip.compress, _zstd], ids=["gzip", "zstd"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.999])
def test_a_cut_file_gives_what_can_be_read_and_then_says_so(pack: object, kept: float) -> None:
    assert callable(pack)
    packed: bytes = pack(CONTENT)
    got = bytearray()
    pieces = unpacked(io.BytesIO(packed[: int(len(packed) * kept)]).read, "f")
    with pytest.raises(Unreadable, match="'f' ends in the middle"):
        _collect(pieces, got)
    assert CONTENT.startswith(got)
    assert len(got) > len(CONTENT) * kept * 0.5 - 200_000


def _collect(pieces: Iterator[bytes], into: bytearray) -> None:
    for piece in pieces:
        into += piece


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([gzip.compress(CONTENT[:5000]), _zstd(CONTENT[:5000])]), st.data())
def test_damage_anywhere_raises_nothing_but_unreadable(packed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(packed) - 1))
    flipped = packed[:at] + bytes([packed[at] ^ data.draw(st.integers(1, 255))]) + packed[at + 1 :]
    with suppress(Unreadable):
        read(flipped)


@pytest.mark.parametrize("bomb", ["gzip", "zstd"])
def test_a_bomb_comes_out_in_small_pieces(bomb: str) -> None:
    if bomb == "gzip":
        member = gzip.compress(bytes(2**23))
        packed = member * 25
    else:
        packed = zstandard.ZstdCompressor().compress(bytes(200 * 2**20))
    assert len(packed) < 2**20
    largest = total = 0
    for piece in unpacked(io.BytesIO(packed).read, "f"):
        largest, total = max(largest, len(piece)), total + len(piece)
    assert total == 200 * 2**20
    assert largest <= 2**25
