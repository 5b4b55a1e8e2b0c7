"""What stands between a plan and its calls: conditions, arguments in full, and a person's word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from siyaq.agents.journal import BROKEN_OFF, Journal, Run
from siyaq.agents.plan import Call, Json, point
from siyaq.agents.runner.progress import Progress, digest
from siyaq.agents.taint import folded, resolve, strings
from siyaq.agents.tool import AnyTool
from siyaq.core.errors import NotFound, UsageError

SAME_CALLS = 3
"""How often one call with the same arguments is made before the run is said to go in circles."""


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


async def nobody(_: Asked) -> bool | None:
    """Leave it to later."""
    return None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that may be made, with its arguments in full."""

    call: Call
    tool: AnyTool
    plain: dict[str, Json]
    read: msgspec.Struct

    @property
    def seconds(self) -> float:
        """How much time it wants set aside."""
        return self.tool.reserves(self.read)


class Stop(Exception):
    """The run goes no further for now."""

    def __init__(self, status: str, by: str) -> None:
        super().__init__(by)
        self.status = status
        self.by = by


class Gate:
    """Lets the calls of a plan through that may be made."""

    def __init__(
        self, journal: Journal, tools: Mapping[str, AnyTool], approve: Approve, told: Told
    ) -> None:
        self._journal = journal
        self._tools = tools
        self._approve = approve
        self._told = told

    async def prepared(self, run: Run, call: Call, progress: Progress) -> Prepared | None:
        """Return a call that may be made; None for one that is not made. Raises Stop."""
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
        if progress.made[digest(call.tool, plain)] >= SAME_CALLS:
            raise Stop("stopped", f"loop: {call.tool} with the same arguments again")
        why = self._why_ask(run, call, tool, plain, resolved.tainted, progress)
        why = why or tool.why_ask(read)
        if why and not await self._allowed(run, call, plain, why):
            return None
        return Prepared(call, tool, plain, read)

    def _why_ask(
        self,
        run: Run,
        call: Call,
        tool: AnyTool,
        plain: Mapping[str, Json],
        tainted: frozenset[str],
        progress: Progress,
    ) -> str:
        """Say why a person must allow a call, "" where none must."""
        begun = any(one.call == call.id and one.broken_off for one in run.steps)
        if begun and not tool.again:
            return BROKEN_OFF
        for name in sorted(tool.sinks & plain.keys()):
            words = progress.outside.wrote(plain[name])
            if words:
                return f"its {name} holds words from outside: {words[:200]!r}"
            if name in tainted and not _typed_by_user(plain[name], progress):
                return f"its {name} was read outside"
        return "it acts outside of this run" if tool.acts else ""

    async def _allowed(self, run: Run, call: Call, plain: Mapping[str, Json], why: str) -> bool:
        """Ask whether exactly this may be done. Raises Stop where nobody says."""
        act = digest(call.tool, plain)
        given = self._journal.decision(run.id, call.id, act)
        if given is None:
            self._journal.leave(run.id, call.id, call.tool, plain, "waiting", why)
            self._told("waits", self._journal.run(run.id))
            given = await self._approve(Asked(run.id, call.id, call.tool, plain, why))
            if given is None:
                raise Stop("waiting", f"approval of {call.id}: {why}")
            self._journal.decide(run.id, call.id, act, given=given)
        if not given:
            self._journal.leave(run.id, call.id, call.tool, plain, "refused", why)
        return given


def _typed_by_user(value: Json, progress: Progress) -> bool:
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
