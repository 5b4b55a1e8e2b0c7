"""The world's clock: it can run at any speed, stand still, and be stepped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class Pace:
    """World time, `speed` seconds of it for each real second. For one event loop.

    Beyond speed 1 the world soon lives in its readers' future; start it in the past instead.
    """

    def __init__(
        self,
        start: datetime,
        *,
        speed: float = 1.0,
        paused: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check(speed)
        self._monotonic = monotonic
        self._speed = speed
        self._anchor = start
        self._anchored_at = monotonic()
        self._paused = paused
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        """Return the present moment of the world."""
        if self._paused:
            return self._anchor
        elapsed = self._monotonic() - self._anchored_at
        return self._anchor + timedelta(seconds=elapsed * self._speed)

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self._paused

    @property
    def speed(self) -> float:
        """Seconds of the world for each real second, while it runs."""
        return self._speed

    def pause(self) -> None:
        """Let time stand still."""
        self._anchor_here()
        self._paused = True
        self.nudge()

    def resume(self) -> None:
        """Let time run on from where it stands."""
        self._anchor_here()
        self._paused = False
        self.nudge()

    def set_speed(self, speed: float) -> None:
        """Run faster or slower from now on."""
        self._check(speed)
        self._anchor_here()
        self._speed = speed
        self.nudge()

    def step(self, seconds: float) -> datetime:
        """Jump forward by that many seconds, and return the new moment."""
        if seconds < 0:
            raise ValueError(f"time steps forward, got {seconds} seconds")
        self._anchor_here()
        self._anchor += timedelta(seconds=seconds)
        self.nudge()
        return self.now()

    def nudge(self) -> None:
        """Wake everyone who waits, so that they look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def wait(self, until: datetime) -> None:
        """Wait until the world reaches `until`, or until somebody nudges."""
        changed = self._changed
        left = (until - self.now()).total_seconds()
        if left <= 0:
            return
        try:
            async with asyncio.timeout(None if self._paused else left / self._speed):
                await changed.wait()
        except TimeoutError:
            return

    def _anchor_here(self) -> None:
        self._anchor = self.now()
        self._anchored_at = self._monotonic()

    @staticmethod
    def _check(speed: float) -> None:
        if not 0 < speed <= 10_000:
            raise ValueError(f"speed must be in (0, 10000], got {speed}")
