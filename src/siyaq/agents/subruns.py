"""Runs within runs, carried on: begun once, planned once, and what they came to as a result.

The user's words are those of the whole task, and whatever the runs around one have read is from
outside for it as well: words that were read cannot be made the user's own by handing them down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from siyaq.agents.amounts import Amounts
from siyaq.agents.delegate import DELEGATE
from siyaq.agents.journal import OVER, Journal, Run
from siyaq.agents.plan import Plan
from siyaq.agents.planner import plain_plan, scripted_plan
from siyaq.agents.tool import Act, AnyTool, Done
from siyaq.agents.within import MARK, MOST_DEEP, around
from siyaq.core.errors import SiyaqError

Plans = Callable[[Run, Sequence[AnyTool]], Awaitable[Plan]]
"""Plans a run for which nobody has written a plan. Raises ModelUnavailable, BudgetSpent."""

Go = Callable[[str], Awaitable[Run]]


class Held(Exception):
    """A run within a run waits for its user, or is paused: so does what is around it."""

    def __init__(self, status: str, by: str) -> None:
        super().__init__(by)
        self.status = status
        self.by = by


async def plainly(run: Run, tools: Sequence[AnyTool]) -> Plan:
    """Plan without a model: the words are a question."""
    return plain_plan(run.task, tools).plan


def tools_within(tools: Iterable[AnyTool], run: Run) -> list[AnyTool]:
    """Return the tools that the runs within a run have."""
    deepest = len(around(run.id)) + 1 >= MOST_DEEP
    return [one for one in tools if not one.alone and not (deepest and one.name == DELEGATE)]


def whole_task(journal: Journal, run: Run) -> str:
    """Return the words that the user has said: of the task that a run is a part of."""
    outer = around(run.id)
    return journal.run(outer[0]).task if outer else run.task


class SubRuns:
    """The runs within runs of one journal. `tools` are those they have, `go` carries one on."""

    def __init__(self, journal: Journal, tools: Sequence[AnyTool], plans: Plans, go: Go) -> None:
        self._journal = journal
        self._tools = tools
        self._plans = plans
        self._go = go

    async def done(
        self, parent: Run, act: Act, caps: Amounts, words: str, lines: Sequence[str]
    ) -> Done:
        """Have words carried out for a call, from where that stands; return what it came to.

        What it has spent stands in `act.so_far` whatever happens. Raises Held, UsageError.
        """
        run_id = self._journal.begin_sub(parent, act.key.rpartition("/")[2], words, caps)
        try:
            run = self._journal.run(run_id)
            if run.status not in OVER:
                run = await self._carried_on(run, lines)
        finally:
            act.so_far.update(self._journal.run(run_id).spent)
        if run.status not in OVER:
            call = run_id.rpartition(MARK)[2]  # by whose name it is allowed
            by = run.stopped_by.replace("approval of ", f"approval of {call}{MARK}", 1)
            raise Held(run.status, by)
        told = {"status": run.status, "stopped_by": run.stopped_by, "result": run.result}
        cites = self._journal.cites([run_id]).get(run_id, set())
        return Done(told, act.so_far, tuple(sorted(cites)))

    async def _carried_on(self, run: Run, lines: Sequence[str]) -> Run:
        if not run.plan:
            try:
                if lines:
                    plan = scripted_plan("\n".join(lines), self._tools).plan
                else:
                    plan = await self._plans(run, self._tools)
            except SiyaqError as error:
                self._journal.close_run(run.id, "failed", str(error))
                return self._journal.run(run.id)
            self._journal.fix_plan(run.id, plan)
        return await self._go(run.id)
