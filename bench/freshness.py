"""Question b: how long after a post is acknowledged a search finds it, at a steady rate.

    python bench/freshness.py [--rate N] [--seconds N] [--burst N]

Pieces of NDJSON come in 20 times a second, as over HTTP. The last post of each holds a word of its
own; another reader of the directory searches for it from the moment the piece is acknowledged, as
another process would. Then a burst comes at once, and it is timed until all of it is found.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

from siyaq.models import use_one_blas_thread

use_one_blas_thread()  # before numpy is imported; for the processes started from here too

import posts as source
from measured import figure, report
from siyaq import config
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.core.query import Filters
from siyaq.index import IndexReader

PIECES_PER_SECOND = 20
LOOK_SECONDS = 0.002
GIVE_UP_SECONDS = 600.0


class Watcher:
    """Looks for what was acknowledged, in a thread with a reader of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._waiting: list[tuple[str, int, float]] = []  # a word, its place, when acknowledged
        self._embedding: list[tuple[int, float]] = []
        self.by_word: list[float] = []
        self.by_meaning: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def expect(self, word: str, seq: int) -> None:
        now = time.perf_counter()
        self._embedding.append((seq, now))
        self._waiting.append((word, seq, now))

    def end(self) -> None:
        """Wait until all is found by word, and let go of what is not yet found by meaning."""
        deadline = time.perf_counter() + GIVE_UP_SECONDS
        while self._waiting and time.perf_counter() < deadline:
            time.sleep(LOOK_SECONDS)
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        reader = IndexReader.open(self._directory)
        while not self._ended.wait(LOOK_SECONDS):
            reader.refresh()
            while self._waiting and reader.indexed >= self._waiting[0][1]:
                word, _, since = self._waiting[0]
                if not reader.lexical({word: 1.0}, Filters(), 1):
                    raise AssertionError("an indexed post was not found")
                self.by_word.append(time.perf_counter() - since)
                self._waiting.pop(0)
            while self._embedding and reader.embedded >= self._embedding[0][0]:
                self.by_meaning.append(time.perf_counter() - self._embedding.pop(0)[1])


async def steady(siyaq: Siyaq, posts: list[dict[str, object]], rate: int) -> Watcher:
    """Feed posts at `rate` and return what was seen of them."""
    watcher = Watcher(siyaq.directory)
    size = rate // PIECES_PER_SECOND
    began = time.perf_counter()
    for number, start in enumerate(range(0, len(posts), size)):
        due = began + number / PIECES_PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        piece = posts[start : start + size]
        word = f"probe{number}x"
        marked = piece[-1] | {"text": f"{piece[-1]['text']} {word}"}
        await siyaq.ingest(_one(b"".join(source.lines([*piece[:-1], marked]))), imported=True)
        watcher.expect(word, siyaq.log.head())
    watcher.end()
    return watcher


async def burst(siyaq: Siyaq, posts: list[dict[str, object]]) -> tuple[float, float, float]:
    """Feed posts at once; return seconds until found by word, by a vector, by its exact vector."""
    await siyaq.ingest(_one(b"".join(source.lines(posts))), imported=True)
    head, began = siyaq.log.head(), time.perf_counter()
    assert siyaq.indexer is not None
    await asyncio.to_thread(siyaq.indexer.wait_indexed, head, GIVE_UP_SECONDS)
    words = time.perf_counter() - began
    await asyncio.to_thread(siyaq.indexer.wait_embedded, head, GIVE_UP_SECONDS)
    meaning = time.perf_counter() - began
    await asyncio.to_thread(siyaq.indexer.wait_exact, head, GIVE_UP_SECONDS)
    return words, meaning, time.perf_counter() - began


async def _one(piece: bytes) -> AsyncIterator[bytes]:
    yield piece


async def measure(rate: int, seconds: int, size: int) -> None:
    total = rate * seconds
    drawn = source.in_order_of_time(source.distinct(total + size + rate))
    with tempfile.TemporaryDirectory() as place:
        settings = config.load(flags={"data": str(Path(place, "data"))}, environ={})
        async with open_siyaq(settings, write=True) as siyaq:
            await burst(siyaq, drawn[:rate])  # loads the weights
            began = time.perf_counter()
            watcher = await steady(siyaq, drawn[rate : rate + total], rate)
            kept = total / (time.perf_counter() - began)
            assert siyaq.indexer is not None
            left = len(drawn) - size - siyaq.indexer.embedded
            near = siyaq.indexer.approximate
            words, meaning, exact = await burst(siyaq, drawn[rate + total :])
    found, late = sorted(watcher.by_word), sorted(watcher.by_meaning)
    report(
        "freshness",
        [
            figure("acknowledged to found by word, p50", [1e3 * _at(found, 0.5)], "ms"),
            figure("acknowledged to found by word, p99", [1e3 * _at(found, 0.99)], "ms"),
            figure(
                "acknowledged to found by meaning, p50",
                [1e3 * _at(late, 0.5)],
                "ms",
                note="of those found by the time the rate ended",
            ),
            figure("acknowledged to found by meaning, p99", [1e3 * _at(late, 0.99)], "ms"),
            figure("posts without a vector when the rate ended", [max(left, 0)], "posts"),
            figure("posts with a near vector when the rate ended", [near], "posts"),
            figure("rate kept", [kept], "posts/s"),
            figure("burst, acknowledged to all found by word", [words], "s"),
            figure("burst, acknowledged to all found by meaning", [meaning], "s"),
            figure("burst, acknowledged to all exact", [exact], "s"),
        ],
        rate=rate,
        seconds=seconds,
        burst=size,
    )


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rate", type=int, default=1000)
    arguments.add_argument("--seconds", type=int, default=20)
    arguments.add_argument("--burst", type=int, default=5000)
    chosen = arguments.parse_args()
    asyncio.run(measure(chosen.rate, chosen.seconds, chosen.burst))


if __name__ == "__main__":
    main()
