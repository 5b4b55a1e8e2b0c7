"""The remembered cards of every part of the log together: what is heard, all of them hear."""

from __future__ import annotations

from siyaq.context import RememberedCards
from siyaq.core.ids import PostId, Seq


class Remembering:
    """Cards of the whole, and of parts that are added while others listen."""

    def __init__(self, whole: RememberedCards) -> None:
        self.whole = whole
        self._every: tuple[RememberedCards, ...] = (whole,)

    def add(self, cards: RememberedCards) -> None:
        """Let the cards of a part hear from now on."""
        self._every = (*self._every, cards)

    def hear(self, upto: Seq) -> None:
        """Take in the log up to a place, of which posts are found by their words."""
        for cards in self._every:
            cards.hear(upto)

    def see(self, upto: Seq) -> None:
        """Take in the log up to a place, of which posts are found by their meaning."""
        for cards in self._every:
            cards.see(upto)

    def forget(self, post_id: PostId) -> None:
        """Forget one card."""
        for cards in self._every:
            cards.forget(post_id)

    def forget_all(self) -> None:
        """Forget every card."""
        for cards in self._every:
            cards.forget_all()
