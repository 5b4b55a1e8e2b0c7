"""The loop: turn after turn of a fixed plan, each call checked, paid for, written down, made.

What was read can fill an argument or choose a branch that the plan foresees. It can add no call,
and where it would decide what leaves and to whom, a person is asked.
"""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

import msgspec

from siyaq.access import Account, BrokenOff, KeyGone, breaking_off, charging
from siyaq.agents.amounts import NOTHING, Amounts, Kind, plus
from siyaq.agents.charging import Paused, Reserve, Rests, Room, charged_to_nobody
from siyaq.agents.journal import BudgetSpent, Journal, Run, State, Step
from siyaq.agents.plan import Call, Json, point
from siyaq.agents.subruns import Held, Plans, SubRuns, plainly, tools_within, whole_task
from siyaq.agents.taint import Outside, folded, resolve, strings
from siyaq.agents.tool import FINISH, Act, AnyTool, Begin, Done
from siyaq.agents.within import around, is_sub
from siyaq.core.errors import NotFound, SiyaqError, UsageError
from siyaq.traces import Attributes, Tracer, ended, span
from siyaq.traces.span import at_hand

MAX_VALUE_BYTES = 4 * 1024 * 1024
SAME_CALLS = 3
"""How often one call with the same arguments is made before the run is said to go in circles."""
WARNED_AT = 0.75
LOOK_SECONDS = 0.25
"""How often it is looked whether a run that waits is to be paused."""
ENDED = frozenset({"done", "failed", "refused", "skipped"})
"""States of a call that will not be made again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is to allow: exactly this call, and why they are asked."""

    run_id: str
    call: str
    tool: str
    arguments: Mapping[str, object]
    why: str


Approve = Callable[[Asked], Awaitable[bool | None]]
"""True: do it. False: do not. None: nobody is here to say, so the run waits."""

Told = Callable[[str, Run], None]
"""Hears of every change of a run, in a word: "began", "ended", "warned usd", "waits", ..."""


Gone = Callable[[str], str]
"""Says why a key stands no more, by its id; "" for one that does."""


async def nobody(_: Asked) -> bool | None:
    """Leave it to later."""
    return None


@dataclass(slots=True)
class _Progress:
    """What a run knows besides its journal, made anew from it at every start."""

    outside: Outside
    results: dict[str, object] = field(default_factory=dict[str, object])
    outside_calls: set[str] = field(default_factory=set[str])
    made: Counter[str] = field(default_factory=Counter[str])
    warned: set[Kind] = field(default_factory=set[Kind])


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A call that may be made, with its arguments in full."""

    call: Call
    tool: AnyTool
    plain: dict[str, Json]
    read: msgspec.Struct

    @property
    def seconds(self) -> float:
        """How much time it wants set aside."""
        return self.tool.reserves(self.read)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A call that is paid for: from the run's budget, and from the limits of its key."""

    prepared: _Prepared
    granted: Amounts
    account: Account

    @property
    def tool(self) -> AnyTool:
        """Its tool."""
        return self.prepared.tool


