"""Run campaigns: all of them, or those that are named.

    python -m prove [GOAL ...] [--short] [--seed N] [--again] [--jobs N]

Prints a line for each goal and adds it to `prove/results/ledger.txt`. Interrupted, it goes on
where it was; `--again` begins anew. `--jobs` runs so many trials of a goal side by side: for
those that mostly wait (G06), and for none that is judged by the clock. Exit code 1 when a goal
was missed. `load` is how much the machine had to do at the worst moment, for each of its cores:
beyond 1, a promise of so many seconds is judged on less than a machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from prove import goals
from prove.campaign import RESULTS, SEED, Sum, code_digest, run

_SHOWN_FAILURES = 10
_MOST_JOBS = 64


def main() -> int:
    """Run what the command line names, and return its exit code."""
    asked = _arguments()
    names = [_named(name) for name in asked.goals] or sorted(goals.GOALS)
    held = True
    for name in names:
        total, load = _run(
            name, full=not asked.short, seed=asked.seed, again=asked.again, jobs=asked.jobs
        )
        held &= total.held
        line = f"{total.line} load={load:.1f}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        for failure in total.failures[:_SHOWN_FAILURES]:
            sys.stdout.write(f"    {failure}\n")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with (RESULTS / "ledger.txt").open("a") as ledger:
            ledger.write(f"{now} {code_digest()} {line}\n")
    return 0 if held else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m prove", description=__doc__)
    parser.add_argument("goals", nargs="*", help="G01, G02, ...; all of them if none is named")
    parser.add_argument("--short", action="store_true", help="the few seconds that the tests run")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--again", action="store_true", help="do not go on with an earlier run")
    parser.add_argument("--jobs", type=_jobs, default=1, help="trials side by side")
    return parser.parse_args()


def _jobs(asked: str) -> int:
    if not (asked.isdecimal() and 1 <= int(asked) <= _MOST_JOBS):
        raise argparse.ArgumentTypeError(f"from 1 to {_MOST_JOBS}, got {asked!r}")
    return int(asked)


def _named(asked: str) -> str:
    name = asked.upper()
    if name not in goals.GOALS:
        raise SystemExit(f"no goal {asked!r}; there are {', '.join(sorted(goals.GOALS))}")
    return name


def _run(name: str, *, full: bool, seed: int, again: bool, jobs: int) -> tuple[Sum, float]:
    journal = RESULTS / f"{name}-{'full' if full else 'short'}.jsonl"
    RESULTS.mkdir(parents=True, exist_ok=True)
    if again:
        journal.unlink(missing_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        bar = progress.add_task(name, total=None)
        loads = [_load()]
        total = run(
            name,
            goals.load(name),
            full=full,
            seed=seed,
            journal=journal,
            jobs=jobs,
            on_trial=_shown(progress, bar, name, loads),
        )
        return total, max(*loads, _load())


def _load() -> float:
    """Return how much there was to do in the last minute, for each core."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))


def _shown(
    progress: Progress, bar: object, goal: str, loads: list[float]
) -> Callable[[int, int, str], None]:
    def show(done: int, total: int, name: str) -> None:
        loads.append(_load())
        progress.update(
            bar,  # type: ignore[arg-type]  # a TaskID
            completed=done,
            total=total,
            description=f"{goal} {name[:50]}",
        )

    return show


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
