"""The product as those who call it are charged for it: one place for every protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, nullcontext
from datetime import datetime
from typing import Any, TypeVar, cast

from siyaq.access import current
from siyaq.access.account import Work
from siyaq.core.answer import AnswerEvent, Question
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.core.ports import ToolCall
from siyaq.core.product import Product
from siyaq.core.query import Query, Ranking

Given = TypeVar("Given")


def rationed(product: Product) -> Product:
    """Return the product so that work is charged to the account of whoever asks for it.

    Its methods raise QuotaExhausted besides what the product's own raise.
    """
    return product if isinstance(product, _Rationed) else cast("Product", _Rationed(product))


class _Rationed:
    """Charges what costs; everything else is the product's own."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def __getattr__(self, name: str) -> Any:
        return getattr(self._product, name)

    async def search(self, query: Query) -> Ranking:
        return await _charged("search", lambda: self._product.search(query))

    async def context(self, post_id: PostId) -> ContextCard:
        return await _charged("card", lambda: self._product.context(post_id))

    async def context_phrased(self, post_id: PostId, model: str) -> ContextCard:
        return await _charged("ask", lambda: self._product.context_phrased(post_id, model))

    async def context_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        return await _charged("card", lambda: self._product.context_of_text(text, as_of))

    async def call_tools(
        self,
        messages: Sequence[Mapping[str, object]],
        tools: Sequence[Mapping[str, object]],
        *,
        choice: object,
        model: str,
    ) -> Sequence[ToolCall]:
        account = current()
        with account.timed() if account is not None else nullcontext():
            calls = await self._product.call_tools(messages, tools, choice=choice, model=model)
        if calls and account is not None:  # else the same request goes on to an answer
            await account.begin("ask")
        return calls

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return await _charged("embed", lambda: self._product.embed(texts))

    async def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        async with aclosing(_streamed("ask", self._product.ask(question))) as events:
            async for event in events:
                yield event

    async def context_changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        if (account := current()) is not None:  # one card; its changes cost what it is kept for
            await account.begin("card")
        async with aclosing(self._product.context_changes(post_id)) as cards:
            async for card in cards:
                yield card


async def _charged(work: Work, doing: Callable[[], Awaitable[Given]]) -> Given:
    account = current()
    if account is None:
        return await doing()
    await account.begin(work)
    with account.timed():
        return await doing()


async def _streamed(work: Work, making: AsyncGenerator[Given, None]) -> AsyncGenerator[Given, None]:
    """Pass events on; the time it takes to make them counts, not the time it takes to send them."""
    account = current()
    async with aclosing(making) as events:
        if account is not None:
            await account.begin(work)
        while True:
            with account.timed() if account is not None else nullcontext():
                event = await anext(events, None)
            if event is None:
                return
            yield event
