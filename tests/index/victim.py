"""A process that indexes a log until it is done, or killed at a named step or at any instant."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

from siyaq.index import Indexer
from siyaq.log import LogReader
from siyaq.testing.embedder import HastyEmbedder
from tests.index.desk import DEADLINE_SECONDS, SMALL


class Trap:
    """Kills this process when a step is reached for the `turn`-th time."""

    def __init__(self, step: str, turn: int) -> None:
        self._step = step
        self._left = turn

    def __call__(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def index(directory: Path, step: str, turn: int) -> None:
    """Bring the index of the log in `directory` up to date; an empty `step` kills nobody."""
    log = LogReader.open(directory)
    settings = replace(SMALL, on_step=Trap(step, turn))
    indexer = Indexer(log, directory, HastyEmbedder(dimensions=64), settings)
    indexer.start()
    assert indexer.wait_exact(log.head(), DEADLINE_SECONDS)
    indexer.stop()
