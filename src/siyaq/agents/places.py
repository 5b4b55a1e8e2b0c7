"""Places for so many runs at a time: taken, given up while a run only waits, and taken back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager


class Places:
    """So many places. It belongs to one event loop; names are of those who have one, or rest."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._held: set[str] = set()
        self._resting: set[str] = set()
        self._back: deque[tuple[str, asyncio.Future[None]]] = deque()

    @property
    def free(self) -> bool:
        """Whether somebody new may come. Those who want their place back came first."""
        return len(self._held) < self._count

    @property
    def resting(self) -> Collection[str]:
        """Those who have given their place up."""
        return self._resting

    def take(self, name: str) -> None:
        """Take a place that is free."""
        self._held.add(name)

    def leave(self, name: str) -> None:
        """Have no place any more, nor one to come back to."""
        self._held.discard(name)
        self._resting.discard(name)
        self._hand_out()

    @asynccontextmanager
    async def given_up(self, name: str) -> AsyncGenerator[None, None]:
        """Give a place up for the block, and wait for one after it."""
        self._held.discard(name)
        self._resting.add(name)
        self._hand_out()
        yield
        place = name, asyncio.get_running_loop().create_future()
        self._back.append(place)
        self._hand_out()
        try:
            await place[1]
        finally:
            if place in self._back:  # broken off meanwhile
                self._back.remove(place)

    def _hand_out(self) -> None:
        while self._back and len(self._held) < self._count:
            name, taken = self._back.popleft()
            if not taken.cancelled():
                self._held.add(name)
                self._resting.discard(name)
                taken.set_result(None)
