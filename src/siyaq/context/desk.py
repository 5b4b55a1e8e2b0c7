"""Where cards are asked for: remembered while they stand, compared with what they said before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from siyaq.context.cards import Cards
from siyaq.context.history import CardHistory
from siyaq.context.remembered import RememberedCards
from siyaq.context.standing import Standing, standing_of
from siyaq.core.card import CardChange, CardVersion, ContextCard
from siyaq.core.errors import NotFound, StorageError
from siyaq.core.ids import PostId, Seq
from siyaq.log import LogReader

_GRAVITY = ("same", "new", "updated", "corrected", "reversed")

logger = logging.getLogger("siyaq.context")


class Indexed(Protocol):
    """A searcher that says how far in the log it sees."""

    def refresh(self) -> None:
        """Move to the newest published state, if there is one."""
        ...

    @property
    def indexed(self) -> Seq:
        """The last entry of the log that is found by its words."""
        ...

    @property
    def embedded(self) -> Seq:
        """The last entry of the log that is found by its meaning."""
        ...


class CardDesk:
    """Safe to use from several threads. Without `remembered` every card is built anew."""

    def __init__(
        self,
        cards: Cards,
        log: LogReader,
        searcher: Indexed,
        history: CardHistory,
        remembered: RememberedCards | None = None,
        *,
        asked: Callable[[str], None] = lambda _: None,
        lost: Callable[[], None] = lambda: None,
        part: str = "",
    ) -> None:
        """`asked` hears "remembered" or "built" for each card, `lost` of each version not kept.

        `part` names the part of the log that the cards are of: what a card said before is compared
        within it.
        """
        self._cards = cards
        self._log = log
        self._searcher = searcher
        self._history = history
        self._remembered = remembered
        self._asked = asked
        self._lost = lost
        self._part = part

    def card(self, post_id: PostId) -> ContextCard:
        """Return the card of a live post, with what changed since it was last built.

        Raises NotFound for a post that is unknown, deleted or hidden.
        """
        if self._remembered is not None:
            found = self._remembered.recall(post_id)
            if found is not None:
                self._asked("remembered")
                return found
        self._asked("built")
        self._searcher.refresh()
        built_from, meant_from = self._searcher.indexed, self._searcher.embedded
        try:
            card = self._cards.card(post_id)
        except NotFound:
            self._forget(post_id)
            raise
        card = replace(card, change=self._compared(post_id, card))
        if self._remembered is not None:
            entry = self._log.find((post_id,)).get(post_id)
            if entry is not None and entry.post is not None:
                still = card.change and replace(card.change, kind="same", parts=())
                self._remembered.keep(
                    replace(card, change=still), entry.post, built_from, meant_from
                )
        return card

    def card_of_text(self, text: str, as_of: datetime | None = None) -> ContextCard:
        """Return the card of a text that somebody met elsewhere. Raises QueryError."""
        self._searcher.refresh()
        return self._cards.card_of_text(text, as_of)

    def versions(self, post_id: PostId) -> list[CardVersion]:
        """Return how the card of a live post stood, the newest first. Raises NotFound."""
        if post_id not in self._log.find((post_id,)):
            self._forget(post_id)
            raise NotFound(f"post {post_id!r} is {self._log.state(post_id)} here")
        found = self._history.versions(self._kept_as(post_id))
        return [_version(at, change, standing) for at, change, standing in found]

    def changed_since(self, post_id: PostId, revision: int) -> CardChange | None:
        """Return what changed since one version, by the gravest of what happened; None: nothing.

        Whoever asked for the card in between does not matter.
        """
        try:
            found = [one for _, one, _ in self._history.versions(self._kept_as(post_id))]
        except StorageError:
            self._lost()
            return None
        later = [one for one in found if one.revision > revision]
        if not later:
            return None
        return CardChange(
            kind=max((one.kind for one in later), key=_GRAVITY.index),
            revision=later[0].revision,
            since=later[-1].since,
            parts=tuple(dict.fromkeys(part for one in later for part in one.parts)),
        )

    def listening(self, post_id: PostId, told: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `told`, from any thread, each time the card of a post may have changed.

        Raises NotFound where cards are not remembered: beside the writer of a directory.
        """
        if self._remembered is None:
            raise NotFound("only the process that takes posts in can tell when a card changes")
        return self._remembered.listening(post_id, told)

    def _compared(self, post_id: PostId, card: ContextCard) -> CardChange | None:
        try:
            return self._history.note(self._kept_as(post_id), standing_of(card), card.as_of)
        except StorageError:
            logger.warning("card version not kept", exc_info=True)
            self._lost()
            return None

    def _kept_as(self, post_id: PostId) -> PostId:
        return PostId(f"{self._part}\n{post_id}") if self._part else post_id

    def _forget(self, post_id: PostId) -> None:
        try:
            self._history.forget(self._kept_as(post_id))
        except StorageError:
            self._lost()


def _version(at: datetime, change: CardChange, standing: Standing) -> CardVersion:
    return CardVersion(
        built_at=at,
        change=change,
        first=standing.first,
        copies=standing.copies,
        accounts=standing.accounts,
        supports=standing.supports,
        refutes=standing.refutes,
        fact_checks=tuple(post for post, _ in standing.reviews),
        turns=standing.turns,
    )
