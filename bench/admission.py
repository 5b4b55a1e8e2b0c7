"""Processor time of admission for each event of Jetstream: `python bench/admission.py [EVENTS]`.

Messages of the simulated network, in both dialects, plain and compressed, are read as they are in
the product, from bytes to what the log is given, on one core. The goal is 5,000 events a second
of processor time. Reading sockets and writing the log are not part of it.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from siyaq.sources.jetstream.dictionary import Dictionary
from siyaq.sources.jetstream.source import _hear
from siyaq.testing.world.wire import encode
from siyaq.testing.world.world import World
from siyaq.testing.world.zdict import train

GOAL_PER_SECOND = 5_000
_BATCH = 500


def main(events: int = 20_000) -> int:
    """Print one line for each dialect and encoding; return 1 where one is below the goal."""
    start = datetime.now(UTC) - timedelta(hours=1)
    world = World(1, start, posts_per_second=200.0)
    seconds = 1 + events // 250
    told = world.events(start, start + timedelta(seconds=seconds))[:events]
    slow = False
    for dialect in ("v1", "v2"):
        plain = [one for event in told if (one := encode(event, dialect)) is not None]
        compressor = train(world, dialect, 1)
        for name, messages, dictionary in (
            ("plain", plain, None),
            ("zstd", [compressor.frame(one) for one in plain], Dictionary(compressor.raw)),
        ):
            began = time.process_time()
            for place in range(0, len(messages), _BATCH):
                _hear(messages[place : place + _BATCH], "bluesky", datetime.now(UTC), dictionary)
            spent = time.process_time() - began
            rate = len(messages) / spent
            slow = slow or rate < GOAL_PER_SECOND
            sent = sum(map(len, messages)) / len(messages)
            print(
                f"jetstream {dialect} {name}: {1e6 * spent / len(messages):.0f} us/event, "
                f"{rate:,.0f} events/s of one core, {sent:.0f} bytes/event "
                f"(goal {GOAL_PER_SECOND:,}/s)"
            )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
