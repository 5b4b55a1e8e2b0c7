"""The demonstration: a simulated network in a process of its own, followed by URL.

siyaq never imports the network; it meets it as it would meet a real one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from siyaq.config import FollowSetting
from siyaq.core.errors import SourceUnavailable

HISTORY_SECONDS = 600
POLL_SECONDS = 5
_START_SECONDS = 60.0


@asynccontextmanager
async def simulated_network(*, seed: int, speed: float) -> AsyncIterator[tuple[FollowSetting, ...]]:
    """Run the simulated network and yield the sources to follow, history included.

    The network stops when its standard input closes, so it cannot outlive us.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "siyaq.testing.world", "--port", "0", "--seed", str(seed)),
        *("--speed", str(speed), "--history", str(HISTORY_SECONDS), "--with-parent"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        first = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
        if not first:
            raise SourceUnavailable("the simulated network did not start")
        yield _sources(json.loads(first))
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _sources(urls: dict[str, str]) -> tuple[FollowSetting, ...]:
    return (
        FollowSetting(urls["jetstream_history"], "bluesky"),
        FollowSetting(f"{urls['rss']}?every={POLL_SECONDS}s", "paper-en"),
        FollowSetting(f"{urls['rss_ar']}?every={POLL_SECONDS}s", "paper-ar"),
    )
