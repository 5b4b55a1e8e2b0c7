"""A writer killed at any moment: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siyaq.log import CrashPoint, LogWriter
from tests.log.workload import check

pytestmark = pytest.mark.crash

STEPS = 12
ROOT = Path(__file__).resolve().parents[2]


def spawn(directory: Path, steps: int, *kill: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.log.crash_child", str(directory), str(steps), *kill]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


def acknowledged(output: bytes) -> int:
    """Return the last whole line."""
    whole = output[: output.rfind(b"\n") + 1].split()
    return int(whole[-1]) if whole else 0


@pytest.mark.parametrize("point", CrashPoint)
def test_no_crash_point_loses_or_repeats_a_post(ram: Path, point: CrashPoint) -> None:
    directory = ram / "data"
    child = spawn(directory, STEPS, point, "1" if point.startswith(("open", "close")) else "2")
    output, _ = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, f"{point} was never passed"
    steps = check(directory, acknowledged=acknowledged(output))
    if point is CrashPoint.COMMITTED:
        assert steps == acknowledged(output) + 1, "the commit was not durable when it returned"
    survivor = spawn(directory, STEPS)
    survivor.communicate(timeout=60)
    assert survivor.returncode == 0
    assert check(directory, acknowledged=STEPS) == STEPS


def test_no_kill_at_a_random_moment_loses_or_repeats_a_post(ram: Path, campaign: int) -> None:
    """One log, killed again and again; each new life goes on from the cursor."""
    chance = random.Random(7)
    directory = ram / "data"
    held = killed = 0
    for _ in range(6 * campaign):
        child = spawn(directory, 100_000)
        assert child.stdout is not None
        first = child.stdout.readline()  # it writes now
        deadline = time.monotonic() + chance.uniform(0, 0.1)
        while time.monotonic() < deadline:
            first = child.stdout.readline() or first
        child.kill()
        rest, _ = child.communicate(timeout=60)
        killed += child.returncode == -signal.SIGKILL
        last = max(acknowledged(first), acknowledged(rest))
        assert last > held, "it lived, and did nothing"
        held = check(directory, acknowledged=last)
    assert killed == 6 * campaign
    started = time.monotonic()
    LogWriter.open(directory).close()
    assert time.monotonic() - started < 2, "not ready again in time"
