"""A tool: what it is called, what it takes, what it can do to the world, and what it may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from siyaq.access.account import Work
from siyaq.agents.amounts import Amounts, Kind, nothing
from siyaq.core.errors import QueryError

FINISH = "finish"
"""The tool that ends a run with its result."""

A = TypeVar("A", bound=msgspec.Struct)


Begin = Callable[[str, Sequence[str]], Awaitable["Done"]]


@dataclass(frozen=True, slots=True)
class Act:
    """What a tool is given besides its arguments.

    `key` is the same each time the same call is made, also after a crash. `granted` is what was
    set aside for it. `workspace` is the folder that belongs to the run. What a call has cost
    already stands in `so_far`, for the case that it fails. `since` is when it was begun first.
    `begin` has words, by a plan in lines or by none, carried out as a run within this one.
    """

    key: str
    granted: Amounts
    workspace: Path
    so_far: dict[Kind, float] = field(default_factory=dict[Kind, float])
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    begin: Begin | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a tool brings back, as JSON.

    `spent` is what it really cost besides its step and its time. `cites` are the posts whose
    words are in it.
    """

    value: object
    spent: Amounts = field(default_factory=nothing)
    cites: tuple[str, ...] = ()


def nothing_to_ask(_: object) -> str:
    """Ask for no leave."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Generic[A]):
    """One thing that an agent can do.

    `outside`: its result holds words of strangers. `acts`: it changes something that is not the
    run's own, so a person approves each call. `sinks`: arguments through which something could
    leave, or which decide where it goes. `again`: it may be repeated after a crash, because it
    only reads, or because the same key does the same thing once. `why_ask` says why a person must
    allow these arguments, "" where none must. `reserve`: the most that a call
    costs, set aside before it; `seconds` is how long it may take. `waits`: how long a call waits,
    for a tool that does nothing else; that is set aside instead, `seconds` is what its last look
    may take beyond it, and what a crash left set aside is freed: nothing was done with it.
    `purse`: what a call may spend, for one that begins a run; as much as there is of it is set
    aside, time too. `alone`: it goes on from what it did before, and nothing may come between:
    runs within the run do not have it. `work` is what a call is in the book of the key that the
    run was begun with.
    """

    name: str
    about: str
    arguments: type[A]
    run: Callable[[A, Act], Awaitable[Done]]
    outside: bool = False
    acts: bool = False
    again: bool = True
    why_ask: Callable[[A], str] = nothing_to_ask
    sinks: frozenset[str] = frozenset()
    reserve: Amounts = field(default_factory=nothing)
    seconds: float = 60.0
    waits: Callable[[A], float] | None = None
    purse: Callable[[A], Amounts] | None = None
    alone: bool = False
    work: Work = "act"

    def read(self, arguments: Mapping[str, object]) -> A:
        """Read arguments. Raises QueryError, which says which one is wrong."""
        try:
            return msgspec.convert(dict(arguments), self.arguments)
        except msgspec.ValidationError as error:
            raise QueryError(f"{self.name}: {error}") from None

    def reserves(self, asked: A) -> float:
        """Return how many seconds are set aside for a call."""
        if self.purse is not None:
            return self.purse(asked).get("seconds", self.seconds)
        return self.seconds if self.waits is None else self.waits(asked)

    def schema(self) -> dict[str, object]:
        """Return the JSON schema of the arguments."""
        return msgspec.json.schema(self.arguments)


AnyTool = Tool[Any]
