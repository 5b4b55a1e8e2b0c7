"""What never closes is left behind, and holds nothing up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from siyaq.sources.closing import closed

NEVER_CLOSES = """
import asyncio, threading
from siyaq.sources.closing import closed

asyncio.run(closed(threading.Event().wait, "a client", seconds=0.05))
print("over")
"""


def test_what_closes_is_waited_for() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def close() -> None:
        begun.set()
        may_end.wait()
        ended.set()

    async def scenario() -> None:
        closing = asyncio.create_task(closed(close, "a client", seconds=60))
        await asyncio.to_thread(begun.wait)
        assert not closing.done()
        may_end.set()
        await closing
        assert ended.is_set()

    asyncio.run(scenario())


def test_what_closing_raises_is_told() -> None:
    def close() -> None:
        raise RuntimeError("was closed before")

    with pytest.raises(RuntimeError, match="closed before"):
        asyncio.run(closed(close, "a client"))


def test_what_never_closes_holds_up_neither_its_source_nor_the_end_of_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NEVER_CLOSES],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "over\n"
