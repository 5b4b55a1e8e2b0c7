"""Drive one engine over a prepared folder: load it, search it idle and loaded, delete.

    python bench/drive.py ENGINE FOLDER [--queries N] [--rate N] [--commit-every N]

Runs in the environment that holds the engine. Posts come in batches of 500, each handed over as
soon as the one before was taken; while searches are timed, in such as the engine asks for
(`stream_batch`). Of a kind of search that takes long, fewer are made than `--queries` says: as many
as 20 seconds allow, and never fewer than 20. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    __import__("os").environ.setdefault(variable, "1")

import numpy as np

import engines
from engines import BATCH, Engine, Where, fused
from measured import (
    disk_bytes,
    mapped_mib,
    processor_seconds,
    quantiles_ms,
    resident_mib,
    within,
)

K = 20
LEAST_SECONDS = 10.0
MOST_SECONDS = 20.0  # of one kind of search: an exact scan of 300,000 would take an hour
WINDOWS = {"all": 1.0, "last 10 %": 0.1, "last 1 %": 0.01}
ANYWHERE = Where()
EDITED = 200


class Questions:
    """What is asked of an engine, of a prepared folder."""

    def __init__(self, folder: Path) -> None:
        self.queries = np.load(folder / "queries.npy")
        asked = json.loads((folder / "questions.json").read_text())
        self.texts, self.terms = asked["words"], asked["terms"]


class Work(Questions):
    """The prepared folder, as an engine is fed from it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        with (folder / "posts.jsonl").open(encoding="utf-8") as lines:
            self.posts = [_row(json.loads(line)) for line in lines]
        self.vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        self.exact = dict(np.load(folder / "exact.npz"))
        self.facts = json.loads((folder / "facts.json").read_text())
        self.count = self.facts["posts"]

    def wheres(self) -> dict[str, Where]:
        """Return the filters that searches are timed under: windows, a language, an author."""
        found = {"all": ANYWHERE}
        for name, share in WINDOWS.items():
            first = self.count - max(K, round(share * self.count))
            if share < 1.0:
                found[name] = Where(since_us=self.posts[first]["placed_us"])
        found["one language"] = Where(lang=self.facts["lang"])
        found["one author"] = Where(author=self.facts["author"])
        return found


def _row(post: dict[str, Any]) -> dict[str, Any]:
    author = post.get("author") or {}
    moment = datetime.fromisoformat(post["created_at"]).astimezone(UTC)
    row = {
        "id": post["id"],
        "text": post["text"],
        "words": post["words"],
        "fingerprint": post["fingerprint"],
        "lang": post.get("lang") or "",
        "author": author.get("id") or author.get("handle") or "nobody",
        "placed_us": round(moment.timestamp() * 1e6),
    }
    return row | {"line": _line(row, moment)}


def _line(row: dict[str, Any], moment: datetime) -> bytes:
    """Return the post as a stream brings it: JSON, its time as text, nothing ready-made."""
    wire = {
        "id": str(row["id"]),
        "text": row["text"],
        "lang": row["lang"],
        "author": {"id": row["author"], "handle": row["author"]},
        "created_at": moment.isoformat(),
    }
    return json.dumps(wire, ensure_ascii=False).encode()


def batches(
    work: Work, count: int, *, vectors: bool, start: int = 0, size: int = BATCH
) -> Iterator[tuple[Any, Any]]:
    for first in range(start, count, size):
        last = min(first + size, count)
        yield work.posts[first:last], np.asarray(work.vectors[first:last]) if vectors else None


