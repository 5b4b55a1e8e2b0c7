"""What is written of a run and of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siyaq.agents.amounts import Amounts
from siyaq.agents.within import is_sub

SUSPENDED = "paused"
BROKEN_OFF = "it was begun before a crash, and may have been done"
"""Why somebody is asked about a call that must not be made twice."""

WITHDRAWN = "withdrawn: it held words of posts that were deleted since"

Status = Literal["queued", "scheduled", "running", "paused", "waiting", "done", "stopped", "failed"]
OVER: Final[frozenset[Status]] = frozenset({"done", "stopped", "failed"})
State = Literal["begun", "done", "failed", "refused", "skipped", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a run, as far as it has come. Times are in UTC."""

    call: str
    tool: str
    arguments: Mapping[str, object]
    state: State
    value: object = None
    problem: str = ""
    began_at: datetime
    ended_at: datetime | None = None
    spent: Amounts

    @property
    def broken_off(self) -> bool:
        """Whether it was begun, and nobody knows how far it came; asked about since or not."""
        asked_about = self.state == "waiting" and self.problem == BROKEN_OFF
        return asked_about or self.state == "begun"

    @property
    def made(self) -> bool:
        """Whether something was done for it: it is not asked about, nor a wait that is paused."""
        return self.state != "waiting" and not (self.state == "begun" and self.problem == SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One task that was given to an agent, and how it stands."""

    id: str
    user: str
    task: str
    model: str
    caps: Amounts
    allowed: tuple[str, ...]  # hosts it may visit
    plan: tuple[str, ...]  # lines; none before it is planned
    status: Status
    stopped_by: str
    result: object
    created_at: datetime
    steps: tuple[Step, ...]
    spent: Amounts  # with what its children have spent
    parent: str = ""  # the run that it was begun by: a rhythm's, or the one that it is within
    key_id: str = ""  # the key that it was begun with; "" at the machine itself
    withheld: bool = False  # posts were deleted whose words it holds: none of them is here

    @property
    def purse(self) -> str:
        """The run from whose purse it spends: of one within another that is its own share."""
        return self.id if is_sub(self.id) else self.parent or self.id
