"""A product in memory: posts, search, live posts, and scripted answers and cards.

It keeps every promise of `core.product.Product` on a small scale, and lets a test see and steer
what a server does with it. `python -m siyaq.testing.product --port 8000` shows the page on it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from siyaq import __version__
from siyaq.core.answer import (
    AnswerEvent,
    Coverage,
    EvidenceFound,
    Finished,
    Progress,
    Question,
    SentenceChecked,
)
from siyaq.core.card import ContextCard
from siyaq.core.clock import PlacedBy
from siyaq.core.errors import NotFound, SiyaqError
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.post import Author, Post
from siyaq.core.product import IngestReport, SourceStatus, Status
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.serve import ServeSettings, create_app, run
from siyaq.testing.scripted import scripted_answer, scripted_card
from siyaq.testing.story import AUTHORS, LIVELY, story

QUEUE_POSTS = 256


async def _at_once() -> None:
    await asyncio.sleep(0)


class FakeProduct:
    """A complete product on the story. Everything runs on one event loop.

    `failure`, when set, is raised by every call. `pace` is awaited before each step of an
    answer. `asked`, `abandoned` and `listeners` tell what the server did.
    """

    def __init__(self, *, now: datetime, pace: Callable[[], Awaitable[None]] = _at_once) -> None:
        self.now = now
        self.pace = pace
        self.posts: dict[PostId, Post] = {post.id: post for post in story(now)}
        self.gone: set[PostId] = set()
        self.failure: Exception | None = None
        self.asked: list[Question] = []
        self.searched: list[Query] = []
        self.abandoned = 0  # answers whose reader left before the end
        self._listeners: set[asyncio.Queue[Post | PostId]] = set()

    @property
    def listeners(self) -> int:
        """How many subscribers watch live posts now."""
        return len(self._listeners)

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def search(self, query: Query) -> Ranking:
        """Rank posts by how many words of the query they hold, the newest first among equals."""
        self._check()
        self.searched.append(query)
        words = query.text.lower().split()
        scored = [
            (sum(word in f"{post.title} {post.text}".lower() for word in words), post)
            for post in self.posts.values()
            if query.filters.admits(post)
        ]
        found = [pair for pair in scored if pair[0] or not words]
        found.sort(key=lambda pair: (pair[0], pair[1].placed_at), reverse=True)
        hits = tuple(
            Hit(rank=rank, score=float(score), seq=Seq(rank), post=post)
            for rank, (score, post) in enumerate(found[: query.k], start=1)
        )
        read = Understood(text=query.text, lang="", filters=query.filters)
        return Ranking(hits=hits, understood=read)

    async def ask(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Stream the scripted answer."""
        self._check()
        self.asked.append(question)
        answer = scripted_answer(question, self.posts, self.now, len(self.asked))
        complete = False
        try:
            yield Progress("searching")
            await self.pace()
            yield EvidenceFound(answer.references)
            yield Progress("checking")
            for sentence in answer.sentences[: question.limit]:
                await self.pace()
                self._check()
                yield SentenceChecked(sentence)
            await self.pace()
            complete = True
            yield Finished(replace(answer, sentences=answer.sentences[: question.limit]))
        finally:
            self.abandoned += not complete

    async def context(self, post_id: PostId) -> ContextCard:
        """Return the scripted card of a post."""
        return scripted_card(await self.post(post_id), self.posts, self.now)

    async def post(self, post_id: PostId) -> Post:
        """Return a post that still stands."""
        self._check()
        if post_id not in self.posts:
            state = "deleted" if post_id in self.gone else "unknown"
            raise NotFound(f"post {post_id!r} is {state} here")
        return self.posts[post_id]

    async def ingest(self, lines: AsyncIterator[bytes], *, imported: bool) -> IngestReport:
        """Take posts of the simplest kind: an id, a text, perhaps a source and a language."""
        self._check()
        body = b"".join([piece async for piece in lines])
        created, refused = 0, Counter[str]()
        examples: list[str] = []
        for number, line in enumerate(filter(None, body.split(b"\n")), start=1):
            try:
                fields = json.loads(line)
                post = self.made(
                    "sami", fields["text"], lang=fields.get("lang", ""), native_id=fields["id"]
                )
            except (ValueError, KeyError, TypeError) as error:
                refused["malformed"] += 1
                examples.append(f"line {number}: malformed: {type(error).__name__}")
                continue
            if imported:
                post = replace(post, placed_by=PlacedBy.IMPORTED)
            self.publish(post)
            created += 1
        return IngestReport(created=created, refused=refused, refused_examples=tuple(examples))

    async def live(self, text: str, filters: Filters) -> AsyncIterator[Post | PostId]:
        """Yield what is published from now on and matches, and every deletion."""
        self._check()
        queue: asyncio.Queue[Post | PostId] = asyncio.Queue(QUEUE_POSTS)
        self._listeners.add(queue)
        try:
            while True:
                item = await queue.get()
                if not isinstance(item, Post) or (
                    filters.admits(item) and text.lower() in item.text.lower()
                ):
                    yield item
        finally:
            self._listeners.discard(queue)

    async def status(self) -> Status:
        """Say how the fake is doing."""
        self._check()
        newest = max(post.placed_at for post in self.posts.values())
        source = SourceStatus(
            source="bluesky",
            url="jetstream://jetstream.example",
            state="live",
            posts=len(self.posts),
            posts_per_second=0.5,
            lag_seconds=0.4,
            last_event_at=newest,
            refused={},
            gaps=(),
        )
        return Status(
            version=__version__,
            posts=len(self.posts),
            deleted=len(self.gone),
            log_seq=len(self.posts),
            indexed_seq=len(self.posts),
            embedded_seq=len(self.posts),
            covered=Coverage(since=self.now - timedelta(hours=14), until=newest),
            sources=(source,),
            embedder="fake",
            writing=True,
            disk_bytes=4096,
        )

    def made(
        self, author: str, text: str, *, lang: str = "en", native_id: str = "", url: str = ""
    ) -> Post:
        """Return a new post, seen just now, that is not published yet."""
        native_id = native_id or f"at://{author}/post/{len(self.posts) + len(self.gone)}"
        writer = AUTHORS.get(author) or Author(id=AuthorId(author), handle=author)
        moment = datetime.now(UTC)
        return Post(
            source="bluesky",
            native_id=native_id,
            author=writer,
            text=text,
            created_at=moment,
            witnessed_at=moment,
            placed_at=moment,
            placed_by=PlacedBy.CREATED,
            lang=lang,
            url=url or f"https://social.example/post/{len(self.posts)}",
        )

    def publish(self, post: Post) -> None:
        """Hold a post, and hand it to whoever watches."""
        self.posts[post.id] = post
        self._tell(post)

    def delete(self, post_id: PostId) -> None:
        """Forget a post, and tell whoever watches."""
        self.posts.pop(post_id, None)
        self.gone.add(post_id)
        self._tell(post_id)

    def _tell(self, item: Post | PostId) -> None:
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(item)


async def _chatter(product: FakeProduct, seconds: float) -> None:
    """Publish a post now and then, and take one of them back after a while."""
    published: list[PostId] = []
    for author, lang, text in itertools.cycle(LIVELY):
        await asyncio.sleep(seconds)
        post = product.made(author, text, lang=lang)
        product.publish(post)
        published.append(post.id)
        if len(published) % 7 == 0:
            product.delete(published[-3])


async def _main(port: int, seconds: float) -> None:
    product = FakeProduct(now=datetime.now(UTC), pace=lambda: asyncio.sleep(0.25))
    app = create_app(product, ServeSettings(port=port))
    chatter = asyncio.create_task(_chatter(product, seconds))
    try:
        await run(app, "127.0.0.1", port, lambda url: print(url, flush=True))  # noqa: T201  # a tool
    finally:
        chatter.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    parser = argparse.ArgumentParser(description="Show siyaq's page on an invented story.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=3.0, help="between live posts")
    options = parser.parse_args()
    try:
        asyncio.run(_main(options.port, options.seconds))
    except SiyaqError as error:
        parser.exit(2, f"{error}\n{error.hint}\n")
