"""A process that follows one source as the product does, log and all, and dies where it is told.

    python -m siyaq.testing.following URL DIRECTORY [--die received|committed --at 3] [--port 0]

`received`: killed with the third batch in hand, before the log has it; `committed`: after the log
has it, before anybody upstream is told. It prints one line once it follows: the port on which
webhooks are delivered to.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from siyaq import plugins
from siyaq.app.intake import Intake
from siyaq.core.clock import SystemClock
from siyaq.core.ports import Batch
from siyaq.core.reports import Delivered
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.serve import ServeSettings, create_app, run
from siyaq.sources import Committer, builtin
from siyaq.sources.webhook import hook_of
from siyaq.testing.product import FakeProduct


class _Dying:
    """An append that takes its process with it."""

    def __init__(self, writer: LogWriter, how: str, at: int) -> None:
        self._writer = writer
        self._how = how
        self._left = at

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        self._left -= 1
        if self._how == "received" and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        appended = self._writer.append(batches)
        if self._how == "committed" and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return appended


class _Desk(FakeProduct):
    """Hands deliveries to the source; everything else is played."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(now=datetime.now(UTC))
        self._intake = intake

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take a delivery."""
        return await self._intake.deliver(hook, headers, body)


async def _follow(url: str, directory: Path, how: str, at: int) -> None:
    adapter = plugins.load([("siyaq", builtin)], found=()).open_source(url)
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        async with Committer(_Dying(writer, how, at), lambda: None) as committer:
            intake = Intake(writer=writer, log=log, committer=committer, clock=SystemClock())
            following = asyncio.create_task(intake.follow(adapter, url))
            if hook_of(adapter):
                settings = ServeSettings(port=0)
                serving = run(create_app(_Desk(intake), settings), settings.host, 0, _tell)
                await asyncio.wait([following, asyncio.create_task(serving)])
            else:
                _tell("")
                await following


def _tell(url: str) -> None:
    print(f"following {url}", flush=True)  # noqa: T201 -- its parent reads it


def main() -> None:
    """Follow until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--die", choices=("received", "committed", "never"), default="never")
    parser.add_argument("--at", type=int, default=1)
    given = parser.parse_args(sys.argv[1:])
    asyncio.run(_follow(given.url, given.directory, given.die, given.at))


if __name__ == "__main__":
    main()
