"""What a campaign is, how it is run, and how an interrupted one goes on.

A campaign is a list of trials, the same list for the same seed. Each trial that was judged is
written to a journal, so that a campaign that was interrupted goes on with the next one; a journal
of other code, another seed or another size is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from prove.side_by_side import side_by_side

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "prove" / "results"
SEED = 7

_LONGEST_ERROR = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trial came to.

    `fired` counts the faults that were injected and seen to strike. `wrong` counts what must not
    be, by name: a trial is passed when all of it is 0 and a fault fired. `noted` is added up over
    the campaign, and its names that begin with "max_" are the largest of all trials. One that is
    not `judged` came to no verdict.
    """

    fired: int
    wrong: Mapping[str, int] = field(default_factory=dict[str, int])
    noted: Mapping[str, int] = field(default_factory=dict[str, int])
    judged: bool = True

    @property
    def passed(self) -> bool:
        """Whether a fault fired, and nothing went wrong."""
        return self.fired > 0 and not any(self.wrong.values())


class Unjudged(Exception):
    """Raised by a trial that came to no verdict.

    It counts as failed, and is tried again when the campaign goes on.
    """


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that is tried, in a folder of its own. The name says how to try it again."""

    name: str
    run: Callable[[Path], Outcome]


class Campaign(Protocol):
    """One goal. Implemented by a module of this folder that is listed in `goals`."""

    def trials(self, *, full: bool, seed: int) -> Iterable[Trial]:
        """Yield the trials, the same ones each time. Without `full`, a few seconds' worth."""
        ...


@dataclass
class Sum:
    """What all trials of a campaign came to."""

    goal: str
    seed: int
    full: bool
    tried: int = 0
    passed: int = 0
    fired: int = 0
    wrong: Counter[str] = field(default_factory=Counter[str])
    noted: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])

    def add(self, name: str, outcome: Outcome, error: str) -> None:
        """Count one trial; `error` is what it raised, in words, or empty."""
        self.tried += 1
        self.fired += outcome.fired
        for key, count in outcome.wrong.items():
            self.wrong[key] += count
        for key, count in outcome.noted.items():
            largest = key.startswith("max_")
            self.noted[key] = max(self.noted[key], count) if largest else self.noted[key] + count
        if outcome.passed and not error:
            self.passed += 1
        else:
            told = error or ("no fault fired" if not outcome.fired else "")
            self.failures.append(f"{name}: {told or dict(outcome.wrong)}")

    @property
    def held(self) -> bool:
        """Whether the goal was met: faults fired, and every trial was passed."""
        return self.fired > 0 and self.passed == self.tried > 0

    @property
    def line(self) -> str:
        """The line of the ledger."""
        counts = {"fired": self.fired, **self.wrong, **self.noted}
        told = " ".join(f"{key}={count}" for key, count in counts.items())
        verdict = "PASS" if self.held else "FAIL"
        size = "" if self.full else " short"
        return f"{self.goal} {verdict} {self.passed}/{self.tried} {told} seed={self.seed}{size}"


def run(
    goal: str,
    campaign: Campaign,
    *,
    full: bool,
    seed: int = SEED,
    journal: Path | None = None,
    jobs: int = 1,
    on_trial: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Sum:
    """Run what the journal has not yet seen of a campaign, and return what all of it came to.

    `on_trial` is told, before each trial, how many are done, how many there are, and its name.
    More than one of `jobs` run side by side; then it is told after each.
    """
    trials = list(campaign.trials(full=full, seed=seed))
    with _Journal(journal, {"goal": goal, "seed": seed, "full": full}) as seen:
        found = {trial.name: told for trial in trials if (told := seen.of(trial.name)) is not None}
        left = [trial for trial in trials if trial.name not in found]

        def show(name: str) -> None:
            on_trial(len(found), len(trials), name)

        with closing(_judged(left, jobs, show)) as judged:
            for name, told in judged:
                if told[0].judged:
                    seen.write(name, *told)
                found[name] = told
    total = Sum(goal, seed, full)
    for trial in trials:
        total.add(trial.name, *found[trial.name])
    return total


def _judged(
    trials: Sequence[Trial], jobs: int, show: Callable[[str], None]
) -> Generator[tuple[str, tuple[Outcome, str]]]:
    """Yield each trial's name and what it came to, as they end."""
    if jobs == 1:
        for trial in trials:
            show(trial.name)
            yield trial.name, _tried(trial)
        return
    work = [partial(_tried, trial) for trial in trials]
    for place, told in side_by_side(work, jobs, lambda told: (Outcome(fired=0), told)):
        show(trials[place].name)
        yield trials[place].name, told


def _tried(trial: Trial) -> tuple[Outcome, str]:
    with workplace() as place:
        try:
            return trial.run(place), ""
        except Unjudged as error:
            return Outcome(fired=0, noted={"unjudged": 1}, judged=False), str(error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the promise was not kept
            return Outcome(fired=0), f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder in memory where the machine has one: what a power cut leaves is simulated."""
    memory = Path("/dev/shm")
    held = memory if os.access(memory, os.W_OK) else None
    place = Path(tempfile.mkdtemp(prefix="siyaq-prove-", dir=held))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Journal:
    """The outcomes of a campaign so far, a line each; without a path, in memory only."""

    def __init__(self, path: Path | None, head: Mapping[str, object]) -> None:
        self._path = path
        self._head = json.dumps({**head, "code": code_digest()}) if path else ""
        self._seen: dict[str, tuple[Outcome, str]] = {}

    def __enter__(self) -> _Journal:
        if self._path is not None:
            lines = self._path.read_text().splitlines() if self._path.exists() else []
            if lines[:1] == [self._head]:
                for line in lines[1:]:
                    self._remember(line)
            else:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.write_text(self._head + "\n")
        return self

    def __exit__(self, *_: object) -> None: ...

    def of(self, name: str) -> tuple[Outcome, str] | None:
        return self._seen.get(name)

    def write(self, name: str, outcome: Outcome, error: str) -> None:
        if self._path is None:
            return
        told = {"wrong": dict(outcome.wrong), "noted": dict(outcome.noted)}
        line = {"trial": name, "fired": outcome.fired, **told, "error": error}
        with self._path.open("a") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _remember(self, line: str) -> None:
        try:
            held = json.loads(line)
        except ValueError:  # cut short while it was written
            return
        outcome = Outcome(held["fired"], held["wrong"], held["noted"])
        self._seen[held["trial"]] = outcome, held["error"]


def code_digest() -> str:
    """Return twelve digits that stand for the code under test and the campaigns themselves."""
    digest = hashlib.sha256()
    for pattern in ("src/**/*.py", "prove/**/*.py", "prove/bugs/*.toml"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
