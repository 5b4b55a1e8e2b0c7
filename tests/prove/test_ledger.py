"""A line of the ledger says what happened, and a run that was interrupted goes on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from prove import campaign
from prove.campaign import Outcome, Trial, Unjudged, run
from prove.side_by_side import side_by_side
from siyaq.testing.serving import wait_until


class Made:
    """A campaign of given trials, which counts those that were run."""

    def __init__(self, *outcomes: Outcome | Exception) -> None:
        self._outcomes = outcomes
        self.ran: list[int] = []

    def trials(self, *, full: bool, seed: int) -> Iterator[Trial]:
        for number, outcome in enumerate(self._outcomes):
            yield Trial(f"trial {number}", self._running(number, outcome))

    def _running(self, number: int, outcome: Outcome | Exception) -> Callable[[Path], Outcome]:
        def running(place: Path) -> Outcome:
            assert place.is_dir()
            self.ran.append(number)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return running


def line(outcomes: Sequence[Outcome | Exception]) -> str:
    return run("G99", Made(*outcomes), full=True, seed=5).line


GOOD = Outcome(3, {"missing": 0}, {"kept": 2, "max_ms": 7})


def test_a_goal_that_is_met_passes_with_its_counts() -> None:
    assert line([GOOD, Outcome(1, {"missing": 0}, {"kept": 1, "max_ms": 9})]) == (
        "G99 PASS 2/2 fired=4 missing=0 kept=3 max_ms=9 seed=5"
    )


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Outcome(0, {"missing": 0})], "G99 FAIL 0/1 fired=0 missing=0 seed=5"),
        ([GOOD, Outcome(0)], "G99 FAIL 1/2 fired=3 missing=0 kept=2 max_ms=7 seed=5"),
        ([GOOD, Outcome(1, {"missing": 2})], "G99 FAIL 1/2 fired=4 missing=2 kept=2"),
        ([GOOD, ValueError("x")], "G99 FAIL 1/2 fired=3 missing=0"),
        ([], "G99 FAIL 0/0 fired=0 seed=5"),
    ],
    ids=["no fault fired", "one did not fire", "one is lost", "one raised", "nothing was tried"],
)
def test_a_goal_that_is_missed_fails(outcomes: list[Outcome | Exception], expected: str) -> None:
    assert line(outcomes).startswith(expected)


def test_an_interrupted_campaign_goes_on_where_it_was(tmp_path: Path) -> None:
    journal = tmp_path / "G99.jsonl"
    made = Made(GOOD, KeyError("told"), GOOD)

    def interrupt(done: int, total: int, name: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("G99", made, full=True, journal=journal, on_trial=interrupt)
    assert made.ran == [0, 1]
    with journal.open("a") as out:
        out.write('{"trial": "cut sho')
    total = run("G99", made, full=True, journal=journal)
    assert made.ran == [0, 1, 2]
    assert (total.tried, total.passed, total.fired) == (3, 2, 6)
    assert total.failures == ["trial 1: KeyError: 'told'"]


def test_a_trial_without_a_verdict_is_tried_again(tmp_path: Path) -> None:
    journal = tmp_path / "G99.jsonl"
    made = Made(GOOD, Unjudged("not over in time"))
    total = run("G99", made, full=True, seed=5, journal=journal)
    assert total.line == "G99 FAIL 1/2 fired=3 missing=0 kept=2 max_ms=7 unjudged=1 seed=5"
    assert total.failures == ["trial 1: not over in time"]
    run("G99", made, full=True, seed=5, journal=journal)
    assert made.ran == [0, 1, 1]


def test_trials_side_by_side_come_to_the_same(tmp_path: Path) -> None:
    failed = Outcome(2, {"missing": 1})
    outcomes: list[Outcome | Exception] = [GOOD, failed, KeyError("told"), Outcome(1), GOOD]
    one_by_one = run("G99", Made(*outcomes), full=True)
    made, shown = Made(*outcomes), list[tuple[int, int, str]]()
    journal = tmp_path / "G99.jsonl"

    def show(*told: object) -> None:
        shown.append(told)  # type: ignore[arg-type]  # as run says

    together = run("G99", made, full=True, journal=journal, jobs=3, on_trial=show)
    assert (together.line, together.failures) == (one_by_one.line, one_by_one.failures)
    assert together.line.startswith("G99 FAIL 3/5 fired=9 missing=1")
    assert [done for done, _, _ in shown] == [0, 1, 2, 3, 4]
    assert made.ran == [], "they ran in processes of their own"
    assert run("G99", made, full=True, journal=journal).line == together.line
    assert made.ran == [], "the journal has them all"


def test_so_many_trials_run_at_once_and_no_more(tmp_path: Path) -> None:
    """Each of two waits for the other; a third would be the first to leave its mark."""

    def meet(number: int) -> int:
        (tmp_path / str(number)).touch()
        deadline = time.monotonic() + 60
        while not (tmp_path / str(number ^ 1)).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        there = {path.name for path in tmp_path.iterdir()}
        return int({str(number), str(number ^ 1)} <= there)

    work = [partial(meet, number) for number in range(4)]
    assert dict(side_by_side(work, 2, lambda _: 0)) == dict.fromkeys(range(4), 1)


def test_a_trial_whose_process_dies_is_one_that_failed() -> None:
    work: list[Callable[[], object]] = [partial(os._exit, 3), partial(int, "7")]
    ended = dict(side_by_side(work, 2, str))
    assert ended == {0: "its process ended with exit code 3", 1: 7}


def test_whoever_stops_listening_leaves_no_trial_behind(tmp_path: Path) -> None:
    def linger() -> int:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(600)
        return 0

    listening = side_by_side([int, linger], 2, lambda _: 0)
    next(listening)
    wait_until(lambda: any(tmp_path.iterdir()), "it began")
    listening.close()
    (left,) = tmp_path.iterdir()
    with pytest.raises(ProcessLookupError):
        os.kill(int(left.name), 0)


def test_a_journal_of_other_code_or_another_seed_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "G99.jsonl"
    made = Made(GOOD)
    run("G99", made, full=True, seed=1, journal=journal)
    run("G99", made, full=True, seed=1, journal=journal)
    assert made.ran == [0]
    run("G99", made, full=True, seed=2, journal=journal)
    assert made.ran == [0, 0]
    monkeypatch.setattr(campaign, "code_digest", lambda: "other")
    run("G99", made, full=True, seed=2, journal=journal)
    assert made.ran == [0, 0, 0]
    assert json.loads(journal.read_text().splitlines()[0])["code"] == "other"
