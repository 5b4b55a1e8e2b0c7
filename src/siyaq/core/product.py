"""siyaq as its users meet it: one asynchronous interface.

`app` implements it, `serve` puts it on the wire, `evals` measures through it, so that the page,
the API, the command line and the evaluation cannot differ in what they answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from siyaq.core.answer import AnswerEvent, Coverage, Question
from siyaq.core.card import ContextCard
from siyaq.core.event import Gap
from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.core.query import Filters, Query, Ranking

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How siyaq is doing."""

    version: str
    posts: int
    deleted: int
    log_seq: int
    indexed_seq: int  # searchable by word up to here
    embedded_seq: int  # searchable by meaning up to here
    covered: Coverage
    sources: tuple[SourceStatus, ...]
    embedder: str
    writing: bool  # False for a reader beside a writer
    disk_bytes: int


class Product(Protocol):
    """What siyaq does. Every method may raise SiyaqError."""

    async def search(self, query: Query) -> Ranking:
        """Rank the posts that match `query`, copies folded."""
        ...

    def ask(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Stream the answer: Progress, EvidenceFound, SentenceChecked*, Finished."""
        ...

    async def context(self, post_id: PostId) -> ContextCard:
        """Build the card of a post. Raises NotFound for one we do not hold."""
        ...

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        ...

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts as NDJSON, in pieces of any size, and return when they are durable.

        `imported`: the caller vouches for `created_at`. Raises AlreadyWriting on a reader.
        """
        ...

    def live(self, text: str, filters: Filters) -> AsyncIterator[Post | PostId]:
        """Yield posts that match as they become durable, and ids of posts that were deleted.

        An empty `text` matches every post. A slow consumer misses posts rather than slow us.
        """
        ...

    async def status(self) -> Status:
        """Say how siyaq is doing."""
        ...
