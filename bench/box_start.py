"""How long the box takes to start in which agents run code.

`python bench/box_start.py [--count N]` prints p50 and p99 of a box that runs `true` on a workspace
of a few files, beside the same program without a box. Needs bubblewrap.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from siyaq.agents import box


async def _boxed(workspace: Path) -> float:
    began = time.perf_counter()
    outcome = await box.run(["/usr/bin/true"], workspace)
    if outcome.exit_code != 0:
        raise SystemExit(f"the box did not run: {outcome.output}")
    return time.perf_counter() - began


def _plain(workspace: Path) -> float:
    began = time.perf_counter()
    subprocess.run(["/usr/bin/true"], check=True, cwd=workspace)
    return time.perf_counter() - began


def main() -> None:
    """Measure both by turns, so that whatever else the machine does meets both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        for name in ("notes.txt", "table.csv"):
            (workspace / name).write_text("a line\n" * 100, encoding="utf-8")
        pairs = [(asyncio.run(_boxed(workspace)), _plain(workspace)) for _ in range(count)]
    for name, times in zip(("in a box", "without"), zip(*pairs, strict=True), strict=True):
        cuts = statistics.quantiles(times, n=100)
        print(f"{name:10} p50 {1000 * cuts[49]:6.1f} ms  p99 {1000 * cuts[98]:6.1f} ms")


if __name__ == "__main__":
    main()
