"""What siyaq tells of itself: what it took in, how its sources do, what it has cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyaq.core.answer import Coverage
from siyaq.core.event import Gap

SourceState = Literal["connecting", "live", "waiting", "refused", "finished", "idle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What became of the input of one ingest. Everything counted here is durable.

    `unchanged` came again as it was; `stale` is older than what we hold, or was deleted.
    """

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: Mapping[str, int] = field(default_factory=dict[str, int])  # by RejectReason
    refused_examples: tuple[str, ...] = ()  # "line 7: no_text: ...", the first twenty

    @property
    def posts(self) -> int:
        """How many posts this input named that we hold, whether new or known."""
        return self.created + self.updated + self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of one delivery to a webhook. All of it is durable.

    `repeated`: it was taken before, and nothing was done now.
    """

    taken: int = 0  # changes of posts
    refused: Mapping[str, int] = field(default_factory=dict[str, int])  # by RejectReason
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How one source is doing."""

    source: str
    url: str
    state: SourceState
    posts: int
    posts_per_second: float
    lag_seconds: float | None  # receipt minus witness of the newest event
    last_event_at: datetime | None
    refused: Mapping[str, int]
    gaps: tuple[Gap, ...]
    problem: str = ""  # the last error, in words
    reconnects: int = 0  # since it was begun here
    gap_count: int = 0  # since then, where `gaps` are the newest
    collections: frozenset[str] = frozenset()  # that it stands in, of those that the caller sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the calls of one kind have cost together. `seconds` is wall time."""

    calls: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    gpu_seconds: float = 0.0
    joules: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    bytes: int = 0
    feed_usd: float = 0.0
    usd: float = 0.0

    def __add__(self, other: Totals) -> Totals:
        """Return both together."""
        return Totals(
            calls=self.calls + other.calls,
            seconds=self.seconds + other.seconds,
            cpu_seconds=self.cpu_seconds + other.cpu_seconds,
            gpu_seconds=self.gpu_seconds + other.gpu_seconds,
            joules=self.joules + other.joules,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            bytes=self.bytes + other.bytes,
            feed_usd=self.feed_usd + other.feed_usd,
            usd=self.usd + other.usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How siyaq is doing."""

    version: str
    posts: int
    deleted: int
    log_seq: int
    indexed_seq: int  # searchable by word up to here
    embedded_seq: int  # searchable by meaning up to here
    approximate: int  # posts up to there whose vector is only near so far
    covered: Coverage
    sources: tuple[SourceStatus, ...]
    embedder: str
    writing: bool  # False for a reader beside a writer
    disk_bytes: int
    energy_source: str = "none"
    bill: Mapping[str, Totals] = field(default_factory=dict[str, Totals])  # by kind of call


@dataclass(frozen=True, slots=True)
class ModelAtHand:
    """A model that can be used now. `default`: answers are made with it when nobody says.

    `state` is how it did the last time that it was asked, and `problem` why it is ill.
    """

    name: str
    role: Literal["answers", "vectors", "reranking"]
    about: str
    default: bool = False
    state: Literal["untried", "well", "ill"] = "untried"
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A source that is followed, or was and rests. `added`: while it ran, not by the settings."""

    id: str
    url: str
    source: str
    added: bool
    paused: bool
    problem: str = ""  # why it could not be opened
