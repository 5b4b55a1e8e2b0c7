"""Calls that are made side by side: paid for, charged, written down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import msgspec

from siyaq.access import Account, charging
from siyaq.agents.amounts import NOTHING, Amounts, Kind, plus
from siyaq.agents.charging import Paused, Rests
from siyaq.agents.journal import Journal, Run, State
from siyaq.agents.plan import Call
from siyaq.agents.runner.asking import Prepared
from siyaq.agents.subruns import Held
from siyaq.agents.tool import Act, AnyTool, Begin, Done
from siyaq.core.errors import SiyaqError, UsageError
from siyaq.traces import Attributes, span

MAX_VALUE_BYTES = 4 * 1024 * 1024
LOOK_SECONDS = 0.25
"""How often it is looked whether a run that waits is to be paused."""

Within = Callable[[Run, Act, Amounts, float], Begin]
"""Returns what has words carried out within a call, from what was set aside for it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A call that is paid for: from the run's budget, and from the limits of its key."""

    prepared: Prepared
    granted: Amounts
    account: Account

    @property
    def tool(self) -> AnyTool:
        """Its tool."""
        return self.prepared.tool


class Calls:
    """Makes the calls of runs."""

    def __init__(self, journal: Journal, day_caps: Amounts, rests: Rests) -> None:
        self._journal = journal
        self._day_caps = day_caps
        self._rests = rests

    def paid(self, run: Run, prepared: Sequence[Prepared]) -> Iterator[Amounts]:
        """Write each call down and yield what is set aside for it. Raises BudgetSpent.

        The time of a turn is set aside once, with its first call: that of the longest.
        """
        longest = max(prepared, key=lambda one: one.seconds, default=None)
        for one in prepared:
            reserve: dict[Kind, float] = {"steps": 1, **one.tool.reserve}
            if one.tool.purse is not None:
                reserve = dict(plus({"steps": 1}, one.tool.purse(one.read)))
                reserve.pop("seconds", None)
            if longest is not None:
                reserve["seconds"] = longest.seconds
                if longest.tool.waits is not None:
                    self._journal.free(run.id, one.call.id)
            yield self._journal.begin(
                run,
                one.call.id,
                one.call.tool,
                one.plain,
                reserve,
                self._day_caps,
                shares=one.tool.purse is not None,
                once=not one.tool.again,
            )
            longest = None

    async def all_made(self, run: Run, ready: Sequence[Ready], within: Within) -> Held | None:
        """Make calls side by side; where only waits are left of them, the run rests.

        `within` serves those that begin a run. Returns why a run within it waits, if one does.
        Raises Paused where somebody pauses it then: its waits go on when it does.
        """
        seconds = ready[0].granted["seconds"]
        works = asyncio.gather(
            *(self._made(run, one, seconds, within) for one in ready if one.tool.waits is None)
        )
        waits = asyncio.gather(
            *(self._made(run, one, seconds, within) for one in ready if one.tool.waits is not None)
        )
        try:
            held = await works
            if not waits.done():
                async with self._rests():
                    while not waits.done():
                        await asyncio.wait([waits], timeout=LOOK_SECONDS)
                        if not waits.done() and self._journal.standing(run.id)[0] == "paused":
                            self._journal.suspend(run.id, [one.prepared.call.id for one in ready])
                            raise Paused
            await waits
            return next((one for one in held if one is not None), None)
        finally:
            works.cancel()
            waits.cancel()
            await asyncio.gather(works, waits, return_exceptions=True)

    async def _made(self, run: Run, ready: Ready, seconds: float, within: Within) -> Held | None:
        """Make one call, charge it to the run's key, and write down what came of it.

        Returns why a run that it has begun waits, if it does: then the call is not over.
        """
        call, tool, granted = ready.prepared.call, ready.tool, ready.granted
        if tool.waits is not None and ready.prepared.seconds <= seconds:
            seconds += tool.seconds  # for the last look of a wait that ends by itself
        since = next(step.began_at for step in run.steps if step.call == call.id)
        folder = self._journal.workspace(run.id)
        act = Act(f"{run.id}/{call.id}", granted, folder, since=since)
        if tool.purse is not None:
            share = min(seconds, ready.prepared.seconds)
            act = replace(act, begin=within(run, act, granted, share))
        started = time.monotonic()
        state: State = "done"
        value: object = None
        problem = ""
        spent: Amounts = NOTHING
        cites: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(seconds), charging(ready.account) as account:
                await account.begin(tool.work)
                idle = tool.waits is not None or tool.purse is not None  # others work, if any
                timing = nullcontext() if idle else account.timed()
                with timing, span(f"execute_tool {tool.name}", _called(call)):
                    done = await tool.run(ready.prepared.read, act)
            value, spent, cites = _checked(done), done.spent, done.cites
        except TimeoutError:
            state, problem = "failed", f"not done within {seconds:g} seconds"
            spent = act.so_far
        except Held as held:
            self._journal.suspend(run.id, [call.id])
            return held
        except SiyaqError as error:
            state, problem, spent = "failed", str(error), act.so_far
        if tool.purse is not None and state == "failed":
            self._journal.close_subs(run.id, "stopped", problem, call=call.id)
        if tool.purse is not None:  # its time is that of the call
            spent = {kind: amount for kind, amount in spent.items() if kind != "seconds"}
        took = {"seconds": time.monotonic() - started} if "seconds" in granted else NOTHING
        cost = plus(plus({"steps": 1}, spent), took)  # type: ignore[arg-type]  # kinds that were checked
        self._journal.settle(
            run.id, call.id, state, value=value, problem=problem, spent=cost, cites=cites
        )
        return None


def _called(call: Call) -> Attributes:
    """Return what a trace says of a call: which tool, and none of its arguments."""
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.tool,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call.id,
    }


def _checked(done: Done) -> object:
    """Return a result as JSON. Raises UsageError for one that is too large to keep."""
    document = msgspec.json.encode(done.value)
    if len(document) > MAX_VALUE_BYTES:
        raise UsageError(f"the result has {len(document)} bytes, {MAX_VALUE_BYTES} at most")
    return msgspec.json.decode(document)
