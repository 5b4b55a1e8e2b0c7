"""A process that lives the workload and says so, until it kills itself or is killed.

    python -m tests.log.crash_child DIRECTORY STEPS [POINT [HIT]]

Writes the number of each step to standard output, unbuffered, once its append has returned.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from siyaq.log import CrashPoint, LogWriter
from siyaq.log import writer as log_writer
from tests.log.workload import batch, next_step


class Killer:
    """Kills this process at one crash point, the n-th time it is passed."""

    def __init__(self, point: str, hit: int) -> None:
        self._point = point
        self._left = hit

    def hit(self, point: CrashPoint) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def live(directory: Path, steps: int, faults: Killer) -> None:
    log_writer.CHECKPOINT_PAGES = 20
    with LogWriter.open(directory, faults=faults) as writer:
        for step in range(next_step(directory), steps + 1):
            writer.append([batch(step)])
            os.write(1, f"{step}\n".encode())
            if step % 4 == 0:
                writer.purge()


if __name__ == "__main__":
    place, count, *rest = sys.argv[1:]
    live(Path(place), int(count), Killer(rest[0] if rest else "", int(rest[1]) if rest[1:] else 1))
