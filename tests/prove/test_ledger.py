"""A line of the ledger says what happened, and a run that was interrupted goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from prove import campaign
from prove.campaign import Outcome, Trial, run


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
