"""Cards as they are shown: metered, with readers' notes, phrased, and again as they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from siyaq.app.metering import Metering
from siyaq.app.noting import Noting
from siyaq.context import CardDesk, PhrasedPoints
from siyaq.core.answer import Usage
from siyaq.core.card import CardVersion, ContextCard
from siyaq.core.ids import PostId
from siyaq.obs import Metrics
from siyaq.traces import Tracer, during

SETTLE_SECONDS = 0.3
"""How long a card is left alone once it has changed, so that a burst of posts is told of once."""


class ShownCards:
    """The cards of posts and of texts, as `core.product.Product` shows them."""

    def __init__(
        self,
        desk: CardDesk,
        phrased: PhrasedPoints,
        notes: Noting,
        *,
        metering: Metering,
        metrics: Metrics,
        tracer: Tracer,
    ) -> None:
        self._desk = desk
        self._phrased = phrased
        self._notes = notes
        self._metering = metering
        self._metrics = metrics
        self._tracer = tracer

    async def of(self, post_id: PostId) -> ContextCard:
        """Build the card of a post. Raises NotFound for one we do not hold."""
        card = await self._built(partial(self._desk.card, post_id))
        notes = await self._notes.helpful(post_id)
        return replace(card, notes=notes) if notes else card

    async def of_text(self, text: str, as_of: datetime | None) -> ContextCard:
        """Build the card of a text that somebody met elsewhere. Raises QueryError."""
        return await self._built(partial(self._desk.card_of_text, text, as_of))

    async def phrased(self, post_id: PostId, model: str) -> ContextCard:
        """Build the card of a post, its points phrased by a model. Raises NotFound, QueryError."""
        card = await self.of(post_id)
        call = self._metering.begin()
        with during(self._tracer.begin("phrase")):
            said = await call.timed(self._phrased.card(replace(card, usage=Usage()), model))
        return replace(said, usage=self._metering.end("phrase", call, said.usage, said.model))

    async def changes(self, post_id: PostId) -> AsyncGenerator[ContextCard, None]:
        """Yield the card of a post, and again each time it changes. Raises NotFound."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def told() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self._desk.listening(post_id, told):
            card = await self.of(post_id)
            yield card
            revision = card.change.revision if card.change else 0
            while True:
                await changed.wait()
                await asyncio.sleep(SETTLE_SECONDS)
                changed.clear()
                card = await self.of(post_id)
                change = await asyncio.to_thread(self._desk.changed_since, post_id, revision)
                if change is not None:
                    revision = change.revision
                    yield replace(card, change=change)

    async def versions(self, post_id: PostId) -> Sequence[CardVersion]:
        """Return how the card of a post stood each time it differed, newest first: NotFound."""
        return await asyncio.to_thread(self._desk.versions, post_id)

    async def _built(self, build: Callable[[], ContextCard]) -> ContextCard:
        call = self._metering.begin()
        with during(self._tracer.begin("context")), self._metrics.seconds.labels("context").time():
            card = await call.timed(asyncio.to_thread(build))
        return replace(card, usage=self._metering.end("context", call, card.usage))
