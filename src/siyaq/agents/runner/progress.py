"""What a run knows of the calls that it has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from siyaq.agents.amounts import Kind
from siyaq.agents.journal import Journal, Run, Step
from siyaq.agents.subruns import whole_task
from siyaq.agents.taint import Outside
from siyaq.agents.tool import AnyTool
from siyaq.agents.within import around


@dataclass(slots=True)
class Progress:
    """What a run knows besides its journal, made anew from it at every start."""

    outside: Outside
    results: dict[str, object] = field(default_factory=dict[str, object])
    outside_calls: set[str] = field(default_factory=set[str])
    made: Counter[str] = field(default_factory=Counter[str])
    warned: set[Kind] = field(default_factory=set[Kind])

    def keep(self, step: Step, tool: AnyTool | None) -> None:
        """Know of a call that was done. A tool that is no more may have read outside."""
        self.results[step.call] = step.value
        self.made[digest(step.tool, step.arguments)] += 1
        if tool is None or tool.outside:
            self.outside_calls.add(step.call)
            self.outside.read(step.value)


def remembered(journal: Journal, tools: Mapping[str, AnyTool], run: Run) -> Progress:
    """Return what a run knows from its journal, and from those of the runs around it."""
    progress = Progress(Outside(whole_task(journal, run)))
    for outer in around(run.id):
        for step in journal.run(outer).steps:
            tool = tools.get(step.tool)
            if step.state == "done" and (tool is None or tool.outside):
                progress.outside.read(step.value)
    for step in run.steps:
        if step.state == "done":
            progress.keep(step, tools.get(step.tool))
    return progress


def act_of(step: Step) -> str:
    """Return what a decision about a waiting step is about: exactly this call."""
    return digest(step.tool, step.arguments)


def digest(tool: str, arguments: Mapping[str, object]) -> str:
    """Return what tells a call from every other: its tool and its arguments."""
    return sha256(msgspec.json.encode([tool, arguments], order="sorted")).hexdigest()
