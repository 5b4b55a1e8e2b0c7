"""An event loop whose time passes in no time: it jumps to the next timer when nobody has work."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Runs timers in order without waiting for them. For code that does no real input or output."""

    def __init__(self) -> None:
        self._selector_of_ours = _Jumping()
        super().__init__(self._selector_of_ours)

    def time(self) -> float:
        """Return the simulated seconds since the start."""
        return self._selector_of_ours.now


class _Jumping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits, and nothing will happen")
            self.now += max(0.0, timeout)
        return ready


def run_simulated(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)
