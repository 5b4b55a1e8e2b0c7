"""Deliveries that were taken, as long as they could be sent again.

They are kept in the log's cursors, in the transaction that keeps what they brought: a delivery
whose answer was lost is known when it comes again, whatever was killed in between. To keep each
cursor short they are dealt out over many, in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.event import Cursor

HANDS = 64
MOST = 100_000
"""Deliveries that can be told apart at one time. Beyond it no more are taken until some expire."""

_ENTRY = re.compile(r"([\w-]{16})@(\d{1,18})", re.ASCII)


class Seen:
    """What was taken lately from one webhook. For one event loop."""

    def __init__(self, source: str, name: str) -> None:
        self._source = source
        self._prefix = f"seen/{name}/"
        self._hands: list[dict[str, datetime]] = [{} for _ in range(HANDS)]
        self._known: dict[str, datetime] = {}
        self._turn = 0

    def recall(self, resume: Mapping[str, str], now: datetime) -> None:
        """Take up what the log holds, and nothing else: the rest was not committed."""
        self._hands = [{} for _ in range(HANDS)]
        for hand, entries in enumerate(self._hands):
            position = resume.get(f"{self._prefix}{hand}", "")
            for key, expires in _ENTRY.findall(position):
                entries[key] = from_microseconds(int(expires))
            self._forget(hand, now)
        self._known = {key: at for entries in self._hands for key, at in entries.items()}

    def knows(self, key: str, now: datetime) -> bool:
        """Say whether a delivery was taken, and could come again."""
        return self._known.get(key, now) > now

    @property
    def full(self) -> bool:
        """Whether one more could not be told apart from those there are."""
        return len(self._known) >= MOST

    def note(self, taken: Iterable[tuple[str, datetime]], now: datetime) -> Cursor:
        """Remember deliveries, each with the moment it expires, and return what to commit."""
        self._turn = (self._turn + 1) % HANDS
        hand = self._hands[self._turn]
        hand.update(taken)
        for key in self._forget(self._turn, now):
            self._known.pop(key, None)
        self._known.update(hand)
        position = " ".join(f"{key}@{to_microseconds(at)}" for key, at in hand.items())
        partition = f"{self._prefix}{self._turn}"
        return Cursor(source=self._source, partition=partition, position=position)

    def _forget(self, hand: int, now: datetime) -> list[str]:
        old = [key for key, expires_at in self._hands[hand].items() if expires_at <= now]
        for key in old:
            del self._hands[hand][key]
        return old
