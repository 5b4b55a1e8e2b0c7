"""siyaq as its users meet it: one asynchronous interface.

`app` implements it, `serve` puts it on the wire, `evals` measures through it, so that the page,
the API, the command line and the evaluation cannot differ in what they answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from siyaq.core.answer import Answer, AnswerEvent, Question
from siyaq.core.card import CardVersion, ContextCard
from siyaq.core.ids import PostId
from siyaq.core.note import Helpfulness, Note, NoteDraft, NoteScore
from siyaq.core.ports import ToolCall
from siyaq.core.post import Post
from siyaq.core.query import Filters, Query, Ranking
from siyaq.core.reports import Delivered, Followed, IngestReport, ModelAtHand, Status


class Roster(Protocol):
    """Following and leaving sources while siyaq runs. What is changed holds at the next start."""

    def listed(self) -> Sequence[Followed]:
        """Return what is followed or paused."""
        ...

    async def follow(self, url: str, name: str | None) -> Followed:
        """Follow one more source. Raises UsageError, StorageError."""
        ...

    async def pause(self, source_id: str, *, paused: bool) -> Followed:
        """Stop following a source for now, or go on where it was left: NotFound, StorageError."""
        ...

    async def leave(self, source_id: str) -> None:
        """Follow a source no more; its posts stay. Raises NotFound, UsageError, StorageError."""
        ...


class Product(Protocol):
    """What siyaq does. Every method may raise SiyaqError."""

    async def search(self, query: Query) -> Ranking:
        """Rank the posts that match `query`, copies folded."""
        ...

    def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream the answer: Progress, EvidenceFound, SentenceChecked*, Finished.

        The answer is kept under its id. A question whose `previous` names a kept one goes on from
        it; when it asks the same again, `changed` says what is different. Raises NotFound for a
        `previous` that is not kept.
        """
        ...

    async def answer(self, answer_id: str) -> Answer:
        """Open a kept answer as it stands now: `changed.gone` names the posts it has lost.

        Raises NotFound: only the newest answers are kept.
        """
        ...

    async def question_of(self, answer_id: str) -> str:
        """Return the question that a kept answer was given to. Raises NotFound."""
        ...

    async def answers_citing(self, post_id: PostId) -> Sequence[str]:
        """Return the ids of the kept answers that rest on a post, the newest first."""
        ...

    async def forget_answer(self, answer_id: str) -> None:
        """Erase a kept answer and its question. Raises NotFound."""
        ...

    async def context(self, post_id: PostId) -> ContextCard:
        """Build the card of a post. Raises NotFound for one we do not hold."""
        ...

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        """Build the card of a post, its points phrased by a model ("" is the default one).

        Where there is no model, or nothing that it says may be shown, they stay quotations. Raises
        NotFound for a post we do not hold, QueryError for a model that is not known.
        """
        ...

    def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        """Yield the card of a post, and again each time it changes.

        Raises NotFound for a post we do not hold, also once it is gone, and beside the process
        that takes posts in, which alone hears of changes.
        """
        ...

    async def card_versions(self, post_id: PostId) -> Sequence[CardVersion]:
        """Return how the card of a post stood each time it differed, newest first: NotFound."""
        ...

    async def notes(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        """Return how readers find the card of a post, and their notes, best first: NotFound."""
        ...

    async def propose_note(self, post_id: PostId, draft: NoteDraft) -> Note:
        """Keep a reader's note on a post. Raises NotFound, UsageError."""
        ...

    async def take_picture(self, post_id: PostId, place: int, document: bytes) -> None:
        """Look at the bytes of a post's picture, so that it is known again.

        Raises NotFound for a post without a picture there, UsageError for what is no picture.
        """
        ...

    async def rate_note(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a note, in place of their last. Raises NotFound, UsageError."""
        ...

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        """Take a reader's rating of a card, in place of their last. Raises NotFound, UsageError."""
        ...

    async def forget_note(self, note_id: str) -> None:
        """Erase a note and its ratings. Raises NotFound."""
        ...

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Build the card of a text that somebody met elsewhere, as of a moment (default: now).

        Its `post_id` is None; it is `abstained` where no post we hold says the same. Raises
        QueryError for a text that is empty or too long.
        """
        ...

    async def post(self, post_id: PostId) -> Post:
        """Return the live version of a post. Raises NotFound: unknown, deleted or hidden."""
        ...

    async def post_at(self, address: str) -> PostId:
        """Return the live post that an address leads to, without fetching it. Raises NotFound."""
        ...

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts as NDJSON, in pieces of any size, and return when they are durable.

        `imported`: the caller vouches for `created_at`. Raises AlreadyWriting on a reader.
        """
        ...

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take what was sent to a webhook, and return when it is durable.

        `headers` have lower-case names. Raises NotFound for a hook that is not followed,
        NotAuthentic, and Overloaded where it cannot be taken now and should be sent again.
        """
        ...

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        """Return the challenge to answer a hub with that asks whether its deliveries are wanted.

        `asked` is what it asks, by name. Raises NotFound for what was not asked for.
        """
        ...

    def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        """Yield posts that match as they become durable, and ids of posts that were deleted.

        An empty `text` matches every post. A slow consumer misses posts rather than slow us.
        """
        ...

    async def models(self) -> Sequence[ModelAtHand]:
        """Return the models at hand: for answers, "extractive" among them, and for vectors."""
        ...

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object,
        model: str,
    ) -> Sequence[ToolCall]:
        """Return which of the caller's tools a model wants called; none where it wants none.

        The model sees `messages` and no post. Raises QueryError where no model can do that.
        """
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector for each text, in order, of the model that posts are found by."""
        ...

    async def status(self) -> Status:
        """Say how siyaq is doing."""
        ...
