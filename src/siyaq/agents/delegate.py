"""The tool that begins a run within a run: words fixed in the plan, a share of the purse.

A sub-run is named for the call that began it, so that neither a crash nor two processes begin it
twice. What it may spend was set aside from its parent's purse before it began; what it has spent
is what the call has cost. It has the tools of its parent but those that are alone (a browser has
one page in front), and ends and waits with it.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from siyaq.agents.amounts import Amounts, Kind
from siyaq.agents.tool import Act, AnyTool, Done, Tool
from siyaq.core.errors import UsageError

DELEGATE: Final = "delegate"
SHARE: Final[Amounts] = {
    "steps": 5,
    "tokens": 10_000,
    "model_calls": 4,
    "usd": 0.10,
    "seconds": 120,
    "pages": 10,
    "bytes_down": 32 * 1024 * 1024,
    "bytes_up": 1024 * 1024,
    "joules": 10_000,
}
"""What a sub-run gets where nothing else is said, as far as it is there."""

_Amount = Annotated[float, msgspec.Meta(ge=0, le=1e15)]


class Delegate(msgspec.Struct, forbid_unknown_fields=True):
    """A task within the task. `plan`: JSON lines, one turn each; none: it is planned as any is."""

    task: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    plan: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)] = ()
    budget: dict[Kind, _Amount] = {}


def tools() -> list[AnyTool]:
    """Return it, as a list like those of other tools."""
    return [
        Tool(
            name=DELEGATE,
            about="Have a part of the task done by a run of its own, from a share of the budget.",
            arguments=Delegate,
            run=_run,
            outside=True,
            sinks=frozenset({"task", "plan", "budget"}),
            purse=lambda asked: {**SHARE, **asked.budget},
        )
    ]


async def _run(asked: Delegate, act: Act) -> Done:
    if act.begin is None:
        raise UsageError("nobody is here to begin another run")
    return await act.begin(asked.task, asked.plan)
