"""The seams at which rooms meet that must not see each other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from siyaq.core.event import Cursor, Event, Gap, Rejected
from siyaq.core.ids import Seq
from siyaq.core.observation import Observation
from siyaq.core.query import Filters, Scored

Vector = Sequence[float]
"""One embedding, L2-normalized. Implementations use numpy arrays."""

LinkField = Literal["reply_to", "root", "quote_of", "repost_of", "fingerprint", "author", "url"]
"""Exact-match fields of the index besides its words."""


class Clock(Protocol):
    """Tells the time. Tests hold one that they move themselves."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors that compare by cosine, across languages."""

    @property
    def name(self) -> str:
        """Fingerprint of weights, tokenizer and settings; stored in every vector segment."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one float32 row per text, in order (a numpy array of shape (n, dimensions)).

        Blocks, may use several processes, and is safe to call from several threads.
        Raises ModelUnavailable when its workers cannot be had.
        """
        ...


QUESTION, PASSAGE = "query: ", "passage: "
"""How a text begins for an embedder that reads questions and passages apart, as E5 was trained to
(Wang et al. 2024, "Multilingual E5 Text Embeddings")."""


@runtime_checkable
class Approximates(Protocol):
    """An embedder that can be nearly right, several times faster, in the same space."""

    def approximate(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return rows that compare with those of `embed`, under the same conditions."""
        ...


class Searcher(Protocol):
    """One snapshot-consistent view of an index, on this machine or on a cluster.

    Every method sees posts as of the last `refresh`, may be called from any thread, and returns
    entries of posts that may have been deleted since: the log has the last word.
    """

    def refresh(self) -> None:
        """Move to the newest published state, if there is one."""
        ...

    def lexical(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts with the best BM25 over `terms` (term to weight), best first."""
        ...

    def holding(self, terms: Mapping[str, float], where: Filters, k: int) -> Sequence[Scored]:
        """Return the k posts that hold most of `terms`, rare ones heavier, however long they are.

        BM25 puts short posts first: among many of them a long one that says it all is not seen.
        """
        ...

    def semantic(self, vector: Vector, where: Filters, k: int) -> Sequence[Scored]:
        """Return the k passages nearest to `vector` by cosine, best first, one per post."""
        ...

    def linked(
        self, field: LinkField, value: str, *, where: Filters, k: int, newest_first: bool
    ) -> Sequence[Seq]:
        """Return up to k posts whose `field` is exactly `value`, ordered by placed time."""
        ...

    def newest(self, where: Filters, k: int) -> Sequence[Seq]:
        """Return the k posts placed last."""
        ...

    def document_frequency(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many posts each term stands."""
        ...

    @property
    def document_count(self) -> int:
        """How many posts the view holds."""
        ...

    def passages(self, seqs: Iterable[Seq]) -> Mapping[Seq, Sequence[Passage]]:
        """Return the embedded passages of each post, in text order; missing ones are left out."""
        ...

    def titles(self, seqs: Iterable[Seq]) -> Mapping[Seq, Vector]:
        """Return the vector of each post's title; posts without one are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a post's text, [start, end) in code points, and its vector."""

    start: int
    end: int
    vector: Vector
    exact: bool = True  # False where the vector is only near so far (`Approximates`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One piece of a model's streamed reply; the last one says why it stopped."""

    text: str = ""
    finish_reason: Literal["stop", "length", "cancelled"] | None = None
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What a model wants of a tool of the caller's. `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


class CallsTools(Protocol):
    """A chat model that can say which of the caller's tools it wants called."""

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object = "auto",
        max_output_tokens: int,
    ) -> tuple[Sequence[ToolCall], int, int]:
        """Return the calls (none where it wants none), and the tokens read and written.

        What it says besides is not read. Raises ModelUnavailable.
        """
        ...


class Model(Protocol):
    """A chat model: phrases what verified spans say, and is trusted with nothing else."""

    @property
    def name(self) -> str:
        """`provider:name`."""
        ...

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_output_tokens: int,
        json_schema: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Delta]:
        """Stream a reply to `messages` ({"role", "content"} each). Raises ModelUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What an adapter yields: changes and refusals in upstream order, and where to resume.

    Committing the batch commits its cursor in the same transaction. A batch may hold only a
    gap, or only refusals, or only a cursor.
    """

    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()  # readings, which are kept beside the log
    rejected: tuple[Rejected, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cursor: Cursor | None = None
    source: str = ""  # whose refusals these are, where no cursor says so


class SourceAdapter(Protocol):
    """One upstream, spoken in its own protocol."""

    @property
    def source(self) -> str:
        """The operator's name for it, without a colon; the `source` of its posts."""
        ...

    def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield batches from after `resume` (partition to position; empty at first).

        Ends when upstream is exhausted (a file) or never (a stream). Reconnecting, back-off and
        gap detection are the adapter's own. Raises SourceRefused when retrying is hopeless.
        """
        ...
