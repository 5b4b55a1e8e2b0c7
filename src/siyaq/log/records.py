"""What the log says of itself: results of appends, counts, sources, the verdict of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyaq.core.event import Gap, LogEntry
from siyaq.core.ids import Seq

PostState = Literal["live", "deleted", "hidden", "unknown"]
"""How a post stands: shown, erased, its account hidden for now, or never seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What became of one batch. Everything counted here is durable.

    Each of `created`, `updated` and `deleted` is one new entry of the log; `unchanged` came
    again as it was; `stale` is older than what we hold, or was deleted. `live` holds the new
    entries in log order, save those of hidden accounts, for streams of what happens now.
    """

    last_seq: Seq
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    stale: int = 0
    live: tuple[LogEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many posts the log holds with their text (`posts`) and without (`deleted`).

    Posts of hidden accounts count as held: they may come back.
    """

    posts: int
    deleted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What the log knows of one source. `refused` counts by RejectReason."""

    source: str
    url: str = ""
    kind: str = ""
    posts: int = 0
    refused: Mapping[str, int] = field(default_factory=dict[str, int])
    last_witnessed_at: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole log found: nothing wrong, or each problem in words."""

    entries: int
    posts: int
    problems: tuple[str, ...] = ()
