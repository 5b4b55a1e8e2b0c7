"""A small record under test: a real log, a searcher over it, and a clock that stands at noon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.core.clock import PlacedBy
from siyaq.core.event import Gap, Op, PostEvent
from siyaq.core.ids import AuthorId, PostId, Seq, post_id
from siyaq.core.ports import Batch
from siyaq.core.post import Author, Post
from siyaq.core.query import Hit, Query, Ranking
from siyaq.grounding import Answerer
from siyaq.log import LogReader, LogWriter
from siyaq.retrieval import Retriever
from siyaq.testing.clock import FakeClock
from siyaq.testing.embedder import FakeEmbedder
from siyaq.testing.memory import MemorySearcher

NOON = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)  # a Wednesday


class Newsroom:
    """Posts and deletes; ranks and answers."""

    def __init__(self, directory: Path, *, embedder: FakeEmbedder | None = None) -> None:
        self.clock = FakeClock(NOON)
        self.embedder = embedder or FakeEmbedder()
        self.writer = LogWriter.open(directory)
        self.log = LogReader.open(directory)
        self.searcher = MemorySearcher(self.embedder)
        self.retriever = Retriever(self.searcher, self.log, self.embedder, self.clock)
        self.answerer = Answerer(self.retriever, self.searcher, self.log, self.embedder, self.clock)

    def post(
        self,
        name: str,
        text: str,
        *,
        minutes_ago: float = 5,
        author: str = "ann",
        called: str = "",
        lang: str = "en",
        title: str = "",
        source: str = "wire",
        reply_to: PostId | None = None,
        op: Op = Op.CREATE,
    ) -> PostId:
        """Post, as of some minutes before noon; with `Op.UPDATE`, edit what was posted."""
        at = NOON - timedelta(minutes=minutes_ago)
        written = Post(
            source=source,
            native_id=name,
            author=Author(id=AuthorId(f"did:{author}"), handle=f"{author}.example", name=called),
            text=text,
            title=title,
            lang=lang,
            reply_to=reply_to,
            witnessed_at=at,
            placed_at=at,
            placed_by=PlacedBy.WITNESSED,
            created_at=at,
        )
        self._append(PostEvent(op=op, post_id=written.id, post=written, witnessed_at=at))
        return written.id

    def posts(self, *texts: str, minutes_ago: float = 5) -> list[PostId]:
        """Post texts, each by an author of its own, in order of time."""
        return [
            self.post(f"p{at}", text, author=f"author{at}", minutes_ago=minutes_ago - at / 100)
            for at, text in enumerate(texts)
        ]

    def delete(self, name: PostId) -> None:
        """Delete a post from the log; the searcher hears of it only if `hear` is called."""
        self.writer.append(
            [Batch(events=(PostEvent(op=Op.DELETE, post_id=name, post=None, witnessed_at=NOON),))]
        )

    def gap(self, since: datetime, until: datetime) -> None:
        """Record that nobody listened for a while."""
        self.writer.append(
            [Batch(gaps=(Gap(source="wire", since=since, until=until, reason="disconnected"),))]
        )

    def rank(self, text: str, *, k: int = 20, as_of: datetime | None = None) -> Ranking:
        """Rank with no filters."""
        return self.retriever.rank(Query(text=text, k=k, as_of=as_of))

    def found(self, text: str, *, k: int = 20) -> list[str]:
        """Return the native ids of the hits, in order."""
        return native_ids(self.rank(text, k=k).hits)

    def close(self) -> None:
        """Close the log."""
        self.log.close()
        self.writer.close()

    def _append(self, event: PostEvent) -> None:
        head = self.log.head()
        self.writer.append([Batch(events=(event,))])
        self.searcher.apply(self.log.entries(Seq(head), 10))


def native_ids(hits: Sequence[Hit]) -> list[str]:
    """Return the native ids of hits, in order."""
    return [hit.post.native_id for hit in hits]


def wire(name: str) -> PostId:
    """Return the id of a post of this newsroom."""
    return post_id("wire", name)
