"""The candidates of one query, each with all that speaks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.retrieval.candidates import DEPTH, Candidate, Offer
from siyaq.retrieval.fold import Ranked
from siyaq.retrieval.fuse import Signals

LEFT = 30
"""With fewer candidates left, the index is asked again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, its post, and all that speaks for it."""

    candidate: Candidate
    post: Post
    signals: Signals
    asked_in: str

    @property
    def across(self) -> bool:
        """Whether the post is in another language than the question, both being known."""
        return bool(self.asked_in and self.post.lang) and self.asked_in != self.post.lang

    def ranked(self, score: float) -> Ranked:
        """Return what is folded and numbered."""
        return Ranked(
            self.candidate.seq, score, self.post, self.candidate.span, self.signals.parts()
        )


class Pool:
    """The candidates of one query, judged once and again only where too few are left."""

    def __init__(
        self,
        offer: Callable[[int], Offer],
        judge: Callable[[list[Candidate], frozenset[PostId]], list[Judged]],
        least: int,
    ) -> None:
        """`least` candidates are read at the least, besides those that are left out."""
        self._offer = offer
        self._judge = judge
        self._least = least
        self._offered: Offer | None = None
        self._known: list[Judged] | None = None

    def without(self, names: frozenset[PostId]) -> list[Judged]:
        """Return the candidates but those, BM25 over the best among the rest."""
        if self._known is None:
            self._known = self._judged(names)
        left = [one for one in self._known if one.post.id not in names]
        if len(left) < min(len(self._known), LEFT):
            left = self._known = self._judged(names)
        return _over_the_best(left) if names else left

    def _judged(self, names: frozenset[PostId]) -> list[Judged]:
        depth = self._least + len(names)
        if self._offered is None or self._offered.k < depth:
            self._offered = self._offer(max(DEPTH, depth))
        return self._judge(self._offered.candidates(depth), names)


def _over_the_best(judged: Sequence[Judged]) -> list[Judged]:
    best = max((one.signals.lexical for one in judged), default=0.0) or 1.0
    return [
        replace(one, signals=replace(one.signals, lexical=one.signals.lexical / best))
        for one in judged
    ]