class _Stop(Exception):
    """The run goes no further for now."""

    def __init__(self, status: str, by: str) -> None:
        super().__init__(by)
        self.status = status
        self.by = by


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
        self._rests = rests
        self._tracer = tracer or Tracer()
        self._gone = gone
        self._journal = journal
        self._tools = {tool.name: tool for tool in tools}
        self._day_caps = day_caps
        self._approve = approve
        self._told = told

    async def go(self, run_id: str) -> Run:
        """Carry a planned run on from where it stands, to its end or to where it must wait.

        It is broken off once somebody ends it, here or in another process, and once the key that
        it was begun with stands no more. Raises NotFound, and UsageError where another process is
        at it.
        """
        with _alone(self._journal, run_id):
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
        with ended(begun), at_hand(begun):
            await self._carried(run)
            status, _ = self._journal.standing(run.id)
            begun.set({"siyaq.run.status": status})
            if status == "failed":
                begun.failed("run_failed")

    async def _carried(self, run: Run) -> None:
        try:
            async with breaking_off(lambda: self._ended(run)):
                await self._turns(run)
        except _Stop as stop:
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
        progress = self._remembered(run)
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
            raise _Stop("failed", "no call of the plan succeeded")
        self._close(run.id, "done", "", last)

    def _remembered(self, run: Run) -> _Progress:
        progress = _Progress(Outside(whole_task(self._journal, run)))
        for outer in around(run.id):
            for step in self._journal.run(outer).steps:
                tool = self._tools.get(step.tool)
                if step.state == "done" and (tool is None or tool.outside):
                    progress.outside.read(step.value)
        for step in run.steps:
            if step.state == "done":
                self._keep(progress, step)
        return progress

    def _keep(self, progress: _Progress, step: Step) -> None:
        progress.results[step.call] = step.value
        progress.made[_digest(step.tool, step.arguments)] += 1
        tool = self._tools.get(step.tool)
        if tool is None or tool.outside:
            progress.outside_calls.add(step.call)
            progress.outside.read(step.value)

    async def _turn(self, run: Run, calls: Sequence[Call], progress: _Progress) -> None:
        """Make the calls of one turn side by side. Raises _Stop."""
        prepared: list[_Prepared] = []
        stop: _Stop | None = None
        for call in calls:
            try:
                found = await self._prepared(run, call, progress)
            except _Stop as error:
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
        prepared: Sequence[_Prepared],
        accounts: Sequence[Account],
        progress: _Progress,
    ) -> None:
        """Make calls side by side that their key has room for. Raises _Stop."""
        ready: list[_Ready] = []
        stop: _Stop | None = None
        try:
            for granted in self._paid(run, prepared):
                place = len(ready)
                ready.append(_Ready(prepared[place], granted, accounts[place]))
        except BudgetSpent as error:
            stop = _Stop("stopped", f"budget: {error.cap}")
        if ready:
            begun = self._journal.run(run.id)
            self._told("began", begun)
            held = await self._all_made(begun, ready)
            now = self._journal.run(run.id)
            for step in now.steps:
                if step.state == "done" and step.call not in progress.results:
                    self._keep(progress, step)
            self._told("ended", now)
            self._warn(now, progress)
            if held is not None and held.status == "paused":
                raise Paused
            if held is not None:
                stop = _Stop(held.status, held.by)
        if stop is not None:
            raise stop

    async def _all_made(self, run: Run, ready: Sequence[_Ready]) -> Held | None:
        """Make calls side by side; where only waits are left of them, the run rests.

        Returns why a run within it waits, if one does.
        Raises Paused where somebody pauses it then: its waits go on when it does.
        """
        seconds = ready[0].granted["seconds"]
        works = asyncio.gather(
            *(self._made(run, one, seconds) for one in ready if one.tool.waits is None)
        )
        waits = asyncio.gather(
            *(self._made(run, one, seconds) for one in ready if one.tool.waits is not None)
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

    def _paid(self, run: Run, prepared: Sequence[_Prepared]) -> Iterator[Amounts]:
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
            )
            longest = None

    async def _prepared(self, run: Run, call: Call, progress: _Progress) -> _Prepared | None:
        """Return a call that may be made; None for one that is not made. Raises _Stop."""
        tool = self._tools[call.tool]
        try:
            if not _holds(call, progress.results):
                self._journal.leave(run.id, call.id, call.tool, call.arguments, "skipped")
                return None
            resolved = resolve(call.arguments, progress.results, frozenset(progress.outside_calls))
            read = tool.read(resolved.arguments)
        except (NotFound, UsageError) as error:
            self._journal.leave(run.id, call.id, call.tool, call.arguments, "failed", str(error))
            return None
        plain = resolved.arguments
        if progress.made[_digest(call.tool, plain)] >= SAME_CALLS:
            raise _Stop("stopped", f"loop: {call.tool} with the same arguments again")
        why = self._why_ask(run, call, tool, plain, resolved.tainted, progress)
        why = why or tool.why_ask(read)
        if why and not await self._allowed(run, call, plain, why):
            return None
        return _Prepared(call, tool, plain, read)

    def _why_ask(
        self,
        run: Run,
        call: Call,
        tool: AnyTool,
        plain: Mapping[str, Json],
        tainted: frozenset[str],
        progress: _Progress,
    ) -> str:
        """Say why a person must allow a call, "" where none must."""
        begun = any(one.call == call.id and one.state == "begun" for one in run.steps)
        if begun and not tool.again:
            return "it was begun before a crash, and may have been done"
        for name in sorted(tool.sinks & plain.keys()):
            words = progress.outside.wrote(plain[name])
            if words:
                return f"its {name} holds words from outside: {words[:200]!r}"
            if name in tainted and not _typed_by_user(plain[name], progress):
                return f"its {name} was read outside"
        return "it acts outside of this run" if tool.acts else ""

    async def _allowed(self, run: Run, call: Call, plain: Mapping[str, Json], why: str) -> bool:
        """Ask whether exactly this may be done. Raises _Stop where nobody says."""
        act = _digest(call.tool, plain)
        given = self._journal.decision(run.id, call.id, act)
        if given is None:
            self._journal.leave(run.id, call.id, call.tool, plain, "waiting", why)
            self._told("waits", self._journal.run(run.id))
            given = await self._approve(Asked(run.id, call.id, call.tool, plain, why))
            if given is None:
                raise _Stop("waiting", f"approval of {call.id}: {why}")
            self._journal.decide(run.id, call.id, act, given=given)
        if not given:
            self._journal.leave(run.id, call.id, call.tool, plain, "refused", why)
        return given

    async def _made(self, run: Run, ready: _Ready, seconds: float) -> Held | None:
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
            act = replace(act, begin=self._within(run, act, granted, share))
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
        cost = plus(plus({"steps": 1}, spent), took)  # type: ignore[arg-type]
        self._journal.settle(
            run.id, call.id, state, value=value, problem=problem, spent=cost, cites=cites
        )
        return None

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

    def _warn(self, run: Run, progress: _Progress) -> None:
        for kind, cap in run.caps.items():
            if kind not in progress.warned and run.spent.get(kind, 0.0) >= WARNED_AT * cap > 0:
                progress.warned.add(kind)
                self._told(f"warned {kind}", run)


