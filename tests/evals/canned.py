"""A product whose answers are written down beforehand, and a folder to ask it from."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    AnswerStatus,
    Citation,
    Coverage,
    Evidence,
    Finished,
    Progress,
    Question,
    Reason,
    Sentence,
    SentenceChecked,
    Usage,
)
from siyaq.core.card import CardVersion, ContextCard
from siyaq.core.clock import PlacedBy
from siyaq.core.errors import QueryError
from siyaq.core.ids import AuthorId, PostId, Seq, split_post_id
from siyaq.core.note import Helpfulness, Note, NoteDraft, NoteScore
from siyaq.core.ports import ToolCall
from siyaq.core.post import Author, Post
from siyaq.core.product import Product
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.core.reports import Delivered, IngestReport, ModelAtHand, Status

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOBODY = Author(id=AuthorId("nobody"))


def post(post_id: str, text: str = "text") -> Post:
    source, native_id = split_post_id(PostId(post_id))
    return Post(
        source=source,
        native_id=native_id,
        author=NOBODY,
        text=text,
        witnessed_at=NOW,
        placed_at=NOW,
        placed_by=PlacedBy.WITNESSED,
    )


def answer(
    *sentences: tuple[str, Sequence[str]], short: str | None = None, status: str = "answered"
) -> Answer:
    """Make an answer of (text, ids of the posts it cites)."""
    posts = list(dict.fromkeys(one for _, cited in sentences for one in cited))
    references = tuple(
        Evidence(
            id=f"e{number}",
            marker=number,
            post_id=PostId(one),
            author=NOBODY,
            created_at=None,
            witnessed_at=NOW,
            placed_at=NOW,
            url="",
            text="evidence",
        )
        for number, one in enumerate(posts, 1)
    )
    return Answer(
        id="a1",
        status=AnswerStatus(status),
        reason=Reason.NO_EVIDENCE if status == "abstained" else None,
        sentences=tuple(
            Sentence(
                text=text,
                citations=tuple(
                    Citation(
                        marker=posts.index(one) + 1,
                        evidence_id=f"e{posts.index(one) + 1}",
                        quote="evidence",
                        support=1.0,
                    )
                    for one in cited
                ),
            )
            for text, cited in sentences
        ),
        references=references,
        short_answer=short,
        conflicts=(),
        as_of=NOW,
        covered=Coverage(),
        usage=Usage(),
        model="",
    )


ABSTAINED = answer(status="abstained")


@dataclass
class CannedProduct:
    """Implements `core.product.Product` from tables, and remembers what it was asked.

    A table of rankings maps a query to hits, each a post and the copies folded into it.
    """

    rankings: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    ingested: list[dict[str, object]] = field(default_factory=list)
    imported: list[bool] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    texts: Mapping[str, str] = field(default_factory=dict)  # of posts; else "evidence"
    embedded: int = 0
    directory: Path | None = None

    def take(self, directory: Path) -> None:
        assert not list(directory.iterdir())
        self.directory = directory

    async def search(self, query: Query) -> Ranking:
        assert self.embedded == len(self.ingested), "searched before everything was embedded"
        self.queries.append(query)
        if query.text == "refuse me":
            raise QueryError("no")
        hits = [
            Hit(
                rank=rank,
                score=1.0 / rank,
                seq=Seq(rank),
                post=post(first),
                copies=tuple(map(PostId, copies)),
            )
            for rank, (first, *copies) in enumerate(self.rankings.get(query.text, []), 1)
        ]
        return Ranking(
            hits=tuple(hits), understood=Understood(text=query.text, lang="", filters=query.filters)
        )

    async def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        self.questions.append(question)
        if question.text == "refuse me":
            raise QueryError("no")
        result = self.answers.get(question.text, ABSTAINED)
        yield Progress("searching")
        for sentence in result.sentences:
            yield SentenceChecked(sentence)
        yield Finished(result)

    async def answer(self, answer_id: str) -> Answer:
        raise NotImplementedError

    async def question_of(self, answer_id: str) -> str:
        raise NotImplementedError

    async def answers_citing(self, post_id: PostId) -> list[str]:
        raise NotImplementedError

    async def models(self) -> Sequence[ModelAtHand]:
        raise NotImplementedError

    async def call_tools(
        self, messages: object, tools: object, *, choice: object, model: str
    ) -> Sequence[ToolCall]:
        raise NotImplementedError

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        raise NotImplementedError

    async def forget_answer(self, answer_id: str) -> None:
        raise NotImplementedError

    async def context(self, post_id: PostId) -> ContextCard:
        raise NotImplementedError

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        raise NotImplementedError

    async def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        raise NotImplementedError
        yield  # type: ignore[unreachable]

    async def card_versions(self, post_id: PostId) -> Sequence[CardVersion]:
        raise NotImplementedError

    async def post_at(self, address: str) -> PostId:
        raise NotImplementedError

    async def notes(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        raise NotImplementedError

    async def propose_note(self, post_id: PostId, draft: NoteDraft) -> Note:
        raise NotImplementedError

    async def take_picture(self, post_id: PostId, place: int, document: bytes) -> None:
        raise NotImplementedError

    async def rate_note(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        raise NotImplementedError

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        raise NotImplementedError

    async def forget_note(self, note_id: str) -> None:
        raise NotImplementedError

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        raise NotImplementedError

    async def post(self, post_id: PostId) -> Post:
        return post(post_id, self.texts.get(post_id, "evidence"))

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        self.imported.append(imported)
        content = b"".join([piece async for piece in lines])
        posts = [json.loads(line) for line in content.splitlines() if line.strip()]
        taken = [one for one in posts if one["text"].strip()]
        self.ingested.extend(taken)
        return IngestReport(created=len(taken), refused={"no_text": len(posts) - len(taken)})

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        raise NotImplementedError

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        raise NotImplementedError

    def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
        raise NotImplementedError

    async def status(self) -> Status:
        self.embedded = min(self.embedded + 2, len(self.ingested))
        return Status(
            version="",
            posts=len(self.ingested),
            deleted=0,
            log_seq=len(self.ingested),
            indexed_seq=len(self.ingested),
            embedded_seq=self.embedded,
            approximate=0,
            covered=Coverage(),
            sources=(),
            embedder="",
            writing=True,
            disk_bytes=0,
        )


def opening(product: CannedProduct) -> Callable[[Path], AbstractAsyncContextManager[Product]]:
    """Return what opens this very product, and sees that it gets an empty directory."""

    @asynccontextmanager
    async def open_product(directory: Path) -> AsyncIterator[Product]:
        product.take(directory)
        yield product

    return open_product


def write_set(directory: Path, **files: Sequence[Mapping[str, object]] | str) -> Path:
    """Write a folder of the evaluation formats: records as .jsonl.gz, text as .tsv."""
    directory.mkdir()
    for name, content in files.items():
        if isinstance(content, str):
            (directory / f"{name}.tsv").write_text(content)
        else:
            lines = "".join(json.dumps(record) + "\n" for record in content)
            (directory / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return directory
