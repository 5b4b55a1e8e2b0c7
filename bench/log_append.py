"""How fast the log takes posts and gives them back, on the disk of the directory given.

    python bench/log_append.py ../shared/data/posts/ira.jsonl.zst --posts 100000

Reading and admitting the file is not timed. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from siyaq.core.clock import Trust
from siyaq.core.event import Cursor, PostEvent
from siyaq.core.ids import Seq
from siyaq.core.ports import Batch
from siyaq.log import LogReader, LogWriter
from siyaq.sources.admit import admit_line
from siyaq.sources.lines import Lines
from siyaq.sources.unpack import unpacked


def events(path: Path) -> Iterator[PostEvent]:
    now = datetime.now(UTC)
    lines = Lines()
    with path.open("rb") as file:
        for piece in unpacked(file.read, path.name):
            for line in lines.feed(piece):
                event = admit_line(line.body or b"", source="bench", trust=Trust.ARCHIVE, now=now)
                if isinstance(event, PostEvent):
                    yield event


def rate(count: int, seconds: float) -> int:
    return round(count / seconds)


def append(directory: Path, posts: list[PostEvent], batch_size: int) -> dict[str, object]:
    waits = []
    with LogWriter.open(directory) as writer:
        started, worked = time.perf_counter(), time.process_time()
        for start in range(0, len(posts), batch_size):
            position = Cursor(source="bench", partition="", position=str(start))
            batch = Batch(events=tuple(posts[start : start + batch_size]), cursor=position)
            began = time.perf_counter()
            writer.append([batch])
            waits.append(time.perf_counter() - began)
        seconds = time.perf_counter() - started
        cpu_seconds = time.process_time() - worked
    half = len(waits) // 2
    return {
        "append_per_second": rate(len(posts), seconds),
        "append_per_second_second_half": rate(half * batch_size, sum(waits[-half:])),
        "append_cpu_microseconds_per_post": round(cpu_seconds / len(posts) * 1e6, 1),
        "append_p50_ms": round(sorted(waits)[half] * 1000, 1),
        "append_p99_ms": round(sorted(waits)[int(len(waits) * 0.99)] * 1000, 1),
        "bytes_per_post": round(
            sum(file.stat().st_size for file in directory.iterdir()) / len(posts)
        ),
    }


def read(directory: Path, posts: list[PostEvent], batch_size: int) -> dict[str, object]:
    with LogReader.open(directory) as reader:
        started, worked = time.perf_counter(), time.process_time()
        after, count = Seq(0), 0
        while page := reader.entries(after, 1000):
            after, count = page[-1].seq, count + len(page)
        scanned, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
        choose = random.Random(1)
        seqs = [[Seq(choose.randint(1, after)) for _ in range(20)] for _ in range(500)]
        started = time.perf_counter()
        for some in seqs:
            reader.posts(some)
        fetched = time.perf_counter() - started
        names = [[event.post_id for event in choose.sample(posts, 20)] for _ in range(500)]
        started = time.perf_counter()
        for some_names in names:
            reader.find(some_names)
        found = time.perf_counter() - started
    return {
        "entries_per_second": rate(count, scanned),
        "entries_cpu_microseconds_per_entry": round(cpu_seconds / count * 1e6, 1),
        "posts_of_20_ms": round(fetched / len(seqs) * 1000, 3),
        "find_of_20_ms": round(found / len(names) * 1000, 3),
    }


def again(directory: Path, posts: list[PostEvent], batch_size: int) -> dict[str, object]:
    with LogWriter.open(directory) as writer:
        started = time.perf_counter()
        for start in range(0, len(posts), batch_size):
            writer.append([Batch(events=tuple(posts[start : start + batch_size]))])
        return {"unchanged_per_second": rate(len(posts), time.perf_counter() - started)}


def sync_ms(directory: Path) -> float:
    """How long this disk takes to make a small write durable: the floor of every append."""
    waits = []
    with (directory / "probe").open("wb", buffering=0) as probe:
        for _ in range(50):
            probe.write(bytes(1024))
            began = time.perf_counter()
            os.fsync(probe.fileno())
            waits.append(time.perf_counter() - began)
    return round(sorted(waits)[25] * 1000, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="JSONL of posts, plain, .gz or .zst")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--directory", type=Path, help="where to make the log (default: /tmp)")
    options = parser.parse_args()
    posts = list(itertools.islice(events(options.file), options.posts))
    with tempfile.TemporaryDirectory(dir=options.directory) as place:
        report: dict[str, object] = {"posts": len(posts), "sync_ms": sync_ms(Path(place))}
        for measure in (append, read, again):
            report |= measure(Path(place, "data"), posts, options.batch)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
