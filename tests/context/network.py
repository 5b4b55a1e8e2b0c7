"""A small network to make cards of: a real log, and a searcher over what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.context import Cards
from siyaq.core.card import ContextCard
from siyaq.core.clock import Trust, place
from siyaq.core.event import AccountEvent, AccountStatus, Gap, Op, PostEvent
from siyaq.core.ids import AuthorId, PostId, Seq, post_id
from siyaq.core.ports import Batch, Embedder
from siyaq.core.post import Author, Media, Post
from siyaq.log import LogReader, LogWriter
from siyaq.testing.clock import FakeClock
from siyaq.testing.memory import MemorySearcher

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = "net"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def name(native_id: str, source: str = SOURCE) -> PostId:
    return post_id(source, native_id)


class Network:
    """Write posts with `say`, then ask for a `card`."""

    def __init__(self, directory: Path, embedder: Embedder | None = None) -> None:
        self.writer = LogWriter.open(directory)
        self.log = LogReader.open(directory)
        self.searcher = MemorySearcher(embedder)
        self.clock = FakeClock(at(10_000))
        self._applied = Seq(0)

    def close(self) -> None:
        self.log.close()
        self.writer.close()

    def listen(self, *, since: float) -> None:
        """Hold some other post that shows that we were listening since then."""
        self.say(f"start{since}", "an unrelated greeting from the harbor", minutes=since)

    def say(
        self,
        native_id: str,
        text: str,
        *,
        minutes: float,
        by: str = "",
        claims: float | None = None,
        source: str = SOURCE,
        trust: Trust = Trust.CLIENT,
        reply_to: str | None = None,
        root: str | None = None,
        quote_of: str | None = None,
        repost_of: str | None = None,
        media: Sequence[Media] = (),
        called: str = "",
        extra: Mapping[str, object] | None = None,
        lang: str = "",
    ) -> PostId:
        """Store a post first witnessed at `minutes` past noon, whose client claims `claims`."""
        created = at(minutes if claims is None else claims)
        placed_at, placed_by = place(created, at(minutes), trust)
        author = by or f"author{native_id}"
        post = Post(
            source=source,
            native_id=native_id,
            author=Author(id=AuthorId(f"did:{author}"), handle=f"{author}.example", name=called),
            text=text,
            witnessed_at=at(minutes),
            placed_at=placed_at,
            placed_by=placed_by,
            created_at=created,
            reply_to=name(reply_to) if reply_to else None,
            root=name(root) if root else None,
            quote_of=name(quote_of) if quote_of else None,
            repost_of=name(repost_of) if repost_of else None,
            media=tuple(media),
            extra=extra or {},
            lang=lang,
        )
        event = PostEvent(op=Op.CREATE, post_id=post.id, post=post, witnessed_at=at(minutes))
        self.writer.append([Batch(events=(event,))])
        return post.id

    def delete(self, native_id: str, *, minutes: float) -> None:
        event = PostEvent(
            op=Op.DELETE, post_id=name(native_id), post=None, witnessed_at=at(minutes)
        )
        self.writer.append([Batch(events=(event,))])

    def miss(self, since: float, until: float) -> None:
        gap = Gap(source=SOURCE, since=at(since), until=at(until), reason="disconnected")
        self.writer.append([Batch(gaps=(gap,))])

    def card(self, native_id: str) -> ContextCard:
        self.refresh()
        return Cards(self.searcher, self.log, self.clock).card(name(native_id))

    @property
    def indexed(self) -> Seq:
        """How far the searcher sees."""
        return self._applied

    @property
    def embedded(self) -> Seq:
        """How far it sees by meaning."""
        return self._applied

    def account(self, author: str, status: AccountStatus, *, minutes: float) -> None:
        event = AccountEvent(
            source=SOURCE,
            author_id=AuthorId(f"did:{author}"),
            status=status,
            witnessed_at=at(minutes),
        )
        self.writer.append([Batch(events=(event,))])

    def refresh(self) -> None:
        """Let the searcher see everything that the log holds."""
        while entries := self.log.entries(self._applied, 1_000):
            self.searcher.apply(entries)
            self._applied = entries[-1].seq
        self.searcher.refresh()
