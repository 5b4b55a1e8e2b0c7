"""Runs the simulated network as a process of its own, on loopback.

Prints one line of JSON with its addresses when it is ready, and serves until it is told to stop
(SIGINT, SIGTERM), or until standard input ends where `--with-parent` is given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from siyaq.testing.world.network import SimulatedNetwork


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; return 0."""
    # A thread makes the near future; it must not keep the clients of a busy world waiting.
    sys.setswitchinterval(0.0005)
    asyncio.run(_serve(_parser().parse_args(arguments)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m siyaq.testing.world", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="Jetstream's port; HTTP takes the next")
    parser.add_argument("--seed", type=int, default=1, help="which world")
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds per real second")
    parser.add_argument("--history", type=float, default=600.0, help="seconds of past at the start")
    parser.add_argument("--rate", type=float, default=2.0, help="posts per second, at most 2000")
    parser.add_argument("--start", help="when the world began, RFC 3339 (default: --history ago)")
    parser.add_argument("--lookback", type=float, help="seconds a cursor may reach back")
    parser.add_argument(
        "--misbehave", type=float, default=0.0, help="a fault every so many seconds"
    )
    parser.add_argument("--paused", action="store_true", help="stand still until told to go on")
    parser.add_argument("--with-parent", action="store_true", help="stop when stdin ends")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    history = timedelta(seconds=options.history)
    now = datetime.now(UTC)
    start = datetime.fromisoformat(options.start) if options.start else now - history
    network = SimulatedNetwork(
        options.seed,
        start.astimezone(UTC),
        history=history,
        speed=options.speed,
        paused=options.paused,
        posts_per_second=options.rate,
        lookback=timedelta(seconds=options.lookback) if options.lookback else None,
        fault_every_seconds=options.misbehave,
        jetstream_port=options.port,
        web_port=options.port + 1 if options.port else 0,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if options.with_parent:
        loop.add_reader(sys.stdin.fileno(), _stop_at_end, stopped)
    async with network:
        sys.stdout.write(json.dumps(network.addresses) + "\n")
        sys.stdout.flush()
        await stopped.wait()
        network.pace.nudge()


def _stop_at_end(stopped: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stopped.set()


if __name__ == "__main__":
    sys.exit(main())
