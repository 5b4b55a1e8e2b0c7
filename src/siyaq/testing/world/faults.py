"""What the network does wrong, on command. Every fault that really happened is counted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

Stage = Literal["handshake", "stream", "feed", "page"]

FAULTS: dict[str, Stage] = {
    "refuse": "handshake",  # answer `times` handshakes with `status`
    "outdated": "handshake",  # accept a cursor that is too old, and say so with an #info
    "disconnect": "stream",  # reset the connection
    "close": "stream",  # close it properly: going away
    "half_frame": "stream",  # cut the connection inside a message
    "stall": "stream",  # stay connected, send nothing for `seconds`; `deaf`: answer no ping
    "duplicate": "stream",  # send the last `count` messages again
    "reorder": "stream",  # hold `count` messages back and send them in another order
    "garbage": "stream",  # send what no reader can use, of one `variant` or of all
    "too_slow": "stream",  # say ConsumerTooSlow and hang up
    "feed_error": "feed",  # answer with `status`, and ask to be left alone for `seconds`
    "feed_cut": "feed",  # send half of the document
    "feed_short": "feed",  # promise more bytes than are sent, then hang up
    "feed_garbage": "feed",  # send something that is no XML
    "feed_stall": "feed",  # answer after `seconds`
    "feed_moved": "feed",  # be somewhere else, for good
    "feed_charset": "feed",  # send a Windows encoding that calls itself UTF-8
    "feed_bomb": "feed",  # send a little gzip that grows to 64 MiB
    "feed_entities": "feed",  # send entities that grow beyond all memory
    "feed_endless": "feed",  # send for as long as anybody reads
    "feed_private": "feed",  # redirect to an address that is nobody's business
    "page_error": "page",
    "page_short": "page",
    "page_garbage": "page",
    "page_stall": "page",
    "page_moved": "page",
    "page_charset": "page",
    "page_bomb": "page",
    "page_endless": "page",
    "page_private": "page",
}
"""What can be ordered, and where it strikes. A page does what the feed of that name does."""

Dialect = Literal["v1", "v2"]
Target = Literal["v1", "v2", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One order to misbehave, once."""

    name: str
    target: Target = "any"
    seconds: float = 1.0
    count: int = 5
    status: int = 503
    variant: str = ""
    deaf: bool = False

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}, one of: {', '.join(FAULTS)}")
        if self.target not in get_args(Target):
            raise ValueError(f"target must be 'v1', 'v2' or 'any', got {self.target!r}")
        if not (0 <= self.seconds <= 3600 and 1 <= self.count <= 1000):
            raise ValueError("seconds must be in 0..3600 and count in 1..1000")
        if not 400 <= self.status <= 599:
            raise ValueError(f"status must be in 400..599, got {self.status}")

    @property
    def stage(self) -> Stage:
        """Where it strikes."""
        return FAULTS[self.name]


class Faults:
    """Orders that wait for a connection or request to strike, and what has struck so far."""

    def __init__(self, on_order: Callable[[], None] = lambda: None) -> None:
        self.fired: Counter[str] = Counter()
        self._on_order = on_order
        self._waiting: dict[Stage, deque[Fault]] = {
            "handshake": deque(),
            "stream": deque(),
            "feed": deque(),
            "page": deque(),
        }

    def order(self, fault: Fault, *, times: int = 1) -> None:
        """Let `fault` strike as soon as it can, `times` over."""
        self._waiting[fault.stage].extend([fault] * times)
        self._on_order()

    def take(self, stage: Stage, dialect: Target = "any") -> Fault | None:
        """Return the next fault that may strike here, and forget it. The striker counts it."""
        waiting = self._waiting[stage]
        for fault in waiting:
            if fault.target in ("any", dialect):
                waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every order that has not struck yet."""
        for waiting in self._waiting.values():
            waiting.clear()

    def count(self, fault: Fault) -> None:
        """Note that a fault has struck."""
        self.fired[fault.name] += 1

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """Orders that have not struck yet."""
        return tuple(fault for queue in self._waiting.values() for fault in queue)
