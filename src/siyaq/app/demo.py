"""The demonstration: a simulated network in a process of its own, followed by URL.

siyaq never imports the network; it meets it as it would meet a real one. The network's world is
a function of its seed and its first moment, which are remembered beside the data: started again,
the same world has gone on meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.config import FollowSetting
from siyaq.core.errors import ConfigError, SourceUnavailable

HISTORY = timedelta(minutes=10)
LOOKBACK = timedelta(hours=1)
"""How far back the network can be read; what siyaq missed before that is a gap."""

POLL_SECONDS = 5
_START_SECONDS = 60.0
_REMEMBERED = "demo.json"


@dataclass(frozen=True, slots=True)
class SimulatedWorld:
    """Which world is simulated."""

    seed: int
    began_at: datetime

    @classmethod
    def of(cls, directory: Path, seed: int) -> SimulatedWorld:
        """Return the world that `directory` holds posts of, or a new one with some history.

        Raises ConfigError where the directory holds posts of another world.
        """
        try:
            held = json.loads((directory / _REMEMBERED).read_text(encoding="utf-8"))
            known = cls(int(held["seed"]), datetime.fromisoformat(held["began_at"]))
        except FileNotFoundError:
            return cls(seed, datetime.now(UTC) - HISTORY)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"cannot read {str(directory / _REMEMBERED)!r}: {error}") from error
        if known.seed != seed:
            raise ConfigError(
                f"{str(directory)!r} holds the world of seed {known.seed}, not {seed}",
                hint=f"give --seed {known.seed}, or another --data directory",
            )
        return known

    def remember(self, directory: Path) -> None:
        """Write down which world the posts in `directory` are of."""
        told = json.dumps({"seed": self.seed, "began_at": self.began_at.isoformat()})
        (directory / _REMEMBERED).write_text(told, encoding="utf-8")


@asynccontextmanager
async def simulated_network(
    world: SimulatedWorld, *, speed: float
) -> AsyncIterator[tuple[FollowSetting, ...]]:
    """Run the simulated network and yield the sources to follow, history included.

    The network stops when its standard input closes, so it cannot outlive us.
    """
    age = datetime.now(UTC) - world.began_at
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "siyaq.testing.world", "--port", "0", "--with-parent"),
        *("--seed", str(world.seed), "--start", world.began_at.isoformat()),
        *("--history", str(age.total_seconds()), "--speed", str(speed)),
        *("--lookback", str(LOOKBACK.total_seconds())),
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
    since = f"?since={HISTORY.total_seconds():.0f}s"
    return (
        FollowSetting(f"{urls['jetstream']}{since}", "bluesky"),
        FollowSetting(f"{urls['rss']}?every={POLL_SECONDS}s", "paper-en"),
        FollowSetting(f"{urls['rss_ar']}?every={POLL_SECONDS}s", "paper-ar"),
    )
