"""What people may do with their runs: look, pause, change the plan, approve, give more, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from siyaq.agents import rhythm, workspace
from siyaq.agents.amounts import Amounts, plus
from siyaq.agents.crew import Crew
from siyaq.agents.journal import OVER, Journal, Run
from siyaq.agents.plan import read_plan
from siyaq.agents.runner import LOOK_SECONDS, act_of, is_held
from siyaq.agents.withheld import holds_words, withheld
from siyaq.agents.within import MARK, around, is_sub, sub_of
from siyaq.core.errors import NotFound, QueryError, UsageError

REST_SECONDS = 5.0

Live = Callable[[Collection[str]], Collection[str]]


class Desk:
    """The runs of a journal, for one user or, with "", for whoever owns the machine.

    With a `crew`, what is asked for happens at once; without one it is written down for whoever
    carries the run on. `live` returns those of some posts that were not deleted: a run that holds
    words of another is given without them (`Run.withheld`).
    """

    def __init__(
        self, journal: Journal, crew: Crew | None = None, *, live: Live = lambda ids: ids
    ) -> None:
        self.journal = journal
        self._crew = crew
        self._live = live

    def listed(self, user: str = "", *, brief: bool = False) -> Sequence[Run]:
        """Return the newest runs. `brief`: their steps and results will not be looked at."""
        return self._shown(self.journal.runs(user=user), brief=brief)

    def run(self, run_id: str, user: str = "") -> Run:
        """Return one run. Raises NotFound, also for one of another user."""
        run = self.journal.run(run_id)
        if user and run.user != user:
            raise NotFound(f"there is no run {run_id!r}", hint="siyaq agent list")
        return self._shown([run])[0]

    def children(self, run: Run) -> Sequence[Run]:
        """Return, in brief, the runs that spend from the purse of one, the newest first."""
        return self._shown(self.journal.runs(parent=run.id), brief=True)

    def subs(self, run: Run) -> Sequence[Run]:
        """Return the runs within one, those within them too."""
        return self._shown(self.journal.subs(run.id))

    def queue(self, run_id: str) -> None:
        """Have a planned run begun, or carried on."""
        if rhythm.has(self.journal, run_id):
            self.journal.close_run(run_id, "scheduled")
        else:
            self.journal.close_run(run_id, "queued")
        if self._crew is not None:
            self._crew.wake()

    def give(self, run: Run, more: Amounts) -> None:
        """Change the caps that are named, and no other. Raises UsageError."""
        _require_whole(run)
        self.journal.recap(run.parent or run.id, {**run.caps, **more})

    def decide(self, run: Run, call: str, *, given: bool) -> None:
        """Allow, or forbid, what a run waits with. Raises UsageError.

        "s1~s2" is what the run within it waits with that its call s1 began.
        """
        within, _, call = call.rpartition(MARK)
        if within:
            run = self.run(f"{run.id}{MARK}{within}")
        if run.withheld and given:
            raise UsageError(
                f"run {run.id!r} holds words of posts that were deleted", hint="cancel it"
            )
        # as it stands: a run that is withheld is shown without its arguments
        waiting = [one for one in self.journal.run(run.id).steps if one.state == "waiting"]
        for step in waiting:
            if step.call == call:
                self.journal.decide(run.id, call, act_of(step), given=given)
                return
        names = ", ".join(step.call for step in waiting) or "none"
        raise UsageError(f"run {run.id!r} does not wait with {call!r}", hint=f"waiting: {names}")

    def pause(self, run: Run) -> None:
        """Let a run rest after the calls that are being made. Raises UsageError."""
        _require_whole(run)
        if run.status not in ("running", "queued", "scheduled"):
            raise UsageError(f"run {run.id!r} is {run.status}, and cannot be paused")
        self.journal.close_run(run.id, "paused")
        self.journal.close_subs(run.id, "paused")

    async def rested(self, run: Run) -> Run:
        """Wait until nobody carries on a run that was paused, for some seconds; return it then.

        One that only waits rests at once, one that works when its calls are made.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + REST_SECONDS
        while is_held(self.journal, run.id) and loop.time() < until:  # noqa: ASYNC110  # a lock
            await asyncio.sleep(LOOK_SECONDS)
        return self.journal.run(run.id)

    def resume(self, run: Run) -> None:
        """Carry a run on from where it stands. Raises UsageError for one that is done."""
        _require_whole(run)
        if run.status == "done" or not run.plan:
            raise UsageError(f"run {run.id!r} is {run.status}, and cannot be carried on")
        if run.status not in ("running", "queued", "scheduled"):
            self.queue(run.id)

    def cancel(self, run: Run) -> None:
        """End a run, and those that it has begun."""
        for one in (run, *self.children(run)):
            if one.status not in OVER:
                self.journal.close_run(one.id, "stopped", "cancelled")
                self.journal.close_subs(one.id, "stopped", "cancelled")
                if self._crew is not None:
                    self._crew.drop(one.id)

    def edit(self, run: Run, lines: Sequence[str], tools: Sequence[str]) -> None:
        """Put another plan in place of what has not been begun. Raises QueryError, UsageError.

        The calls that were made stay as they were: what was done was done.
        """
        _require_whole(run)
        if is_held(self.journal, run.id) or run.status in ("running", "queued", "done"):
            raise UsageError(f"run {run.id!r} is {run.status}", hint="pause it first")
        plan = read_plan(lines, tools)
        calls = {call.id: call for turn in plan for call in turn}
        old = {call.id: call for turn in self.journal.plan(run, tools) for call in turn}
        same = [name for name, call in old.items() if calls.get(name) == call]
        for step in run.steps:
            if step.made and step.call in old and step.call not in same:
                raise QueryError(f"call {step.call!r} was made already", hint="leave it as it was")
        self._drop_subs(run, same)
        self.journal.fix_plan(run.id, plan)
        self.journal.forget_waiting(run.id, same)

    def _drop_subs(self, run: Run, kept: Collection[str]) -> None:
        """End the runs within one whose calls leave its plan; what they have spent stays spent."""
        spent = {one.id: one.spent for one in self.journal.subs(run.id)}
        for step in run.steps:
            within = sub_of(run.id, step.call)
            if step.state == "begun" and step.call not in kept and within in spent:
                self.journal.close_subs(run.id, "stopped", "cancelled", call=step.call)
                cost = plus({"steps": 1}, spent[within])
                self.journal.settle(run.id, step.call, "skipped", spent=cost)

    def file(self, run: Run, path: str) -> Path:
        """Return where a file of a run is. Raises NotFound, UsageError."""
        found = workspace.inside(self.journal.workspace(run.id), path)
        if run.withheld or not found.is_file():
            raise NotFound(f"run {run.id!r} has no file {path!r}")
        return found

    def _shown(self, runs: Sequence[Run], *, brief: bool = False) -> Sequence[Run]:
        """Return runs without the words of posts that were deleted."""
        cites = self.journal.cites([one.id for one in runs if not brief or holds_words(one)])
        live = set(self._live(set().union(*cites.values()))) if cites else set[str]()
        return [one if cites.get(one.id, set()) <= live else withheld(one) for one in runs]


def _require_whole(run: Run) -> None:
    """Raise UsageError for a run within another: it goes on, and rests, with that."""
    if is_sub(run.id):
        top = around(run.id)[0]
        raise UsageError(f"run {run.id!r} is a part of {top!r}", hint=f"siyaq agent resume {top}")
