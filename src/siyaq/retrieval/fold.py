"""Folds near-identical posts into one line of the ranking.

Posts that say exactly the same differ in score by accidents: a quotation mark, the language that
a platform named. So they count as equal, and whoever said it first speaks for all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from siyaq.core.ids import Seq
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.text.fingerprint import Wording

_COMPARED = 20
"""How many better-ranked texts each post is compared with word by word."""

_LONG = 1_000
"""Longer texts are copies only when all their words agree: comparing them costs too much."""

_SHORT_WORDS = 6
"""Shorter texts too: one word more makes another text of them."""

_NEAR = 0.8
"""Similarity from which a text whose numbers and negations are the same is a copy."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A post with its fused score, before its copies are folded."""

    seq: Seq
    score: float
    post: Post
    span: Span | None
    parts: dict[str, float]


@dataclass(slots=True)
class Fold:
    """Several posts that say the same, in rank order: first the best-ranked of them."""

    best: Ranked
    wording: Wording
    copies: list[Ranked]
    words: frozenset[str]

    def originals_first(self) -> None:
        """Order the posts that say exactly what the best does by time, ahead of the others."""
        here = self.best
        same = [one for one in self.copies if Wording(one.post.text).words == self.wording.words]
        others = [one for one in self.copies if one not in same]
        first, *later = sorted([here, *same], key=lambda one: (one.post.placed_at, one.seq))
        self.best = replace(first, score=here.score)
        self.copies = [*later, *others]


def fold_copies(ranked: list[Ranked], *, by_rank: bool) -> list[Fold]:
    """Fold each post into the best-ranked post that it copies.

    With `by_rank` the best-ranked post leads its fold, else the first of those that say the same.
    """
    folds: list[Fold] = []
    by_words: dict[tuple[str, ...], Fold] = {}  # a text without words is nobody's copy
    for one in ranked:
        wording = Wording(one.post.text)
        words = tuple(wording.words)
        known = by_words.get(words) if words else None
        if known is None:
            new = _fold(one, wording)
            known = _near(new, folds)
            if known is None:
                folds.append(new)
                known = new
        if known.best is not one:
            known.copies.append(one)
        if words:
            by_words.setdefault(words, known)
    if not by_rank:
        for fold in folds:
            if fold.copies:
                fold.originals_first()
    return folds


def _fold(one: Ranked, wording: Wording) -> Fold:
    return Fold(one, wording, [], frozenset(wording.words))


def _near(new: Fold, folds: list[Fold]) -> Fold | None:
    """Return the fold that a text nearly repeats, among the last few: copies rank side by side.

    A copy with another number or negation is another report, and may be what a question is about.
    """
    if len(new.wording.words) < _SHORT_WORDS or len(new.wording.text) > _LONG:
        return None
    for fold in folds[-_COMPARED:]:
        most = max(len(new.words), len(fold.words))
        if (
            new.wording.stakes == fold.wording.stakes
            and len(new.words & fold.words) >= _NEAR / 2 * most
            and new.wording.similarity(fold.wording) >= _NEAR
        ):
            return fold
    return None
