"""A simulated world that waits for its reader, so that it is the reader that is judged.

Platforms tell only what is young. On a machine that has much else to do, a reader comes back
minutes later, and what it could not have had any more would count as lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from siyaq.testing.world.pace import Pace

_LOOKS = 10
_STEP_SECONDS = 1.0


class Hearing:
    """When something was last heard. For one event loop."""

    def __init__(self) -> None:
        self.note()

    def note(self) -> None:
        """Note that something was heard now."""
        self._at = asyncio.get_running_loop().time()

    @property
    def silent_seconds(self) -> float:
        """How long nothing has been heard."""
        return asyncio.get_running_loop().time() - self._at


@asynccontextmanager
async def held_back(
    pace: Pace,
    hearing: Hearing,
    caught_up: Callable[[], Awaitable[object]],
    *,
    patience_seconds: float,
) -> AsyncIterator[None]:
    """Stop the world where nothing is heard for `patience_seconds`, until `caught_up` returns.

    It is stepped forward a little first, for what is told only when more has come.
    """
    waiting = asyncio.create_task(_wait(pace, hearing, caught_up, patience_seconds))
    try:
        yield
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


async def _wait(
    pace: Pace,
    hearing: Hearing,
    caught_up: Callable[[], Awaitable[object]],
    patience_seconds: float,
) -> None:
    while True:
        await asyncio.sleep(patience_seconds / _LOOKS)
        if hearing.silent_seconds < patience_seconds:
            continue
        pace.pause()
        pace.step(_STEP_SECONDS)
        await caught_up()
        pace.resume()
        hearing.note()
