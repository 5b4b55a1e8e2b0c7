"""Folds near-identical posts into one line of the ranking."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.text.fingerprint import Wording, fingerprint

_COMPARED = 20
"""How many better-ranked texts each post is compared with word by word."""

_LONG = 1_000
"""Longer texts are copies only when their fingerprints agree: comparing them costs too much."""

_SHORT_WORDS = 6
"""Shorter texts too: one word more makes another text of them."""

_NEAR = 0.8
"""Similarity from which a text whose numbers are the same is a copy."""


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
    """The best-ranked of several posts that say the same, and the others in rank order."""

    best: Ranked
    wording: Wording
    copies: list[PostId]
    words: frozenset[str]
    numbers: tuple[str, ...]


def fold_copies(ranked: list[Ranked]) -> list[Fold]:
    """Fold each post into the best-ranked post that it copies."""
    folds: list[Fold] = []
    by_print: dict[str, Fold] = {}
    for one in ranked:
        mark = fingerprint(one.post.text)
        known = by_print.get(mark) if mark else None
        if known is None:
            new = _fold(one)
            known = _near(new, folds)
            if known is None:
                folds.append(new)
                known = new
        if known.best is not one:
            known.copies.append(one.post.id)
        if mark:
            by_print.setdefault(mark, known)
    return folds


def _fold(one: Ranked) -> Fold:
    wording = Wording(one.post.text)
    numbers = tuple(word for word in wording.words if word[0].isdecimal())
    return Fold(one, wording, [], frozenset(wording.words), numbers)


def _near(new: Fold, folds: list[Fold]) -> Fold | None:
    """Return the fold that a text nearly repeats, among the last few: copies rank side by side.

    A copy with another number is another report, and may be what a question is about.
    """
    if len(new.wording.words) < _SHORT_WORDS or len(new.wording.text) > _LONG:
        return None
    for fold in folds[-_COMPARED:]:
        most = max(len(new.words), len(fold.words))
        if (
            new.numbers == fold.numbers
            and len(new.words & fold.words) >= _NEAR / 2 * most
            and new.wording.similarity(fold.wording) >= _NEAR
        ):
            return fold
    return None
