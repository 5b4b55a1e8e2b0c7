"""What it costs to ask again without whoever leads (`siyaq.grounding.looks`), as a ratio.

`python bench/second_look.py POSTS --count N --questions FOLDER --limit M` ingests the first N
posts of a file with the documents of a folder of questions, and answers M of its questions in turn
with and without the second look and with the count of who stands behind each quote. Prints one
JSON object: seconds in the median and at the 99th percentile, and their ratio to the answer without
either. The product always looks and counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np

from siyaq.app.opening import open_siyaq
from siyaq.config import load as load_config
from siyaq.core.clock import SystemClock
from siyaq.core.query import Query
from siyaq.core.span import TimeRange
from siyaq.evals import folder
from siyaq.evals.corpus import load
from siyaq.evals.tasks.answers import spaced
from siyaq.grounding.answerer import HITS
from siyaq.grounding.backing import count_backing
from siyaq.grounding.draft import Draft, compose
from siyaq.index import IndexReader
from siyaq.log import LogReader
from siyaq.models import BuiltinEmbedder
from siyaq.retrieval import Retriever
from siyaq.retrieval.alignment import WordAlignment

LIMIT = 5
ROUNDS = 3
WAYS = ("without", "looked", "counted")


class Desk:
    """Answers one question in each way, over a data directory that nobody writes."""

    def __init__(self, log: LogReader, searcher: IndexReader, embedder: BuiltinEmbedder) -> None:
        self.log = log
        self.searcher = searcher
        self.embedder = embedder
        self.retriever = Retriever(searcher, log, embedder, SystemClock())
        self.alignment = WordAlignment(embedder)

    def answer(self, way: str, text: str) -> Draft:
        """Return what would be quoted."""
        query = Query(text=text, k=HITS)
        rank = self.retriever.reader(query)
        draft = compose(
            rank(frozenset()),
            self.searcher,
            self.embedder,
            self.alignment,
            LIMIT,
            again=None if way == "without" else rank,
        )
        if way != "counted":
            return draft
        return count_backing(draft, self.searcher, self.log, TimeRange())


async def ingest(posts: Path, count: int, questions: Path, data: str) -> None:
    """Make the data directory."""

    async def lines() -> AsyncIterator[bytes]:
        for record in islice(folder.read_records(posts, dict[str, object]), count):
            yield json.dumps(record).encode() + b"\n"

    config = load_config(environ={}, flags={"data": data})
    async with open_siyaq(config, write=True) as product:
        await product.ingest(lines(), imported=True)
        await load(product, folder.read_corpus(questions), None, lambda *_: None)


def measure(data: Path, questions: list[str]) -> dict[str, object]:
    """Answer each question ROUNDS times in each way, in turning order; the quickest counts."""
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    looked = 0
    with (
        LogReader.open(data) as log,
        closing(IndexReader.open(data)) as searcher,
        BuiltinEmbedder() as embedder,
    ):
        desk = Desk(log, searcher, embedder)
        for at, question in enumerate(questions):
            looked += bool(desk.answer("looked", question).beside)
            best = dict.fromkeys(WAYS, float("inf"))
            for turn in range(ROUNDS * len(WAYS)):
                way = WAYS[(at + turn) % len(WAYS)]
                started = time.perf_counter()
                desk.answer(way, question)
                best[way] = min(best[way], time.perf_counter() - started)
            for way, one in best.items():
                seconds[way].append(one)
    found: dict[str, object] = {"questions": len(questions), "something_beside": looked}
    for way, every in seconds.items():
        ratios = np.array(every) / np.array(seconds["without"])
        found[way] = {
            "median_seconds": round(float(np.median(every)), 4),
            "p99_seconds": round(float(np.quantile(every, 0.99)), 4),
            "median_ratio": round(float(np.median(ratios)), 2),
            "mean_ratio": round(sum(every) / sum(seconds["without"]), 2),
        }
    return found


def main() -> None:
    """Print what the second look costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=60)
    options = parser.parse_args()
    every = folder.read_all(options.questions, "questions.jsonl", folder.Asked)
    asked = [one.question for one in spaced(every, options.limit)]
    with tempfile.TemporaryDirectory(prefix="siyaq-looks-") as place:
        asyncio.run(ingest(options.posts, options.count, options.questions, place))
        found = measure(Path(place), asked)
    json.dump({"posts": options.count, **found}, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
