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
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from siyaq import __version__
from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    Changes,
    Coverage,
    EvidenceFound,
    Finished,
    Progress,
    Question,
    SentenceChecked,
    Unphrased,
)
from siyaq.core.card import CardChange, CardVersion, ContextCard
from siyaq.core.clock import PlacedBy
from siyaq.core.errors import NotFound, QueryError, SiyaqError
from siyaq.core.ids import AuthorId, PostId, Seq
from siyaq.core.note import Helpfulness, Note, NoteDraft, NoteScore
from siyaq.core.ports import ToolCall
from siyaq.core.post import Author, Post
from siyaq.core.query import Filters, Hit, Query, Ranking, Understood
from siyaq.core.reports import Delivered, IngestReport, ModelAtHand, SourceStatus, Status
from siyaq.serve import ServeSettings, create_app, run
from siyaq.testing.scripted import scripted_answer, scripted_card
from siyaq.testing.story import AUTHORS, LIVELY, story

QUEUE_POSTS = 256


async def _at_once() -> None:
    await asyncio.sleep(0)


NO_RATINGS = NoteScore(status="needs_more_ratings", ratings=0, intercept=0.0, factor=0.0)


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
        self.tool_calls: list[ToolCall] = []
        self.shown_to_planner: list[list[Mapping[str, object]]] = []
        self.kept: dict[str, Answer] = {}
        self.questions: dict[str, str] = {}  # of kept answers
        self.changed: Changes | None = None  # what answers that go on from another say
        self.model = ""  # the default one; "" quotes
        self.unphrased: Unphrased | None = None  # why a model phrased no answer
        self.pictures: list[tuple[PostId, int, int]] = []
        self.proposed: list[tuple[PostId, Note]] = []
        self.rated: list[tuple[str, str, Helpfulness]] = []
        self.card_changes: asyncio.Queue[CardChange] = asyncio.Queue()
        self.delivered: list[tuple[Mapping[str, str], bytes]] = []
        self.abandoned = 0  # answers whose reader left before the end
        self._note_numbers = itertools.count()
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

    async def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Stream the scripted answer."""
        self._check()
        self.asked.append(question)
        answer = scripted_answer(question, self.posts, self.now, len(self.asked))
        answer = replace(
            answer,
            model=self.model or answer.model,
            unphrased=self.unphrased,
        )
        if question.answer_id:
            answer = replace(answer, id=question.answer_id)
        if question.previous:
            await self.answer(question.previous)
            answer = replace(answer, previous=question.previous, changed=self.changed)
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
            answer = replace(answer, sentences=answer.sentences[: question.limit])
            self.kept[answer.id] = answer
            self.questions[answer.id] = question.text
            yield Finished(answer)
        finally:
            self.abandoned += not complete

    async def answer(self, answer_id: str) -> Answer:
        """Return an answer that was given, as it was."""
        self._check()
        if answer_id not in self.kept:
            raise NotFound(f"no answer {answer_id!r} is kept")
        return self.kept[answer_id]

    async def question_of(self, answer_id: str) -> str:
        """Return the question of a kept answer."""
        await self.answer(answer_id)
        return self.questions[answer_id]

    async def answers_citing(self, post_id: PostId) -> list[str]:
        """Return the ids of the answers that rest on a post, the newest first."""
        return [
            name
            for name, answer in reversed(self.kept.items())
            if any(one.post_id == post_id for one in answer.references)
        ]

    async def forget_answer(self, answer_id: str) -> None:
        """Forget an answer."""
        await self.answer(answer_id)
        del self.kept[answer_id]

    async def context(self, post_id: PostId) -> ContextCard:
        """Return the scripted card of a post, with the notes that were proposed on it."""
        card = scripted_card(await self.post(post_id), self.posts, self.now)
        return replace(card, notes=tuple(note for name, note in self.proposed if name == post_id))

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        """Return the scripted card as if a model had phrased it: its own points, in capitals."""
        card = await self.context(post_id)
        points = tuple(replace(one, text=one.text.upper()) for one in card.points)
        return replace(card, model=model or self.model or "default", points=points)

    async def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        """Yield the card of a post, and again each time `card_changes` is put to."""
        yield await self.context(post_id)
        while True:
            change = await self.card_changes.get()
            yield replace(await self.context(post_id), change=change)

    async def card_versions(self, post_id: PostId) -> Sequence[CardVersion]:
        """Return one version of the scripted card."""
        card = await self.context(post_id)
        change = CardChange(kind="new", revision=1, since=None)
        version = CardVersion(
            built_at=self.now,
            change=change,
            first=card.first_seen.post_id if card.first_seen else None,
            copies=card.copies.count,
            accounts=card.copies.accounts,
            supports=(),
            refutes=(),
            fact_checks=(),
            turns=(),
        )
        return [version]

    async def notes(self, post_id: PostId) -> tuple[NoteScore, Sequence[Note]]:
        """Return the notes that were proposed, unrated."""
        await self.post(post_id)
        return NO_RATINGS, [note for name, note in self.proposed if name == post_id]

    async def propose_note(self, post_id: PostId, draft: NoteDraft) -> Note:
        """Keep a note in memory."""
        await self.post(post_id)
        note = Note(
            id=f"n{next(self._note_numbers)}",
            text=draft.text,
            classification=draft.classification,
            misleading_tags=draft.misleading_tags,
            trustworthy_sources=draft.trustworthy_sources,
            at=self.now,
            score=NO_RATINGS,
        )
        self.proposed.append((post_id, note))
        return note

    async def take_picture(self, post_id: PostId, place: int, document: bytes) -> None:
        """Count the bytes of a picture."""
        post = await self.post(post_id)
        if place >= len(post.media):
            raise NotFound(f"post {post_id!r} has no picture {place} here")
        self.pictures.append((post_id, place, len(document)))

    async def rate_note(self, note_id: str, rater: str, helpful: Helpfulness) -> None:
        """Remember a rating."""
        if all(note.id != note_id for _, note in self.proposed):
            raise NotFound(f"no note {note_id!r} is kept")
        self.rated.append((note_id, rater, helpful))

    async def rate_card(self, post_id: PostId, rater: str, helpful: Helpfulness) -> None:
        """Remember a rating of a card."""
        await self.post(post_id)
        self.rated.append((post_id, rater, helpful))

    async def forget_note(self, note_id: str) -> None:
        """Forget a note."""
        kept = [(name, note) for name, note in self.proposed if note.id != note_id]
        if len(kept) == len(self.proposed):
            raise NotFound(f"no note {note_id!r} is kept")
        self.proposed = kept

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Return the scripted card of the first post with that very text."""
        self._check()
        for post in self.posts.values():
            if post.text == text and (as_of is None or post.placed_at <= as_of):
                return replace(scripted_card(post, self.posts, self.now), post_id=None)
        raise QueryError("no post of the script says that")

    async def post_at(self, address: str) -> PostId:
        """Return the post whose page is at an address."""
        self._check()
        for post in self.posts.values():
            if address and post.url == address:
                return post.id
        raise NotFound("no post of the script is at this address")

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

    async def deliver(self, hook: str, headers: Mapping[str, str], body: bytes) -> Delivered:
        """Take a delivery to the hook "story", and remember it."""
        self._check()
        if hook != "story":
            raise NotFound(f"no webhook {hook!r} is followed here")
        self.delivered.append((headers, body))
        return Delivered(taken=1)

    async def confirm(self, hook: str, asked: Mapping[str, str]) -> str:
        """Confirm whatever is asked of the hook "story"."""
        self._check()
        if hook != "story":
            raise NotFound(f"no webhook {hook!r} is followed here")
        return asked.get("hub.challenge", "")

    async def live(self, text: str, filters: Filters) -> AsyncGenerator[Post | PostId, None]:
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

    async def models(self) -> list[ModelAtHand]:
        """Return the answer without a model, and an embedder."""
        self._check()
        return [
            ModelAtHand("extractive", "answers", "quotes", default=not self.model),
            *([ModelAtHand(self.model, "answers", "scripted", default=True)] if self.model else []),
            ModelAtHand("fake", "vectors", "as long as a text"),
        ]

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object,
        model: str,
    ) -> Sequence[ToolCall]:
        """Return the calls that a test has put into `tool_calls`, noting what was shown."""
        self._check()
        self.shown_to_planner.append(list(messages))
        return self.tool_calls

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return two numbers for each text: its length, and one."""
        self._check()
        return [[float(len(text)), 1.0] for text in texts]

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
            approximate=0,
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
