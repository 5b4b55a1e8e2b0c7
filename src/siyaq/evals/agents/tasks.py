"""The folder of a set of tasks for agents: `tasks.jsonl`, and what the tasks are done with.

    tasks.jsonl   one task a line, see `AgentTask`
    site/         pages, which are served from this machine while a task is done
    posts.jsonl   posts that are there to be searched

`{site}` in a task, or in a plan, is the address at which the pages are served, without a slash at
its end. Plans of `scripted:FILE` stand in a file of their own, one task a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from siyaq.agents.amounts import KINDS, USUAL, Amounts
from siyaq.agents.rhythm import said_in
from siyaq.core.errors import Unreadable
from siyaq.evals import folder

SITE = "{site}"
PAGES = "site"


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls of one tool: those whose arguments are these, whatever else they say."""

    tool: str
    arguments: dict[str, Any] = {}

    def meets(self, tool: str, arguments: Mapping[str, object]) -> bool:
        """Say whether a call is one of these."""
        wanted = self.arguments.items()
        return tool == self.tool and all(arguments.get(name) == value for name, value in wanted)


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value, by a JSON Pointer; what it is, or what its text holds."""

    at: str = ""
    equals: Any = msgspec.UNSET
    contains: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the page in front is left.

    `url` stands in its address, `contains` in its text; `script` is an expression whose value
    `equals` something, or is `above` a number.
    """

    url: str = ""
    contains: tuple[str, ...] = ()
    script: str = ""
    equals: Any = msgspec.UNSET
    above: float | None = None


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form has sent: the path it was sent to, and its fields."""

    path: str
    fields: dict[str, str]


class Checks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked at once a run has ended: all of it must be so.

    `files`: what each file of the run holds, null for one that must not be there. `sent`: all that
    was sent to the site, in order. `never`: calls that must not have been made.
    """

    status: str = "done"
    result: tuple[Value, ...] = ()
    files: dict[str, str | None] = {}
    page: State | None = None
    sent: tuple[Sent, ...] | None = None
    never: tuple[Pattern, ...] = ()


class AgentTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"id": "_id"}):
    """One line of `tasks.jsonl`.

    `start` is a page of the site that is open in the browser when the run begins, on which
    `prepare`, a script, has run. `budget` stands over the usual caps. `allow`: what the user says
    yes to when asked; to anything else they say no.
    """

    id: str
    task: str
    check: Checks
    lang: str = ""
    start: str = ""
    prepare: str = ""
    budget: dict[str, float] = {}
    allow: tuple[Pattern, ...] = ()

    @property
    def caps(self) -> Amounts:
        """What its run may spend."""
        return {**USUAL, **self.budget}  # type: ignore[dict-item]  # checked when it was read


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"id": "_id"}):
    """One line of the file of a scripted model: the turns of one task's plan."""

    id: str
    plan: tuple[dict[str, Any], ...]


_Record = TypeVar("_Record", AgentTask, Script)


def read_tasks(directory: Path) -> list[AgentTask]:
    """Read `tasks.jsonl`. Raises Unreadable, which names the task that cannot be."""
    tasks = folder.read_all(directory, "tasks.jsonl", AgentTask)
    _require_own_names(tasks, directory)
    for task in tasks:
        unknown = sorted(task.budget.keys() - set(KINDS))
        if unknown:
            raise Unreadable(f"task {task.id!r}: a budget has no {unknown[0]!r}")
        if said_in(task.task)[0]:
            raise Unreadable(f"task {task.id!r} is to be done again and again: nothing ends it")
        if task.start and not (directory / PAGES).is_dir():
            raise Unreadable(f"task {task.id!r} starts at a page, and there is no folder {PAGES!r}")
    return tasks


def read_scripts(path: Path) -> Mapping[str, Script]:
    """Read the plans of a scripted model, by task. Raises Unreadable."""
    scripts = list(folder.read_records(path, Script))
    _require_own_names(scripts, path)
    return {script.id: script for script in scripts}


def placed(record: _Record, url: str) -> _Record:
    """Return a task, or its plan, with the address at which the site is."""
    text = msgspec.json.encode(record).decode().replace(SITE, url)
    return msgspec.json.decode(text, type=type(record))


def _require_own_names(records: Iterable[AgentTask | Script], where: Path) -> None:
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise Unreadable(f"{str(where)!r} has two tasks {record.id!r}")
        seen.add(record.id)
