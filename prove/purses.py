"""G27, its purses: runs of agents that are killed at random moments spend no more than they have.

Each run has random calls, some side by side, some that act on the world, random caps, and a
process that is killed up to five times before one is let carry it to its end (`purse_victim`).
Compared is what the tools themselves have written down, call by call, with the run's caps and with
what the journal says was spent. A cap may be overshot by what its last step, calls side by side
together, cost beyond what was set aside; an act is never done twice.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from prove.campaign import Outcome, Trial
from prove.purse_victim import BEYOND, RESERVE, Purse
from siyaq.agents import Journal, Run

RUNS = 50
_SIDE_BY_SIDE = 3
_ROUNDING = 1e-6


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Yield twenty trials of fifty runs, or one of ten."""
    for number in range(seed, seed + (20 if full else 1)):
        count = RUNS if full else RUNS // 5
        yield Trial(f"seed={number} runs={count}", partial(_trial, seed=number, count=count))


def _trial(folder: Path, *, seed: int, count: int) -> Outcome:
    victim = [sys.executable, "-m", "prove.purse_victim", str(folder), str(seed), str(count)]
    told = subprocess.run(victim, capture_output=True, check=True, text=True)
    lines = (folder / "done.jsonl").read_bytes().splitlines()
    done: dict[str, list[Purse]] = defaultdict(list)
    for line in lines:
        made = msgspec.json.decode(line, type=Purse)
        done[made.run].append(made)
    wrong: Counter[str] = Counter()
    noted = Counter(runs=count, calls=len(lines))
    with closing(Journal(folder)) as journal:
        for run_id in {run.id for run in journal.runs()}:
            run = journal.run(run_id)
            wrong.update(judged(run, done[run_id]))
            noted[f"{run.status}"] += 1
    noted["lost_runs"] = count - sum(noted[status] for status in ("done", "stopped", "waiting"))
    wrong["unfinished"] = noted.pop("lost_runs")
    return Outcome(int(told.stdout), dict(wrong), dict(noted))


def judged(run: Run, made: Sequence[Purse]) -> Counter[str]:
    """Return what is wrong with a run, given what its tools have really done."""
    wrong: Counter[str] = Counter(overshot=0, unpaid=0, twice=0, lost=0)
    for kind in RESERVE:
        spent = sum(one.spent[kind] for one in made)
        cap = run.caps[kind]
        wrong["overshot"] += spent > cap + _SIDE_BY_SIDE * BEYOND * RESERVE[kind] + _ROUNDING
        within = sum(min(one.spent[kind], one.granted[kind]) for one in made)
        wrong["unpaid"] += within > run.spent.get(kind, 0.0) + _ROUNDING
    wrong["overshot"] += len(made) > run.caps["steps"]
    wrong["unpaid"] += len(made) > run.spent.get("steps", 0.0)
    acts = Counter(one.call for one in made if one.tool == "acts")
    wrong["twice"] += sum(times > 1 for times in acts.values())
    named = {one.call for one in made}
    wrong["lost"] += sum(one.state == "done" and one.call not in named for one in run.steps)
    return wrong
