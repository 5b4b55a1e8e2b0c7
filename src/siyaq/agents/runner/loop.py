"""Turn after turn of a fixed plan, to its end or to where it must wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial

from siyaq.access import Account, BrokenOff, KeyGone, breaking_off
from siyaq.agents.amounts import NOTHING, Amounts
from siyaq.agents.charging import Paused, Reserve, Rests, Room, charged_to_nobody
from siyaq.agents.journal import BudgetSpent, Journal, Run
from siyaq.agents.plan import Call
from siyaq.agents.runner.alone import alone
from siyaq.agents.runner.asking import Approve, Gate, Prepared, Stop, Told, nobody
from siyaq.agents.runner.calls import Calls, Ready
from siyaq.agents.runner.progress import Progress, remembered
from siyaq.agents.subruns import Plans, SubRuns, plainly, tools_within
from siyaq.agents.tool import FINISH, Act, AnyTool, Begin
from siyaq.agents.within import is_sub
from siyaq.core.errors import SiyaqError
from siyaq.traces import Tracer, during

WARNED_AT = 0.75
ENDED = frozenset({"done", "failed", "refused", "skipped"})
"""States of a call that will not be made again."""

Gone = Callable[[str], str]
"""Says why a key stands no more, by its id; "" for one that does."""


class Runner:
    """Carries out runs of one journal with one set of tools. `day_caps` are a user's for a day.

    `plans`: what plans the runs within a run for which no plan was written.
    """

    def __init__(
        self,
        journal: Journal,
        tools: Sequence[AnyTool],
        *,
        day_caps: Amounts = NOTHING,
        approve: Approve = nobody,
        told: Told = lambda _word, _run: None,
        gone: Gone = lambda _: "",
        reserve: Reserve = charged_to_nobody,
        rests: Rests = nullcontext,
        tracer: Tracer | None = None,
        plans: Plans = plainly,
    ) -> None:
        self._room = Room(journal, reserve, rests)
        self._reserve = reserve
        self._plans = plans
        self._tracer = tracer or Tracer()
        self._gone = gone
        self._journal = journal
        self._tools = {tool.name: tool for tool in tools}
        self._approve = approve
        self._told = told
        self._gate = Gate(journal, self._tools, approve, told)
        self._calls = Calls(journal, day_caps, rests)

    async def go(self, run_id: str) -> Run:
        """Carry a planned run on from where it stands, to its end or to where it must wait.

        It is broken off once somebody ends it, here or in another process, and once the key that
        it was begun with stands no more. Raises NotFound, and UsageError where another process is
        at it.
        """
        with alone(self._journal, run_id):
            run = self._journal.run(run_id)
            if run.status == "done":
                return run
            self._journal.close_run(run_id, "running")
            if self._ended(run):
                return self._journal.run(run_id)
            await self._traced(run)
        return self._journal.run(run_id)

    async def _traced(self, run: Run) -> None:
        """Carry a run on as a span."""
        told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "siyaq"}
        begun = self._tracer.begin("invoke_agent siyaq", {**told, "siyaq.run.id": run.id})
        with during(begun):
            try:
                await self._carried(run)
            finally:  # one that is done may still be cancelled while it puts its things away
                status, _ = self._journal.standing(run.id)
                begun.set({"siyaq.run.status": status})
                if status == "failed":
                    begun.failed("run_failed")

    async def _carried(self, run: Run) -> None:
        try:
            async with breaking_off(lambda: self._ended(run)):
                await self._turns(run)
        except Stop as stop:
            self._close(run.id, stop.status, stop.by)
        except Paused:
            self._told("paused", self._journal.run(run.id))
        except BrokenOff:
            self._told("stopped", self._journal.run(run.id))
        except asyncio.CancelledError:
            if self._journal.standing(run.id)[0] == "running" and not is_sub(run.id):
                self._close(run.id, "stopped", "cancelled")  # others end with what is around
            raise
        except KeyGone as gone:
            self._close(run.id, "stopped", f"key: {gone.why}")
        except SiyaqError as error:
            self._close(run.id, "failed", str(error))

    def _ended(self, run: Run) -> str:
        """Return why a run may not go on, "" where it may."""
        if why := self._gone(run.key_id):
            self._journal.stop_key(run.key_id, f"key: {why}")
        status, by = self._journal.standing(run.id)
        return by or status if status == "stopped" else ""

    def _close(self, run_id: str, status: str, by: str, result: object = None) -> None:
        self._journal.close_run(run_id, status, by, result, was="running")  # type: ignore[arg-type]  # ours
        self._told(status, self._journal.run(run_id))

    async def _turns(self, run: Run) -> None:
        progress = remembered(self._journal, self._tools, run)
        last: object = None
        for turn in self._journal.plan(run, list(self._tools)):
            now = self._journal.run(run.id)
            if now.status != "running":
                return  # somebody has paused or cancelled it
            ended = {step.call: step for step in now.steps if step.state in ENDED}
            due = [call for call in turn if call.id not in ended]
            await self._turn(run, due, progress)
            for call in turn:
                if call.id in progress.results:
                    last = progress.results[call.id]
                    if call.tool == FINISH:
                        self._close(run.id, "done", "", last)
                        return
        if last is None:
            raise Stop("failed", "no call of the plan succeeded")
        self._close(run.id, "done", "", last)

    async def _turn(self, run: Run, calls: Sequence[Call], progress: Progress) -> None:
        """Make the calls of one turn side by side. Raises Stop."""
        prepared: list[Prepared] = []
        stop: Stop | None = None
        for call in calls:
            try:
                found = await self._gate.prepared(run, call, progress)
            except Stop as error:
                stop = error
                break
            if found is not None:
                prepared.append(found)
        while prepared:  # as many side by side as its key has room for
            accounts = await self._room.of(run, [one.tool.work for one in prepared])
            part, prepared = prepared[: len(accounts)], prepared[len(accounts) :]
            try:
                await self._part(run, part, accounts, progress)
            finally:
                for account in accounts:
                    await account.settle()
        if stop is not None:
            raise stop

    async def _part(
        self,
        run: Run,
        prepared: Sequence[Prepared],
        accounts: Sequence[Account],
        progress: Progress,
    ) -> None:
        """Make calls side by side that their key has room for. Raises Stop."""
        ready: list[Ready] = []
        stop: Stop | None = None
        try:
            for granted in self._calls.paid(run, prepared):
                place = len(ready)
                ready.append(Ready(prepared[place], granted, accounts[place]))
        except BudgetSpent as error:
            stop = Stop("stopped", f"budget: {error.cap}")
        if ready:
            begun = self._journal.run(run.id)
            self._told("began", begun)
            held = await self._calls.all_made(begun, ready, self._within)
            now = self._journal.run(run.id)
            for step in now.steps:
                if step.state == "done" and step.call not in progress.results:
                    progress.keep(step, self._tools.get(step.tool))
            self._told("ended", now)
            self._warn(now, progress)
            if held is not None and held.status == "paused":
                raise Paused
            if held is not None:
                stop = Stop(held.status, held.by)
        if stop is not None:
            raise stop

    def _within(self, run: Run, act: Act, granted: Amounts, seconds: float) -> Begin:
        """Return what has words carried out within a call, from what was set aside for it."""
        tools = tools_within(self._tools.values(), run)
        inner = Runner(
            self._journal,
            tools,
            approve=self._approve,
            told=self._told,
            gone=self._gone,
            reserve=self._reserve,
            tracer=self._tracer,
            plans=self._plans,
        )
        caps = {**granted, "steps": granted["steps"] - 1, "seconds": seconds}
        subs = SubRuns(self._journal, tools, self._plans, inner.go)
        return partial(subs.done, run, act, caps)

    def _warn(self, run: Run, progress: Progress) -> None:
        for kind, cap in run.caps.items():
            if kind not in progress.warned and run.spent.get(kind, 0.0) >= WARNED_AT * cap > 0:
                progress.warned.add(kind)
                self._told(f"warned {kind}", run)
