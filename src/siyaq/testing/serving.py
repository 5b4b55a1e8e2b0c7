"""A product on a real server, on a port of its own, in a thread of its own.

For tests that need what an in-process transport cannot show: streams, disconnects, browsers.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from siyaq.core.product import Product
from siyaq.serve import ServeSettings, create_app, run

DEADLINE_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and a way onto its event loop."""

    url: str
    loop: asyncio.AbstractEventLoop

    def call(self, function: Callable[[], T]) -> T:
        """Run `function` on the server's event loop, where its product lives."""

        async def calling() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(calling(), self.loop).result(DEADLINE_SECONDS)


@contextmanager
def served(product: Product, settings: ServeSettings | None = None) -> Iterator[Served]:
    """Serve `product` on loopback until the block ends, then stop it gracefully."""
    chosen = settings or ServeSettings(port=0)
    ready = threading.Event()
    found: list[Served] = []
    failures: list[BaseException] = []
    tasks: list[asyncio.Task[None]] = []

    async def serving() -> None:
        loop = asyncio.get_running_loop()

        def on_ready(url: str) -> None:
            found.append(Served(url, loop))
            ready.set()

        app = create_app(product, chosen)
        tasks.append(asyncio.ensure_future(run(app, chosen.host, chosen.port, on_ready)))
        await asyncio.wait(tasks)
        if not tasks[0].cancelled() and (failure := tasks[0].exception()):
            failures.append(failure)
        ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(serving()), name="served", daemon=True)
    thread.start()
    assert ready.wait(DEADLINE_SECONDS), "the server did not start in time"
    if not found:
        raise failures[0]
    try:
        yield found[0]
    finally:
        found[0].loop.call_soon_threadsafe(tasks[0].cancel)
        thread.join(2 * DEADLINE_SECONDS)
        assert not thread.is_alive(), "the server did not stop in time"


def wait_until(holds: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Wait for a condition, and fail naming it when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {seconds:g} s: {what}"
        time.sleep(0.01)
