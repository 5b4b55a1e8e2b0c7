"""Question f: what a post costs, and a search, as the index grows.

    python bench/growth.py FOLDER [--steps N ...]

One index grows through the steps, with vectors ready-made. At each: processor time a post since the
step before, and how long searches take over everything and over the newest 10,000 posts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from drive import ANYWHERE, K, Work, batches
from engines import Where
from engines.siyaq import Siyaq
from measured import disk_bytes, figure, quantiles_ms, report, resident_mib

WINDOW = 10_000
QUERIES = 60


def measure(folder: Path, place: Path, steps: list[int]) -> None:
    work = Work(folder)
    before = resident_mib()
    engine = Siyaq(place)
    figures: list[dict[str, object]] = []
    done = 0
    for step in steps:
        began, busy = time.perf_counter(), time.process_time()
        for posts, rows in batches(work, step, vectors=True, start=done):
            engine.add(posts, rows)
        engine.settle()
        count, done = step - done, step
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        newest = Where(since_us=work.posts[max(0, step - WINDOW)]["placed_us"])
        spent = {
            "processor time a post": (1e6 * busy / count, "us"),
            "posts a second": (count / seconds, "posts/s"),
            "resident memory": (resident_mib() - before, "MiB"),
            "disk a post": (disk_bytes(place) / step, "bytes"),
        }
        for name, where in (("everything", ANYWHERE), (f"the newest {WINDOW:,}", newest)):
            nearest = quantiles_ms(
                lambda n, w=where: engine.nearest(work.queries[n], K, w), QUERIES
            )
            words = quantiles_ms(
                lambda n, w=where: engine.words(work.texts[n], work.terms[n], K, w), QUERIES
            )
            spent[f"nearest of {name}, p50"] = nearest[0], "ms"
            spent[f"words of {name}, p50"] = words[0], "ms"
        figures += [
            figure(f"{name}, {step:,} posts", [value], unit)
            for name, (value, unit) in spent.items()
        ]
    engine.close()
    report("growth", figures, steps=steps)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--steps", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as place:
        measure(chosen.folder, Path(place), chosen.steps)


if __name__ == "__main__":
    main()
