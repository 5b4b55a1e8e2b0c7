"""A killed indexer loses nothing and finds nothing twice."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Callable

import pytest

from siyaq.index import IndexReader, check, rebuild
from siyaq.index.settings import STEPS
from siyaq.testing.searcher_contract import post
from tests.index.desk import DEADLINE_SECONDS, SMALL, Desk
from tests.index.victim import index

pytestmark = pytest.mark.crash

Kill = Callable[[str, int, float | None], int | None]


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.ForkServerContext:
    """Processes forked from one that holds the modules and nothing else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.index.victim"])
    return context


@pytest.fixture
def kill(desk: Desk, processes: multiprocessing.context.ForkServerContext) -> Kill:
    """Return how to index in a process that dies; it returns the exit code."""

    def killed(step: str, turn: int, after_seconds: float | None) -> int | None:
        process = processes.Process(target=index, args=(desk.directory, step, turn))
        process.start()
        process.join(DEADLINE_SECONDS if after_seconds is None else after_seconds)
        process.kill()
        process.join()
        return process.exitcode

    return killed


def require_right(desk: Desk) -> None:
    """Bring the index up to date and compare it with one made anew."""
    desk.bring_up_to_date()
    assert check(desk.log, desk.directory) == ()
    again = desk.directory / "again"
    rebuild(desk.log, again, desk.embedder, lambda done, total: None, SMALL)
    grown = desk.answers(desk.reader())
    anew = desk.answers(IndexReader.open(again, desk.embedder))
    shutil.rmtree(again)
    assert grown == anew


@pytest.mark.parametrize("step", STEPS)
def test_no_crash_between_two_steps_loses_or_doubles_a_post(
    desk: Desk, kill: Kill, step: str
) -> None:
    desk.fill(60)
    for turn in (1, 4):
        assert kill(step, turn, None) == -signal.SIGKILL
        assert all(
            not problem.endswith("indexed twice") for problem in check(desk.log, desk.directory)
        )
        desk.fill(20, seed=turn)
    require_right(desk)


def test_no_crash_at_any_instant_loses_or_doubles_a_post(desk: Desk, kill: Kill) -> None:
    dice = random.Random(7)
    kill("", 0, None)  # starts the process that the others are forked from
    desk.fill(60)
    begun = time.monotonic()
    assert kill("", 0, None) == 0
    whole_seconds = time.monotonic() - begun
    codes = []
    for seed in range(1, 9):
        desk.fill(60, seed)
        codes.append(kill("", 0, dice.uniform(0.2, 1.0) * whole_seconds))
    assert codes.count(-signal.SIGKILL) >= 1
    require_right(desk)


def test_what_a_crash_left_behind_is_removed(desk: Desk, kill: Kill) -> None:
    desk.fill(60)
    assert kill("words committed", 1, None) == -signal.SIGKILL
    assert kill("vectors written", 1, None) == -signal.SIGKILL
    stray = desk.index / "generation-never"
    stray.mkdir()
    desk.bring_up_to_date()
    assert not stray.exists()
    (home,) = desk.index.glob("generation-*")
    state = desk.reader()._snapshot.state
    assert state is not None
    named = {each.name for each in state.partitions}
    named |= {f"vectors-{each.number:06d}" for each in state.segments}
    assert {path.name for path in home.iterdir()} == named


def test_a_crash_while_rebuilding_leaves_the_old_index(desk: Desk) -> None:
    desk.fill(40)
    desk.bring_up_to_date()
    before = desk.answers(desk.reader())

    def fail(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(desk.log, desk.directory, desk.embedder, fail, SMALL)
    assert desk.answers(desk.reader()) == before
    desk.bring_up_to_date()
    assert len(list(desk.index.glob("generation-*"))) == 1
    assert desk.answers(desk.reader()) == before


def test_a_file_of_a_commit_that_was_cut_short_does_not_stop_the_next(desk: Desk) -> None:
    first = post("p1", "rain at the port")
    desk.add(first, post("p2", "rain in the city"))
    desk.bring_up_to_date()
    before = desk.directory / "before"
    shutil.copytree(desk.index, before)
    desk.delete(first)
    desk.bring_up_to_date()
    (written,) = desk.index.glob("generation-*/words-*/*.del")
    cut_short = before / written.relative_to(desk.index)
    shutil.copy(written, cut_short)
    shutil.copy(written.parent / ".managed.json", cut_short.parent / ".managed.json")
    shutil.rmtree(desk.index)
    before.rename(desk.index)
    require_right(desk)