def _called(call: Call) -> Attributes:
    """Return what a trace says of a call: which tool, and none of its arguments."""
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.tool,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call.id,
    }


def act_of(step: Step) -> str:
    """Return what a decision about a waiting step is about: exactly this call."""
    return _digest(step.tool, step.arguments)


def _typed_by_user(value: Json, progress: _Progress) -> bool:
    """Say whether a value that was taken from outside is one the user has typed as well."""
    return all(folded(text) in progress.outside.user_words for text in strings(value))


def _holds(call: Call, results: Mapping[str, object]) -> bool:
    condition = call.condition
    if condition is None:
        return True
    if condition.reference.call not in results:
        return False
    try:
        found = point(results[condition.reference.call], condition.reference.at)
    except NotFound:
        found = None
    return type(found) is type(condition.value) and found == condition.value


def _checked(done: Done) -> object:
    """Return a result as JSON. Raises UsageError for one that is too large to keep."""
    document = msgspec.json.encode(done.value)
    if len(document) > MAX_VALUE_BYTES:
        raise UsageError(f"the result has {len(document)} bytes, {MAX_VALUE_BYTES} at most")
    return msgspec.json.decode(document)


def _digest(tool: str, arguments: Mapping[str, object]) -> str:
    return sha256(msgspec.json.encode([tool, arguments], order="sorted")).hexdigest()


def is_held(journal: Journal, run_id: str) -> bool:
    """Say whether some process carries a run on at this moment."""
    try:
        with _alone(journal, run_id):
            return False
    except UsageError:
        return True


@contextmanager
def _alone(journal: Journal, run_id: str) -> Iterator[None]:
    """Hold a run, so that no other process carries it on at the same time."""
    journal.run(run_id)
    with (journal.workspace(run_id).with_suffix(".lock")).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"run {run_id!r} is being carried on elsewhere") from None
        yield
