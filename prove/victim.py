"""A process that lives a life and says so, until it kills itself or is killed.

Log, readings and index are those of the product, in the arrangement of the product: one writer,
which takes readings beside the log, and an indexer that follows it with two threads.
"""

from __future__ import annotations

import os
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from prove.life import DEADLINE_SECONDS, DIMENSIONS, SMALL, batch, reading, steps_of
from siyaq.app.recording import Recording
from siyaq.core.clock import SystemClock
from siyaq.index import Indexer
from siyaq.log import CrashPoint, LogReader, LogWriter
from siyaq.log import writer as log_writer
from siyaq.telemetry import TelemetryStore
from siyaq.testing.embedder import HastyEmbedder


class Killer:
    """Kills this process at one crash point, the n-th time it is passed."""

    def __init__(self, point: str, turn: int) -> None:
        self._point = point
        self._left = turn

    def hit(self, point: CrashPoint) -> None:
        """Be told of a crash point of the log."""
        self(point)

    def __call__(self, step: str) -> None:
        """Be told of a step of the index, or between the log and the readings."""
        if step == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def live(directory: Path, until: int, point: str, turn: int, told: int) -> None:
    """Live up to step `until`, writing each step's number to the pipe `told` once it is durable.

    Dies at `point`, the `turn`-th time; an empty one kills nobody.
    """
    log_writer.CHECKPOINT_PAGES = 20
    killer = Killer(point, turn)
    with (
        LogWriter.open(directory, faults=killer) as writer,
        LogReader.open(directory) as log,
        closing(TelemetryStore(directory)) as store,
    ):
        record = Recording(writer.append, log, store, SystemClock(), on_step=killer)
        indexer = Indexer(
            log,
            directory,
            HastyEmbedder(dimensions=DIMENSIONS),
            replace(SMALL, on_step=killer),
        )
        indexer.start()
        for step in range(steps_of(log) + 1, until + 1):
            record([replace(batch(step), observations=(reading(step),))])
            os.write(told, f"{step}\n".encode())
            indexer.wake()
            if step % 4 == 0:
                writer.purge()
            if step % 6 == 0:
                indexer.purge(DEADLINE_SECONDS)
        if not indexer.wait_exact(log.head(), DEADLINE_SECONDS):
            raise TimeoutError("the index does not come up to date")
        indexer.stop()
