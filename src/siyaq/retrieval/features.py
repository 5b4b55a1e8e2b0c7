"""What the text of a candidate says for it, beyond what the index knows.

Every feature is a share, 0..1, of the question found in the candidate, weighted by how rare each
piece is among the candidates of this question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.retrieval.skeleton import skeletons
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold
from siyaq.text.rarity import inverse_frequency

P = TypeVar("P")
T = TypeVar("T")

GRAM = 4
"""Code points in a character n-gram."""

READ_CHARS = 1_500
"""How much of a long text is read, around its best passage."""


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """Shares of the question that stand in one candidate."""

    grams: float
    names: float


def read_part(post: Post, span: Span | None) -> str:
    """Return the part of a post's text that features are taken from."""
    text = post.text
    if len(text) > READ_CHARS:
        middle = 0 if span is None else (span.start + span.end) // 2
        start = max(0, min(middle - READ_CHARS // 2, len(text) - READ_CHARS))
        text = text[start : start + READ_CHARS]
    return text


def text_evidence(question: str, texts: Sequence[str]) -> list[TextEvidence]:
    """Compare `question` with each text; `texts` are all its candidates."""
    folded = [f" {' '.join(fold(text).split())} " for text in texts]
    grams = _shares(_grams(question), folded, lambda gram, text: gram in text, lambda _: 1.0)
    held = [skeletons(text) for text in texts]
    names = _shares(
        skeletons(_telling(question)),
        held,
        lambda skeleton, known: skeleton in known,
        lambda skeleton: len(skeleton) - 1.0,
    )
    return [TextEvidence(*pair) for pair in zip(grams, names, strict=True)]


def _shares(
    pieces: Iterable[P],
    candidates: Sequence[T],
    stands_in: Callable[[P, T], bool],
    worth: Callable[[P], float],
) -> list[float]:
    """Return for each candidate the weighted share of `pieces` that stands in it."""
    total = 0.0
    sums = [0.0] * len(candidates)
    for piece in pieces:
        held = [stands_in(piece, candidate) for candidate in candidates]
        count = sum(held)
        weight = worth(piece) * inverse_frequency(len(candidates), count)
        total += weight
        for place, there in enumerate(held):
            if there:
                sums[place] += weight
    return [one / total for one in sums] if total else sums


def _telling(question: str) -> str:
    """Return the words of a question that are not stop words; all, if there are no others."""
    words = question.split()
    telling = [word for word in words if not all(map(is_stop_word, terms(word)))]
    return " ".join(telling or words)


def _grams(question: str) -> list[str]:
    plain = f" {' '.join(fold(_telling(question)).split())} "
    return list(dict.fromkeys(plain[at : at + GRAM] for at in range(len(plain) - GRAM + 1)))
