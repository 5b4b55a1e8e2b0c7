"""The evidence a model is offered: verified spans, cleaned, fenced, each block with an id.

What stands in a post is data. It is a type of its own here, which no format string takes, and
one function puts it into a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NoReturn

from siyaq.core.answer import Evidence, Sentence
from siyaq.text.clean import readable

BLOCK_CHARS = 1_200
"""How much of one reference's spans a model is shown."""

_TURN_MARK = re.compile(r"\[\s*(/?)\s*(INST|SYS|SYSTEM|ASSISTANT|USER)\s*\]", re.IGNORECASE)
_ANGLES = str.maketrans("<>", "‹›")


class Untrusted:
    """Text from outside, as a model may see it. `show` is for quote blocks alone."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Clean: nothing hidden, and nothing that a model's own template would take for a turn."""
        self._text = _TURN_MARK.sub(r"(\1\2)", readable(text).translate(_ANGLES))

    def show(self) -> str:
        """Return the cleaned text."""
        return self._text

    def __str__(self) -> NoReturn:
        raise TypeError("text from outside goes into a prompt through quote_block alone")

    def __format__(self, spec: str) -> NoReturn:
        str(self)
        raise AssertionError

    def __repr__(self) -> str:
        return f"Untrusted({len(self._text)} characters)"


@dataclass(frozen=True, slots=True)
class Offer:
    """One reference, and those of its words that were verified to be about the question."""

    reference: Evidence
    spans: tuple[str, ...]  # exact parts of the reference's text
    support: float  # how well they answer, as weighed without a model

    @property
    def id(self) -> str:
        """The id by which a model names it."""
        return self.reference.id

    def seen(self) -> list[str]:
        """Return the spans as a model sees them."""
        return [Untrusted(span).show() for span in self.spans]

    def exact(self, quote: str) -> str | None:
        """Return the exact part of the reference that a model's quote stands for.

        A quote of the cleaned copy that stands nowhere in the post as it was written becomes the
        whole span it was taken from. None when it was taken from no span.
        """
        for span, seen in zip(self.spans, self.seen(), strict=True):
            if quote in span:
                return quote
            if quote in seen:
                return span
        return None


def offers(sentences: Sequence[Sentence], references: Sequence[Evidence]) -> list[Offer]:
    """Return what extractive sentences quote, by reference, in the order first quoted."""
    by_id = {reference.id: reference for reference in references}
    spans: dict[str, list[str]] = {}
    supports: dict[str, float] = {}
    for citation in (one for sentence in sentences for one in sentence.citations):
        spans.setdefault(citation.evidence_id, []).append(citation.quote)
        best = supports.get(citation.evidence_id, 0.0)
        supports[citation.evidence_id] = max(best, citation.support)
    return [Offer(by_id[name], tuple(found), supports[name]) for name, found in spans.items()]


def within(chars: int, offered: Sequence[Offer]) -> list[Offer]:
    """Return the first offers that fit into `chars` of a prompt, one at least."""
    kept: list[Offer] = []
    left = chars
    for offer in offered:
        left -= sum(map(len, offer.spans))
        if kept and left < 0:
            break
        kept.append(offer)
    return kept


def quote_block(offer: Offer, fence: str) -> str:
    """Return one fenced block: its id, who wrote it, and the spans. `fence` is in none of them."""
    author = Untrusted(offer.reference.author.handle or "unknown")
    body = "\n".join(offer.seen())[:BLOCK_CHARS]
    at = f"{offer.reference.placed_at:%Y-%m-%d}"
    head = f"‹{offer.id} {fence}›"
    return f"{head}\n{author.show()[:80]}, {at}:\n{body}\n‹/{offer.id} {fence}›"


def fence_for(question: str, offered: Sequence[Offer]) -> str:
    """Return a mark that no author could have known: it depends on everything in the prompt."""
    parts = [question, *(span for offer in offered for span in offer.seen())]
    digest = blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=4)
    return digest.hexdigest()
