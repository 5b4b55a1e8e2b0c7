"""What a benchmark prints: figures by name, with their runs and spread, and the machine's facts."""

from __future__ import annotations

import json
import math
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

FEWEST = 20
"""Calls that are timed however long they take."""


def figure(
    name: str,
    runs: Sequence[float],
    unit: str,
    *,
    peer: str = "",
    against: Sequence[float] = (),
    note: str = "",
) -> dict[str, object]:
    """Return one figure: the median of its runs, and the smallest and largest.

    `against` are the peer's runs of the same quantity, one beside each of ours where the counts
    agree; the ratio is ours over theirs.
    """
    value = statistics.median(runs)
    ratio = None
    if against:
        pairs = zip(runs, against, strict=False)
        ratio = round(statistics.median(ours / theirs for ours, theirs in pairs if theirs), 3)
    return {
        "name": name,
        "value": _rounded(value),
        "unit": unit,
        "ratio": ratio,
        "peer": peer,
        "runs": [_rounded(run) for run in runs],
        "spread": [_rounded(min(runs)), _rounded(max(runs))],
        "note": note,
    }


def report(question: str, figures: Sequence[dict[str, object]], **facts: object) -> None:
    """Print the figures of one question as one line of JSON."""
    print(json.dumps({"question": question, "figures": list(figures), "facts": facts}), flush=True)


def machine() -> dict[str, object]:
    """Return what is needed to read a figure: processor, cores, memory, load, versions."""
    names = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in names if "model name" in line), "")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        "load": [round(each, 1) for each in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.system() + " " + platform.release().split("-")[0],
    }


def quantiles_ms(
    work: Callable[[int], object], count: int, most_seconds: float = math.inf
) -> tuple[float, float]:
    """Return p50 and p99 of `work`, called with 0, 1, 2 and so on, in milliseconds.

    No call begins after `most_seconds`, but for the first `FEWEST`.
    """
    taken: list[float] = []
    for number in within(most_seconds, count):
        began = time.perf_counter()
        work(number)
        taken.append(1e3 * (time.perf_counter() - began))
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, int(0.99 * len(taken)))]


def within(most_seconds: float, count: int) -> Iterator[int]:
    """Yield 0, 1, 2 and so on up to `count`; beyond `FEWEST`, only while the time lasts."""
    began = time.perf_counter()
    for number in range(count):
        if number >= FEWEST and time.perf_counter() - began > most_seconds:
            return
        yield number


def resident_mib(pids: Sequence[int] = ()) -> float:
    """Return the resident memory of this process, or of `pids`, without what files back."""
    total = 0.0
    for pid in pids or [os.getpid()]:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon", "RssShmem")):
                total += int(line.split()[1]) / 1024
    return total


def processor_seconds() -> float:
    """Return the processor time of this process and of those it has started."""
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + reaped.ru_utime + reaped.ru_stime
    for listed in Path("/proc/self/task").glob("*/children"):
        for pid in listed.read_text().split():
            used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            total += sum(map(int, used)) / os.sysconf("SC_CLK_TCK")
    return total


def mapped_mib() -> float:
    """Return how much of mapped files is resident in this process: the kernel may take it back."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssFile"):
            return int(line.split()[1]) / 1024
    return 0.0


def disk_bytes(folder: Path) -> int:
    """Return how much disk the files below `folder` take."""
    return sum(512 * path.stat().st_blocks for path in folder.rglob("*") if path.is_file())


def _rounded(value: float) -> float:
    return round(value, 3) if abs(value) < 100 else round(value, 1)
