"""G1: a process killed at any instant loses nothing that it acknowledged, and repeats nothing.

The process is a real one, forked from one that has loaded the code. It is killed at every crash
point of the log, at every step of the index and between log and readings, and at random instants;
after each death log, index and readings are judged, and the next life goes on in the same
directory.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.reduction import DupFd
from pathlib import Path

from prove.campaign import Outcome, Trial
from prove.life import DEADLINE_SECONDS, judge, judge_readings
from prove.victim import live
from siyaq.app import recording
from siyaq.index.settings import STEPS
from siyaq.log import CrashPoint, LogReader, LogWriter

_LONGEST_LIFE_SECONDS = 0.15  # of a life that ends at a random instant, from its first step on
_STEPS_A_LIFE = 14  # more than any crash point needs to be passed twice


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 1,000 kills at random instants, and 25 at each crash point."""
    for point in (*CrashPoint, *STEPS, *recording.STEPS):
        kills = 25 if full else 1
        yield Trial(f"{point} x{kills}", partial(_at_point, str(point), kills, seed))
    for number in range(100 if full else 1):
        kills = 10 if full else 6
        yield Trial(f"any instant x{kills} #{number}", partial(_at_random, kills, seed + number))


def _at_point(point: str, kills: int, seed: int, place: Path) -> Outcome:
    chance = random.Random(f"{seed} {point}")
    once_a_life = point.startswith(("open", "close", "append.account"))
    lives = _Lives(place / "data")
    for number in range(kills):
        turn = 1 if once_a_life else chance.choice((1, 2)) if number else 2
        lives.one(point, turn, None)
    return lives.outcome(kills)


def _at_random(kills: int, seed: int, place: Path) -> Outcome:
    chance = random.Random(seed)
    lives = _Lives(place / "data")
    for _ in range(kills):
        lives.one("", 1, chance.uniform(0, _LONGEST_LIFE_SECONDS))
    return lives.outcome(kills)


class _Lives:
    """One directory, and the processes that live and die in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held = 0
        self._killed = 0
        self._wrong = {"missing": 0, "duplicated": 0, "unsound": 0}
        self._ready_ms = 0

    def one(self, point: str, turn: int, after_seconds: float | None) -> None:
        """Live until killed: at a point, or so long after the first step of this life."""
        until = self._held + (_STEPS_A_LIFE if after_seconds is None else 10_000)
        reading, writing = os.pipe()
        process = forked(_live, self._directory, until, point, turn, DupFd(writing))
        os.close(writing)
        told = b""
        if after_seconds is not None:
            told = os.read(reading, 100)  # it writes now
            time.sleep(after_seconds)
            process.kill()
        while piece := os.read(reading, 65_536):
            told += piece
        os.close(reading)
        process.join(DEADLINE_SECONDS)
        self._killed += process.exitcode == -signal.SIGKILL
        process.close()
        acknowledged = max([self._held, *map(int, told.split(b"\n")[:-1])])
        self._judge(acknowledged)
        if point == CrashPoint.COMMITTED and self._held != acknowledged + 1:
            self._wrong["missing"] += 1  # the commit had returned and was not durable

    def outcome(self, kills: int) -> Outcome:
        """Return what all lives came to. A kill that did not happen proves nothing."""
        wrong = {**self._wrong, "unkilled": kills - self._killed}
        return Outcome(self._killed, wrong, {"max_ready_ms": self._ready_ms})

    def _judge(self, acknowledged: int) -> None:
        began = time.monotonic()
        if (self._directory / "FORMAT").exists():
            LogWriter.open(self._directory).close()
            with LogReader.open(self._directory) as reader:
                reader.head()
        self._ready_ms = max(self._ready_ms, round(1000 * (time.monotonic() - began)))
        verdict = judge(self._directory, acknowledged)
        self._held = verdict.steps
        for key, count in verdict.wrong.items():
            self._wrong[key] += count
        for key, count in judge_readings(self._directory, verdict.steps).items():
            self._wrong[key] += count
        if verdict.problem:
            raise AssertionError(verdict.problem)


@cache
def _processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["prove.victim"])
    return context


def forked(target: Callable[..., object], *given: object) -> ForkServerProcess:
    """Start a process that has loaded the code already, and holds nothing of ours."""
    process = _processes().Process(target=target, args=given)
    process.start()
    return process


def silence() -> None:
    """Say no more: this process is made to fail, and what it says of that is not looked at."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _live(directory: Path, until: int, point: str, turn: int, told: object) -> None:
    live(directory, until, point, turn, told.detach())  # type: ignore[attr-defined]  # a DupFd
