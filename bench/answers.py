"""Questions d and e: answers and cards over a full index; what it takes to hold and to reopen.

    python bench/answers.py FOLDER [--queries N] [--rate N] [--place DIR] [--no-rebuild]

FOLDER is one that `bench/prepare.py` made. Posts go through admission, the log and the indexer,
with vectors ready-made; then a reader of its own asks, as `siyaq ask` does: first alone, then while
`--rate` posts a second come in from the same process. With `--place` the data directory is kept
there, and one that already holds the posts is used as it is: what came in under load stays in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from siyaq.models import use_one_blas_thread

use_one_blas_thread()

import numpy as np

from drive import Work, batches
from engines.siyaq import ReadyMade
from engines.siyaq import Siyaq as Engine
from measured import disk_bytes, figure, quantiles_ms, report
from siyaq import config
from siyaq.app.opening import open_siyaq
from siyaq.app.resident import resident
from siyaq.app.siyaq import Siyaq
from siyaq.core.answer import Question
from siyaq.core.ids import post_id
from siyaq.core.query import Query
from siyaq.index.rebuild import rebuild
from siyaq.log import LogReader
from siyaq.text.language import identify


def latencies(
    siyaq: Siyaq, texts: list[str], ids: list[int], label: str
) -> list[dict[str, object]]:
    """Time searches, answers and cards, each for the first time and then again."""
    run = asyncio.new_event_loop().run_until_complete

    async def ask(text: str) -> None:
        async for _ in siyaq.ask(Question(text=text)):
            pass

    work: list[tuple[str, Callable[[int], object], int]] = [
        ("search", lambda n: run(siyaq.search(Query(text=texts[n]))), len(texts)),
        # Other words, so that no question was embedded before.
        ("answer", lambda n: run(ask(f"who says {texts[n]}")), len(texts)),
        ("card", lambda n: run(siyaq.context(post_id("bench", str(ids[n])))), len(ids)),
    ]
    found = []
    for name, once, count in work:
        for again in ("cold", "again"):
            p50, p99 = quantiles_ms(once, count)
            found.append(figure(f"{name}, {again}{label}, p50", [p50], "ms"))
            found.append(figure(f"{name}, {again}{label}, p99", [p99], "ms"))
    return found


def fill(engine: Engine, work: Work) -> None:
    """Bring in the posts that are not there yet."""
    for posts, rows in batches(work, work.count, vectors=True, start=engine.log.head()):
        engine.add(posts, rows)
    engine.settle()


def while_posts_come(engine: Engine, work: Work, rate: int, measure: Callable[[], object]) -> float:
    """Run `measure` while `rate` posts a second come in, and return the rate that was kept."""
    stop, sent = threading.Event(), [0]
    start = engine.log.head()

    def feed() -> None:
        began = time.perf_counter()
        size = engine.stream_batch
        for posts, rows in batches(work, len(work.posts), vectors=True, start=start, size=size):
            if stop.wait(max(0.0, began + sent[0] / rate - time.perf_counter())):
                return
            engine.add(posts, rows)
            sent[0] += len(posts)

    feeder = threading.Thread(target=feed)
    began = time.perf_counter()
    feeder.start()
    measure()
    stop.set()
    feeder.join()
    return sent[0] / (time.perf_counter() - began)


async def opened(place: Path, work: Callable[[Siyaq], object]) -> float:
    """Open the directory for reading, run `work` in a thread, and return how long opening took."""
    settings = config.load(flags={"data": str(place)}, environ={})
    began = time.perf_counter()
    async with open_siyaq(settings, write=False) as siyaq:
        await siyaq.search(Query(text="the first search after a start"))
        seconds = time.perf_counter() - began
        identify("zxqv wvtk kkjhq llpmz")  # loads what a text without known words is told by
        with resident():
            await asyncio.to_thread(work, siyaq)
    return seconds


async def remembered(place: Path, ids: list[str]) -> list[dict[str, object]]:
    """Time cards in the process that takes posts in, which hands them out while they stand."""
    settings = config.load(flags={"data": str(place), "embed.processes": 0}, environ={})
    async with open_siyaq(settings, write=True) as siyaq, AsyncExitStack() as stack:
        stack.enter_context(resident())
        loop = asyncio.get_running_loop()

        def once(n: int) -> object:
            asked = siyaq.context(post_id("bench", ids[n]))
            return asyncio.run_coroutine_threadsafe(asked, loop).result()

        await asyncio.to_thread(quantiles_ms, once, len(ids))
        p50, p99 = await asyncio.to_thread(quantiles_ms, once, len(ids))
    return [
        figure("card, remembered, p50", [p50], "ms"),
        figure("card, remembered, p99", [p99], "ms"),
    ]


def measure(folder: Path, place: Path, queries: int, rate: int, *, rebuilding: bool) -> None:
    work = Work(folder)
    texts = json.loads((folder / "questions.json").read_text())["texts"][: 2 * queries]
    ids = list(range(1, work.count, max(1, work.count // (2 * queries))))[: 2 * queries]
    engine = Engine(place, distinct=False)
    fill(engine, work)
    figures: list[dict[str, object]] = []

    def idle(siyaq: Siyaq) -> None:
        figures.extend(latencies(siyaq, texts[:queries], ids[:queries], ""))

    def loaded(siyaq: Siyaq) -> None:
        label = f" at {rate} posts/s"
        late: list[dict[str, object]] = []
        kept = while_posts_come(
            engine,
            work,
            rate,
            lambda: late.extend(latencies(siyaq, texts[queries:], ids[queries:], label)),
        )
        figures.extend([*late, figure("rate kept meanwhile", [kept], "posts/s")])

    reopened = asyncio.run(opened(place, idle))
    asyncio.run(opened(place, loaded))
    engine.close()
    figures += asyncio.run(remembered(place, [str(one) for one in ids[:queries]]))
    held = footprint(place, texts[:queries])
    figures += [
        figure("memory of the process", [held["anonymous"]], "MiB"),
        figure("memory of its embedders at rest", [held["embedders"]], "MiB"),
        figure("mapped from files", [held["mapped"]], "MiB", note="the kernel may take it back"),
        figure("disk", [disk_bytes(place) / work.count], "bytes/post"),
        figure("open and search once", [reopened], "s"),
    ]
    if rebuilding:
        rate_rebuilt = rebuilt(work, place)
        figures.append(figure("rebuild the index, vectors ready-made", [rate_rebuilt], "posts/s"))
    facts = json.loads((folder / "facts.json").read_text())
    report(
        "answers, cards, memory, restart",
        figures,
        posts=work.count,
        distinct_texts=facts["distinct_texts"],
        texts=facts["texts"],
    )


def footprint(place: Path, questions: list[str]) -> dict[str, float]:
    """Return MiB that a siyaq of its own holds after these questions."""
    command = [sys.executable, str(Path(__file__).with_name("footprint.py")), str(place)]
    done = subprocess.run(
        command, input="\n".join(questions), capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def rebuilt(work: Work, place: Path) -> float:
    """Rebuild the index from the log, and return posts a second."""
    embedder = ReadyMade(distinct=False)
    rows = np.asarray(work.vectors)
    for post, row in zip(work.posts, rows, strict=True):
        embedder.known[" ".join(str(post["text"]).split())] = row
    with LogReader.open(place) as log:
        began = time.perf_counter()
        rebuild(log, place, embedder, lambda *_: None)
        return log.head() / (time.perf_counter() - began)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--queries", type=int, default=100)
    arguments.add_argument("--rate", type=int, default=1000)
    arguments.add_argument(
        "--place", type=Path, help="the data directory, kept; default: made anew"
    )
    arguments.add_argument("--no-rebuild", action="store_true")
    chosen = arguments.parse_args()
    how = {"queries": chosen.queries, "rate": chosen.rate, "rebuilding": not chosen.no_rebuild}
    if chosen.place:
        measure(chosen.folder, chosen.place, **how)
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as place:
        measure(chosen.folder, Path(place), **how)


if __name__ == "__main__":
    main()
