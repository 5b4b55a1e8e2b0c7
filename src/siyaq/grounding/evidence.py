"""From chosen units to references and cited sentences. Spans in, exact quotes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siyaq.core.answer import Citation, Evidence, Sentence
from siyaq.core.ids import Seq
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.grounding.unit import Quote
from siyaq.text.sentences import sentences

WHOLE_REFERENCE_CHARS = 600
"""A post up to this long is a reference whole; of a longer one, the sentences around the quote."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence of the answer, its reference, and where both stand in the stored post."""

    seq: Seq
    sentence: Sentence
    reference: Evidence
    quote: Span
    extent: Span
    weight: float  # how well it answers; only the quotes of one answer compare

    def stands_in(self, post: Post | None) -> bool:
        """Say whether the stored post still holds what is quoted, where it was quoted from."""
        return (
            post is not None
            and post.id == self.reference.post_id
            and self.extent.of(post.text) == self.reference.text
            and self.quote.of(post.text) == self.sentence.text
        )


def quote(
    units: Sequence[Quote], supports: Sequence[float], weights: Sequence[float] | None = None
) -> list[Quoted]:
    """Quote each unit. Units of one stretch of one post share a reference."""
    weights = weights or [0.0] * len(units)
    extents = _extents(units)
    numbers: dict[tuple[Seq, Span], int] = {}
    quoted = []
    for unit, extent, support, weight in zip(units, extents, supports, weights, strict=True):
        marker = numbers.setdefault((unit.hit.seq, extent), len(numbers) + 1)
        reference = _reference(unit.hit.post, extent, marker)
        citation = Citation(
            marker=marker, evidence_id=reference.id, quote=unit.text, support=support
        )
        sentence = Sentence(text=unit.text, citations=(citation,))
        quoted.append(Quoted(unit.hit.seq, sentence, reference, unit.span, extent, weight))
    return quoted


def references(quoted: Sequence[Quoted]) -> tuple[Evidence, ...]:
    """Return the references of sentences, each once, in the order of their markers."""
    by_marker = {one.reference.marker: one.reference for one in quoted}
    return tuple(by_marker[marker] for marker in sorted(by_marker))


def _extents(units: Sequence[Quote]) -> list[Span]:
    """Return the stretch of its post that each unit refers to; stretches that meet are one."""
    wide = [_around(unit.hit.post.text, unit.span) for unit in units]
    merged: list[Span] = []
    for unit, extent in zip(units, wide, strict=True):
        start, end = extent.start, extent.end
        for _ in units:  # each pass may bring the stretch into contact with one more
            for other, also in zip(units, wide, strict=True):
                if other.hit.seq == unit.hit.seq and also.start <= end and start <= also.end:
                    start, end = min(start, also.start), max(end, also.end)
        merged.append(Span(start, end))
    return merged


def _around(text: str, span: Span) -> Span:
    if len(text) <= WHOLE_REFERENCE_CHARS:
        return Span(0, len(text))
    whole = sentences(text)
    inside = [at for at, one in enumerate(whole) if one.start < span.end and span.start < one.end]
    if not inside:
        return span
    first, last = max(0, inside[0] - 1), min(len(whole) - 1, inside[-1] + 1)
    start, end = min(span.start, whole[first].start), max(span.end, whole[last].end)
    return Span(start, end) if end - start <= WHOLE_REFERENCE_CHARS else span


def _reference(post: Post, extent: Span, marker: int) -> Evidence:
    return Evidence(
        id=f"e{marker}",
        marker=marker,
        post_id=post.id,
        author=post.author,
        created_at=post.created_at,
        witnessed_at=post.witnessed_at,
        placed_at=post.placed_at,
        url=post.url,
        text=extent.of(post.text),
    )
