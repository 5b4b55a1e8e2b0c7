"""The beginning and the end of a process of asyncio's, whoever is cancelled meanwhile.

asyncio leaves a process and its pipes to the garbage collector when it is cancelled twice, or at
the wrong moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

Process = asyncio.subprocess.Process


async def started(starting: Coroutine[None, None, Process]) -> Process:
    """Return the process that `starting` starts, or leave none.

    Raises whatever that raises, and CancelledError.
    """
    task = asyncio.ensure_future(starting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled() and task.exception() is None:
            await reaped(task.result())
        raise


async def reaped(process: Process) -> None:
    """Kill a process, close its pipes, and wait until it is gone.

    It is gone when this returns, and also when this raises CancelledError: killing takes no time
    worth leaving it for. What it had said and nobody has read is lost; a pipe that stays open, as
    the process's own children can hold it, would keep the wait from ending.
    """
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  # has no public name
    cancelled: asyncio.CancelledError | None = None
    while process.returncode is None:
        try:
            await process.wait()
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
