"""How fast posts become searchable, how long a search takes, and how much an exact one adds.

    python bench/index_ingest.py --posts FILE [--count N] [--vectors random|builtin] [--dir DIR]

The posts (JSONL .zst) go into a log first; what is timed is the index that reads it. `random`
draws the vectors, so that the index is measured and not the embedder; their recall means little.
Rates are given by the wall clock and per second of processor time. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import zstandard

from siyaq.core.clock import Trust
from siyaq.core.event import PostEvent
from siyaq.core.ids import Seq
from siyaq.core.ports import Batch, Embedder, Vector
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.index import IndexReader
from siyaq.index.embedding import TextEmbedder
from siyaq.index.follower import Half
from siyaq.index.ledger import Ledger
from siyaq.index.settings import STANDARD
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.log import LogReader, LogWriter
from siyaq.models import BuiltinEmbedder
from siyaq.sources.admit import admit_line
from siyaq.text.analyze import is_stop_word, terms

K = 20


class RandomEmbedder:
    """Draws vectors around a thousand centers, so that there is something to be near to."""

    name = "random"
    dimensions = 512

    def __init__(self) -> None:
        self._dice = np.random.default_rng(0)
        self._centers = self._dice.standard_normal((1000, 512), dtype=np.float32)

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        rows = self._centers[self._dice.integers(0, 1000, len(texts))]
        rows = rows + 1.5 * self._dice.standard_normal(rows.shape, dtype=np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return cast("Sequence[Vector]", rows)


def events(path: Path, count: int) -> Iterator[PostEvent]:
    """Yield the changes in the first `count` lines of a file of posts."""
    now = datetime.now(UTC)
    with path.open("rb") as packed:
        stream = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed)
        for line in itertools.islice(io.BufferedReader(stream, 2**20), count):
            event = admit_line(line, source="bench", trust=Trust.ARCHIVE, now=now)
            if isinstance(event, PostEvent):
                yield event


def fill_log(directory: Path, path: Path, count: int) -> None:
    """Write the posts into a log."""
    with LogWriter.open(directory) as writer:
        posts = events(path, count)
        while batch := tuple(itertools.islice(posts, 2000)):
            writer.append([Batch(events=batch)])


def fill_index(log: LogReader, half: Half, head: Seq) -> dict[str, float]:
    """Bring one half up to date, committing once a second, and return its rates."""
    began, busy, committed = time.perf_counter(), time.process_time(), time.perf_counter()
    while half.position < head:
        half.take(log)
        if time.perf_counter() - committed > STANDARD.catch_up_seconds:
            half.commit()
            committed = time.perf_counter()
    half.commit()
    half.close()
    return {
        "posts_per_second": round(head / (time.perf_counter() - began)),
        "posts_per_processor_second": round(head / (time.process_time() - busy)),
    }


def latency(search: Callable[[int], object], count: int) -> dict[str, float]:
    """Return p50 and p99 of `search`, called with 0, 1, 2 and so on, in milliseconds."""
    taken = []
    for number in range(count):
        began = time.perf_counter()
        search(number)
        taken.append(1e3 * (time.perf_counter() - began))
    return {
        "p50_ms": round(np.quantile(taken, 0.5), 2),
        "p99_ms": round(np.quantile(taken, 0.99), 2),
    }


def recall(reader: IndexReader, queries: npt.NDArray[np.float32], head: Seq) -> float:
    """Return which share of the exact K nearest posts, by the vectors it holds, it finds."""
    held = reader.passages(Seq(seq) for seq in range(1, head + 1))
    seqs = np.array([seq for seq, passages in held.items() for _ in passages])
    vectors = np.array([each.vector for passages in held.values() for each in passages], "<f2")
    right = 0
    for query in queries:
        scores = vectors.astype(np.float32) @ query
        kth = -np.sort(-scores)[K - 1]
        acceptable = set(seqs[scores >= kth - 1e-4].tolist())  # copies tie
        right += sum(hit.seq in acceptable for hit in reader.semantic(query, Filters(), K))
    return round(right / (K * len(queries)), 4)


def measure(directory: Path, embedder: Embedder) -> dict[str, object]:
    """Index the log in `directory` and search it."""
    log = LogReader.open(directory)
    head = log.head()
    ledger = Ledger.open(directory / "index", embedder, STANDARD)
    words = fill_index(log, WordWriter(ledger), head)
    vectors = fill_index(log, VectorWriter(ledger, TextEmbedder(embedder, 512)), head)
    reader = IndexReader.open(directory)
    dice = random.Random(0)
    chosen = log.posts(Seq(dice.randint(1, head)) for _ in range(300))
    texts = [post.text for post in chosen.values()]
    questions = [[term for term in terms(text) if not is_stop_word(term)][:3] for text in texts]
    weights = [dict.fromkeys(question, 1.0) for question in questions if question]
    queries = np.asarray(embedder.embed([" ".join(text.split()[:8]) for text in texts]))
    newest = log.posts(reader.newest(Filters(), max(head // 33, 1)))
    late = Filters(placed=TimeRange(since=min(post.placed_at for post in newest.values())))
    everything = Filters()

    def by_word(where: Filters) -> Callable[[int], object]:
        return lambda number: reader.lexical(weights[number % len(weights)], where, K)

    def by_meaning(where: Filters) -> Callable[[int], object]:
        return lambda number: reader.semantic(queries[number % len(queries)], where, K)

    return {
        "posts": head,
        "words": words,
        "vectors": vectors,
        "lexical": latency(by_word(everything), 400),
        "lexical_last_3_percent": latency(by_word(late), 400),
        "semantic": latency(by_meaning(everything), 300),
        "semantic_last_3_percent": latency(by_meaning(late), 300),
        "newest": latency(lambda _: reader.newest(everything, K), 100),
        "recall_at_20": recall(reader, queries[:100], head),
        "index_bytes_per_post": round(
            sum(512 * path.stat().st_blocks for path in (directory / "index").rglob("*")) / head
        ),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--posts", type=Path, required=True, help="posts, JSONL .zst")
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--vectors", choices=["random", "builtin"], default="random")
    arguments.add_argument("--dir", type=Path, help="where to work; a new folder is made in it")
    asked = arguments.parse_args()
    embedder: Embedder = RandomEmbedder() if asked.vectors == "random" else BuiltinEmbedder()
    with tempfile.TemporaryDirectory(dir=asked.dir) as place:
        fill_log(Path(place), asked.posts, asked.count)
        print(json.dumps({"vectors": asked.vectors} | measure(Path(place), embedder), indent=1))


if __name__ == "__main__":
    main()
