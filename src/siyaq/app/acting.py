"""What an agent can do with siyaq itself: the same search, answers and cards that people get."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast

import msgspec

from siyaq.access import current
from siyaq.agents import Act, Amounts, AnyTool, Done, Tool
from siyaq.core.answer import Question, Usage, finished
from siyaq.core.errors import QueryError
from siyaq.core.ids import PostId
from siyaq.core.product import Product
from siyaq.core.query import Filters, Query
from siyaq.core.span import TimeRange
from siyaq.serve import schema
from siyaq.serve.shape.answer import answer_json
from siyaq.serve.shape.card import card_json
from siyaq.serve.shape.search import ranking_json
from siyaq.text.analyze import terms

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Name = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
_LOOK_SECONDS = 0.5
_IDLE_SHARE = 4
_MATCHES = 50
_ANSWER_TOKENS = 8000


class Filtered(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which posts count."""

    since: datetime | None = None
    until: datetime | None = None
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Search(Filtered, kw_only=True):
    """Words to look for."""

    text: Words
    k: Annotated[int, msgspec.Meta(ge=1, le=50)] = 10


class Ask(Filtered, kw_only=True):
    """A question, answered with checked, cited sentences or not at all."""

    question: Words
    limit: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5


class OfPost(msgspec.Struct, forbid_unknown_fields=True):
    """A post, by its id."""

    post_id: Name


class Wait(msgspec.Struct, forbid_unknown_fields=True):
    """What a post has to say for the waiting to end."""

    text: Words
    seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 300.0
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Lookout:
    """Looks for posts for all that wait for them, one after the other, a fifth of the time at most.

    So that any number of runs can wait, each finds its post a little later than one alone.
    """

    def __init__(self, product: Product) -> None:
        self._product = product
        self._turn = asyncio.Lock()
        self._next_at = 0.0

    async def look(self, text: str, where: Filters) -> schema.SearchJson:
        """Return the posts that hold every word of a text; the time it takes is charged."""
        clock = asyncio.get_running_loop().time
        async with self._turn:
            await asyncio.sleep(max(0.0, self._next_at - clock()))
            began, account = clock(), current()
            with account.timed() if account is not None else nullcontext():
                found = await matching(self._product, text, where)
            self._next_at = clock() + _IDLE_SHARE * (clock() - began)
        return found


class _Tools:
    def __init__(self, product: Product, model: str, lookout: Lookout) -> None:
        self._product = product
        self._model = model
        self._lookout = lookout

    async def search(self, asked: Search, _: Act) -> Done:
        filters = _filters(asked.since, asked.until, asked.langs, asked.sources)
        ranking = await self._product.search(Query(text=asked.text, k=asked.k, filters=filters))
        return _done(ranking_json(ranking))

    async def ask(self, asked: Ask, _: Act) -> Done:
        filters = _filters(asked.since, asked.until, asked.langs, asked.sources)
        question = Question(
            text=asked.question, filters=filters, limit=asked.limit, model=self._model
        )
        answer = await finished(self._product.ask(question))
        return _done(answer_json(answer), answer.usage)

    async def context(self, asked: OfPost, _: Act) -> Done:
        return _done(card_json(await self._product.context(PostId(asked.post_id))))

    async def thread(self, asked: OfPost, _: Act) -> Done:
        card = card_json(await self._product.context(PostId(asked.post_id)))
        return _done(card["thread"])

    async def wait(self, asked: Wait, act: Act) -> Done:
        """Look for a post that is placed after the call was begun, until there is one."""
        where = _filters(act.since, None, asked.langs, asked.sources)
        ends = act.since + timedelta(seconds=asked.seconds)
        while True:
            told = await self._lookout.look(asked.text, where)
            if told["hits"] or datetime.now(UTC) >= ends:
                return _done({**told, "came": bool(told["hits"])})
            await asyncio.sleep(_LOOK_SECONDS)


async def matching(product: Product, text: str, where: Filters) -> schema.SearchJson:
    """Return the posts that hold every word of a text, as `/v1/stream` understands it."""
    wanted = frozenset(terms(text))
    ranking = await product.search(Query(text=text, k=_MATCHES, filters=where))
    hits = [hit for hit in ranking.hits if wanted <= frozenset(terms(hit.post.text))]
    return ranking_json(replace(ranking, hits=tuple(hits)))


def tools(product: Product, *, model: str = "", lookout: Lookout | None = None) -> list[AnyTool]:
    """Return siyaq's own tools. `model` phrases answers; "" is the default one.

    `lookout`: what runs of one process look for posts with.
    """
    own = _Tools(product, model, lookout or Lookout(product))
    tokens: Amounts = {"tokens": _ANSWER_TOKENS, "model_calls": 2} if model else {}
    return [
        Tool(
            name="search",
            about="Find posts by word and by meaning.",
            arguments=Search,
            run=own.search,
            outside=True,
            work="search",
        ),
        Tool(
            name="ask",
            about="Answer a question from the posts, every sentence cited and checked.",
            arguments=Ask,
            run=own.ask,
            outside=True,
            reserve=tokens,
            seconds=120.0,
            work="ask",
        ),
        Tool(
            name="context",
            about="What is behind a post: first seen, copies, what supports and disputes it.",
            arguments=OfPost,
            run=own.context,
            outside=True,
            work="card",
        ),
        Tool(
            name="thread",
            about="The conversation around a post.",
            arguments=OfPost,
            run=own.thread,
            outside=True,
            work="card",
        ),
        Tool(
            name="wait",
            about="Wait until a new post matches, or for so many seconds.",
            arguments=Wait,
            run=own.wait,
            outside=True,
            waits=lambda asked: asked.seconds,
            work="search",
        ),
    ]


def _filters(
    since: datetime | None,
    until: datetime | None,
    langs: tuple[str, ...],
    sources: tuple[str, ...],
) -> Filters:
    for moment in (since, until):
        if moment is not None and moment.tzinfo is None:
            raise QueryError(f"{moment.isoformat()} has no time zone", hint="end it with Z")
    return Filters(placed=TimeRange(since, until), langs=langs, sources=sources)


def _done(told: object, usage: Usage | None = None) -> Done:
    spent: Amounts = {}
    if usage is not None:
        spent = {
            "tokens": usage.input_tokens + usage.output_tokens,
            "usd": usage.cost_usd or 0.0,
            "joules": usage.energy_joules or 0.0,
            "bytes_down": usage.bytes,
        }
        spent = {kind: amount for kind, amount in spent.items() if amount}
    return Done(told, spent, tuple(sorted(set(_post_ids(told)))))


def _post_ids(told: object) -> Iterator[str]:
    """Yield the posts that a result names, wherever it does: it holds their words."""
    if isinstance(told, Mapping):
        name = told.get("post_id")
        if isinstance(name, str):
            yield name
        for value in cast("Mapping[str, object]", told).values():
            yield from _post_ids(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _post_ids(value)
