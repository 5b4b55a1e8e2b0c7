"""Trials side by side, each in a process of its own: for those that mostly wait.

A process is a copy of this one, so that a trial needs no name by which another could find it.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

Result = TypeVar("Result")


def side_by_side(
    work: Sequence[Callable[[], Result]], jobs: int, died: Callable[[str], Result]
) -> Generator[tuple[int, Result]]:
    """Yield the place and the result of each, as they end; so many at most run at once.

    Of a process that ends without a result, the result is what `died` makes of how it ended.
    Whoever stops listening ends all that are still running.
    """
    context = multiprocessing.get_context("fork")
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    waiting = list(enumerate(work))[::-1]
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                place, one = waiting.pop()
                ours, theirs = context.Pipe(duplex=False)
                begun = context.Process(target=_do, args=(one, theirs))
                begun.start()
                theirs.close()
                running[ours] = place, begun
            for ready in multiprocessing.connection.wait(list(running)):
                assert isinstance(ready, Connection)
                place, process = running.pop(ready)
                try:
                    result: Result | None = ready.recv()
                except EOFError:
                    result = None
                ready.close()
                process.join()
                told = f"its process ended with exit code {process.exitcode}"
                yield place, died(told) if result is None else result
    finally:
        for connection, (_, process) in running.items():
            process.terminate()
            process.join()
            connection.close()


def _do(work: Callable[[], object], connection: Connection) -> None:
    with connection:
        connection.send(work())
