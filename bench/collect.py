"""Run every question and write `bench/results/latest.json`, `table.md` and charts beside it.

    python bench/collect.py --quick | --full [--peers PYTHON] [--runs N]

Each engine runs in a process of its own, one after the other, siyaq among its peers in every round,
so that a busy machine slows all of them. What cannot run says so in the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import charts
import table
from measured import figure, machine

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PEERS = ("sqlite_vec", "qdrant", "lance", "txtai_index")


class Size(NamedTuple):
    """How much is measured."""

    posts: int
    late: int  # more posts, that come in while searches are timed
    real: int  # of which so many vectors are the embedder's own
    words: int  # posts for the floor of word search
    pipeline: int
    seconds: int  # of the steady stream
    burst: int
    queries: int
    steps: tuple[int, ...]  # of one index as it grows
    embedder: int
    stream: int  # posts, as they come, for answers and cards
    stream_late: int


QUICK = Size(
    *(20_000, 6_000, 3_000, 40_000, 4_000, 8, 2_000, 60),
    *((5_000, 10_000, 20_000), 3_000, 20_000, 30_000),
)
FULL = Size(
    *(300_000, 60_000, 30_000, 300_000, 20_000, 30, 10_000, 300),
    *((100_000, 300_000, 1_000_000), 12_000, 1_000_000, 100_000),
)


class Suite:
    """Runs the scripts and gathers what they print."""

    def __init__(
        self,
        size: Size,
        peers: Path | None,
        runs: int,
        place: Path,
        keep: Callable[[Suite], None],
    ) -> None:
        self._size, self._runs, self._place = size, runs, place
        self._peers, self._keep = peers, keep
        self.questions: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self.engines: dict[str, list[dict[str, Any]]] = {}

    def run(self) -> None:
        size = self._size
        self._ask("pipeline.py", "--count", size.pipeline, "--runs", self._runs)
        self._ask("freshness.py", "--seconds", size.seconds, "--burst", size.burst)
        self._floor_of_words()
        work = self._prepared("work", size.posts, size.late, size.real)
        self._side_by_side(work)
        stream = self._prepared("stream", size.stream, size.stream_late, size.real, "--repeats")
        self._ask("answers.py", stream, "--queries", min(size.queries, 100))
        self._ask("growth.py", self._grown(work), "--steps", *size.steps)
        embedder = self._output(sys.executable, "embedder.py", *self._embedder_arguments())
        if embedder:
            self._answered(_embedder(embedder))

    def _answered(self, question: dict[str, Any]) -> None:
        self.questions.append(question)
        self._keep(self)

    def _embedder_arguments(self) -> list[object]:
        shared = Path(os.environ.get("SIYAQ_SHARED_DATA", "../shared/data"), "posts/ira.jsonl.zst")
        count = ["--count", self._size.embedder]
        return ["--posts", shared, *count] if shared.exists() else count

    def _prepared(self, name: str, posts: int, late: int, real: int, *options: object) -> Path:
        folder = self._place / name
        sizes = ("--count", posts, "--late", late, "--real", real)
        self._output(sys.executable, "prepare.py", folder, *sizes, *options)
        return folder

    def _grown(self, work: Path) -> Path:
        """Return a folder of enough distinct posts for the longest step."""
        most = self._size.steps[-1]
        enough = most <= self._size.posts
        return work if enough else self._prepared("growth", most, 0, self._size.real)

    def _floor_of_words(self) -> None:
        """Ingest without vectors: siyaq, tantivy alone, and that with as many commits, by turns."""
        folder = self._prepared("words", self._size.words, 0, 200)
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in table.FLOORS}
        for _ in range(self._runs):
            ours = self._drive("siyaq_words", folder, 0)
            if ours is None:
                return
            every = -(-self._size.words // ours["ingest"]["commits"])
            by_clock = self._drive("tantivy_alone", folder, 0)
            as_often = self._drive("tantivy_alone", folder, 0, "--commit-every", every)
            if by_clock is None or as_often is None:
                return
            for name, result in zip(table.FLOORS, (ours, by_clock, as_often), strict=True):
                found[name].append(result)
        if all(found.values()):
            self._answered(table.words_against_floor(found, self._size.words))

    def _side_by_side(self, folder: Path) -> None:
        for name in ("siyaq", *PEERS):
            for _ in range(self._runs):
                result = self._drive(name, folder, self._size.queries)
                if result is None:
                    break
                if error := result.get("loaded_error"):
                    self.failures.append(f"{name}, searches while posts come in: {error}")
                self.engines.setdefault(name, []).append(result)
        self._answered(table.engines(self.engines))

    def _drive(
        self, name: str, folder: Path, queries: int, *options: object
    ) -> dict[str, Any] | None:
        python = self._peers if name in PEERS else sys.executable
        if python is None:
            self.failures.append(f"{name}: no environment for peers; run `make bench-setup`")
            return None
        return self._output(python, "drive.py", name, folder, "--queries", queries, *options)

    def _ask(self, *command: object) -> None:
        if result := self._output(sys.executable, *command):
            self._answered(result)

    def _output(self, python: object, script: object, *arguments: object) -> dict[str, Any] | None:
        """Run one script, and return the JSON of its last line; None where it printed none."""
        began = time.perf_counter()
        command = [str(python), str(HERE / str(script)), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        print(f"{time.perf_counter() - began:7.1f} s  {script} {arguments[:1]}", file=sys.stderr)
        if done.returncode:
            error = done.stderr.strip().splitlines()[-1:] or ["no message"]
            self.failures.append(f"{script} {arguments[0]}: {error[0][:200]}")
            return None
        last = done.stdout.strip().splitlines()[-1:]
        return json.loads(last[0]) if last else {}


def _embedder(found: dict[str, Any]) -> dict[str, Any]:
    ours, stock = found["siyaq_texts_per_core_second"], found["stock_texts_per_core_second"]
    figures = [
        figure("embedder, one core", [ours], "texts/s", peer="stock encoder", against=[stock]),
        figure("lowest cosine to the stock vectors", [found["lowest_cosine"]], ""),
    ]
    return {"question": "embedder", "figures": figures, "facts": {"texts": found["texts"]}}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    size = arguments.add_mutually_exclusive_group(required=True)
    size.add_argument("--quick", action="store_const", dest="size", const=QUICK)
    size.add_argument("--full", action="store_const", dest="size", const=FULL)
    arguments.add_argument("--peers", type=Path, help="the Python of the peers' environment")
    arguments.add_argument("--runs", type=int, default=0)
    chosen = arguments.parse_args()
    peers = chosen.peers if chosen.peers and chosen.peers.exists() else None
    runs = chosen.runs or (2 if chosen.size is QUICK else 3)
    facts = machine()
    began = time.perf_counter()

    def keep(suite: Suite) -> None:
        quick = chosen.size is QUICK
        _write(
            {
                "size": "quick" if quick else "full",
                "command": ("make bench-quick" if quick else "make bench") + f" RUNS={runs}",
                "seconds": round(time.perf_counter() - began),
                "machine": facts | {"load_after": machine()["load"]},
                "questions": suite.questions,
                "engines": suite.engines,
                "not_run": suite.failures,
            }
        )

    with tempfile.TemporaryDirectory() as place:
        Suite(chosen.size, peers, runs, Path(place), keep).run()
    print((RESULTS / "table.md").read_text())


def _write(results: dict[str, Any]) -> None:
    """Write what was found so far: a run of hours that is broken off has not been for nothing."""
    RESULTS.mkdir(exist_ok=True)
    outputs: dict[str, Callable[[dict[str, Any]], str]] = {
        "latest.json": lambda all_of_it: json.dumps(all_of_it, indent=1, ensure_ascii=False),
        "table.md": table.markdown,
        "ingest.svg": charts.ingest,
        "latency.svg": charts.latency,
    }
    for name, make in outputs.items():
        (RESULTS / name).write_text(make(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
