"""A zstd dictionary of the world's own messages, as a server trains one of its traffic."""

from __future__ import annotations

from datetime import timedelta

import zstandard

from siyaq.testing.world.faults import Dialect
from siyaq.testing.world.wire import encode
from siyaq.testing.world.world import World

_BYTES = 16_384


class Compressor:
    """Compresses messages with a dictionary; `id` is the dictionary's own."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.id = int.from_bytes(raw[4:8], "little")
        self._dictionary = zstandard.ZstdCompressionDict(raw)
        self._zstd = zstandard.ZstdCompressor(dict_data=self._dictionary)

    def frame(self, message: bytes) -> bytes:
        """Return a message as one zstd frame."""
        compressed: bytes = self._zstd.compress(message)
        return compressed


def train(world: World, dialect: Dialect, dictionary_id: int) -> Compressor:
    """Train a dictionary on two minutes of a world."""
    events = world.events(world.start, world.start + timedelta(minutes=2))
    messages = [encode(event, dialect) for event in events]
    samples: list[bytes | bytearray | memoryview] = [one for one in messages if one is not None]
    dictionary = zstandard.train_dictionary(_BYTES, samples, dict_id=dictionary_id)
    return Compressor(dictionary.as_bytes())
