"""What a source that reconnects by itself says of how it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from siyaq.core.reports import SourceState


@dataclass(slots=True)
class Condition:
    """The state of a connection, and the last thing that went wrong with it, in words."""

    state: SourceState = "connecting"
    problem: str = ""
    connections: int = 0  # how often upstream began to talk to us

    @property
    def reconnects(self) -> int:
        """How often it talked to us again after it had not."""
        return max(0, self.connections - 1)

    def connecting(self) -> None:
        """An attempt begins; the last problem stays on show until it succeeds."""
        self.state = "connecting"

    def live(self, note: str = "") -> None:
        """Upstream talks to us. `note` is something its operator should know all the same."""
        self.connections += self.state != "live"
        self.state, self.problem = "live", note

    def waiting(self, problem: str) -> None:
        """Something went wrong; it will be tried again."""
        self.state, self.problem = "waiting", problem


@runtime_checkable
class Observable(Protocol):
    """A source adapter that tells its condition."""

    condition: Condition


@runtime_checkable
class Needy(Protocol):
    """A source adapter that needs something from its operator: a token, a limit on costs."""

    @property
    def lacks(self) -> str:
        """What is missing, and where it belongs; "" when nothing is. Never a secret."""
        ...