def ingest(engine: Engine, work: Work, count: int, *, vectors: bool) -> dict[str, float]:
    """Load `count` posts; rates are from the first handed over until the last can be found."""
    reached: list[tuple[float, int]] = [(0.0, 0)]
    done = threading.Event()
    began, busy = time.perf_counter(), processor_seconds()

    def watch() -> None:
        while not done.wait(0.02):
            reached.append((time.perf_counter() - began, engine.searchable()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for posts, rows in batches(work, count, vectors=vectors):
        engine.add(posts, rows)
    engine.settle()
    seconds, busy = time.perf_counter() - began, processor_seconds() - busy
    done.set()
    watcher.join()
    reached.append((seconds, count))
    tenth = 0.1 * count
    rates = {
        "posts_per_second": round(count / seconds, 1),
        "processor_us_per_post": round(1e6 * busy / count, 1),
    }
    if seconds >= LEAST_SECONDS:  # in less, commits by the clock are too coarse
        rates["first_tenth"] = round(tenth / _moment(reached, tenth), 1)
        rates["last_tenth"] = round(tenth / (seconds - _moment(reached, count - tenth)), 1)
    return rates


def _moment(reached: list[tuple[float, int]], posts: float) -> float:
    """Return when `posts` could be found, between two looks."""
    before = (0.0, 0)
    for at, found in reached:
        if found >= posts:
            gained = found - before[1]
            share = (posts - before[1]) / gained if gained else 1.0
            return before[0] + share * (at - before[0])
        before = (at, found)
    return reached[-1][0]


def search(engine: Engine, work: Work, queries: int) -> dict[str, Any]:
    """Return p50 and p99 of each kind of search, and recall against exact search."""
    return {
        name: timed(engine, work, queries, where) | {"recall": recall(engine, work, name, where)}
        for name, where in work.wheres().items()
    }


def timed(engine: Engine, work: Questions, queries: int, where: Where) -> dict[str, Any]:
    """Return p50 and p99 of each kind of search."""
    kinds: dict[str, Callable[[int], object]] = {
        "words_ms": lambda n: engine.words(work.texts[n], work.terms[n], K, where),
        "vector_ms": lambda n: engine.nearest(work.queries[n], K, where),
        "hybrid_ms": lambda n: hybrid(engine, work, n, where),
    }
    return {name: quantiles_ms(kind, queries, MOST_SECONDS) for name, kind in kinds.items()}


def hybrid(engine: Engine, work: Questions, number: int, where: Where) -> list[int]:
    words = engine.words(work.texts[number], work.terms[number], 2 * K, where)
    return fused(words, engine.nearest(work.queries[number], 2 * K, where), K)


def recall(engine: Engine, work: Work, name: str, where: Where) -> float:
    """Return which share of the exact K nearest it finds; equal scores count as equal."""
    kth = work.exact[name]
    right = of = 0
    for number in within(MOST_SECONDS, len(kth)):
        query, least = work.queries[number], kth[number]
        rows = [each - 1 for each in engine.nearest(query, K, where)]
        if least > -2.0:  # fewer than K posts pass the filter otherwise
            of += K
            right += int(np.count_nonzero(np.array(work.vectors[rows]) @ query >= least - 1e-3))
    return round(right / of, 4) if of else 1.0


def under_load(engine: Engine, work: Work, place: Path, rate: int, queries: int) -> dict[str, Any]:
    """Search while `rate` posts a second come in; one client, in the same process.

    Then in a process of its own, of an engine that can be read beside its writer.
    """
    count = work.count
    stop = threading.Event()
    sent = [count]

    def feed() -> None:
        began = time.perf_counter()
        size = getattr(engine, "stream_batch", BATCH)
        for posts, rows in batches(work, len(work.posts), vectors=True, start=count, size=size):
            if stop.wait(max(0.0, began + (sent[0] - count) / rate - time.perf_counter())):
                return
            engine.add(posts, rows)
            sent[0] += len(posts)

    feeder = threading.Thread(target=feed)
    began = time.perf_counter()
    feeder.start()
    try:
        found = timed(engine, work, queries, ANYWHERE)
        if getattr(engine, "beside", False):
            found["beside"] = beside(place, work.folder, queries)
    finally:
        stop.set()
        feeder.join()
    kept = (sent[0] - count) / (time.perf_counter() - began)
    return found | {"rate_kept": round(kept)}


def beside(place: Path, folder: Path, queries: int) -> dict[str, Any]:
    """Let a process of its own ask the same."""
    script = str(Path(__file__).with_name("beside.py"))
    command = [sys.executable, script, str(place), str(folder), "--queries", str(queries)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def drive(
    name: str, folder: Path, place: Path, queries: int, rate: int, commit_every: int = 0
) -> dict[str, Any]:
    work = Work(folder)
    with_vectors = name not in engines.WITHOUT_VECTORS
    count = work.count
    before = resident_mib()
    engine = engines.load(name)(place)
    if commit_every:
        engine.commit_every = commit_every
    result: dict[str, Any] = {"engine": name, "version": engine.version, "posts": count}
    result["ingest"] = ingest(engine, work, count, vectors=with_vectors)
    if commits := getattr(engine, "commits", 0):
        result["ingest"]["commits"] = commits
    result["resident_mib"] = round(resident_mib() - before, 1)
    result["mapped_mib"] = round(mapped_mib(), 1)
    result["disk_bytes_per_post"] = round(disk_bytes(place) / count)
    if with_vectors and queries:
        result["idle"] = search(engine, work, queries)
        if rate:
            try:
                result["loaded"] = under_load(engine, work, place, rate, queries)
            except Exception as error:  # noqa: BLE001 -- some peers fail here: that is a result
                result["loaded_error"] = f"{type(error).__name__}: {error}"[:120]
    if with_vectors and queries:
        result |= edits(engine, work)
    result |= deletion(engine, work, count, with_vectors=with_vectors)
    engine.close()
    return result


def edits(engine: Engine, work: Work) -> dict[str, Any]:
    """Give every so many posts another text and vector, and look whether they are found by it."""
    places = range(0, work.count, max(1, work.count // EDITED))
    posts = [work.posts[place] for place in places]
    changed = [post | {"text": f"{post['text']} edited", "words": ""} for post in posts]
    rows = -np.array(work.vectors[places])  # unlike every other
    began = time.perf_counter()
    try:
        if edit := getattr(engine, "edit", None):
            edit(changed, rows)
        else:
            engine.delete([post["id"] for post in posts])
            engine.add(changed, rows)
    except Exception as error:  # noqa: BLE001 -- some peers cannot delete, and that is a result
        return {"edit": f"{type(error).__name__}: {error}"[:120]}
    seconds = time.perf_counter() - began
    found = sum(
        post["id"] in engine.nearest(row, K, ANYWHERE)
        for post, row in list(zip(changed, rows, strict=True))[:20]
    )
    return {"edit_us_per_post": round(1e6 * seconds / len(posts), 1), "edited_found": found / 20}


def deletion(engine: Engine, work: Work, count: int, *, with_vectors: bool) -> dict[str, Any]:
    """Delete 1 % of the posts, the nearest of each query among them, and search for them."""
    ids = list(range(1, count + 1, 100))
    if with_vectors:
        ids += [each for query in work.queries[:20] for each in engine.nearest(query, 1, ANYWHERE)]
    gone = set(ids)
    began = time.perf_counter()
    try:
        engine.delete(sorted(gone))
    except Exception as error:  # noqa: BLE001 -- some peers cannot delete, and that is a result
        return {"delete": f"{type(error).__name__}: {error}"[:120]}
    seconds = time.perf_counter() - began
    seen = 0
    if with_vectors:
        seen = sum(
            bool(gone & set(engine.nearest(query, K, ANYWHERE))) for query in work.queries[:20]
        )
    return {"delete_us_per_post": round(1e6 * seconds / len(gone), 1), "deleted_seen": seen}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("engine", choices=engines.NAMES)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--queries", type=int, default=300, help="0: measure ingest only")
    arguments.add_argument("--rate", type=int, default=1000, help="posts a second; 0: no load")
    arguments.add_argument(
        "--commit-every", type=int, default=0, help="posts, where an engine can be told; 0: its own"
    )
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as place:
        result = drive(
            chosen.engine,
            chosen.folder,
            Path(place),
            chosen.queries,
            chosen.rate,
            chosen.commit_every,
        )
    print(json.dumps(result))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
