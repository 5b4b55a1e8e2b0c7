"""What a server needs of agents: tasks taken, runs looked after, the names of their tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from siyaq.agents.amounts import Amounts
from siyaq.agents.desk import Desk
from siyaq.agents.journal import Run
from siyaq.agents.rhythm import Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What somebody wants done. `model`: "" for none, scripted:FILE, or a chat model's name."""

    words: str
    model: str = ""
    caps: Amounts
    allowed: tuple[str, ...] = ()
    plan: str = ""  # JSON lines, where its user has written it
    rhythm: Rhythm | None = None  # "every 10 minutes" in the words does as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Agents at work. `begin` takes a task for a key; `tools` names those that a run has.

    A key is named by its id; "" is whoever is at the machine.
    """

    desk: Desk
    begin: Callable[[Task, str], Awaitable[str]]
    tools: Callable[[Run], Awaitable[Sequence[str]]]
