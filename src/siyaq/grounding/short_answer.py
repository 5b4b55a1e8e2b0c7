"""The shortest exact span that answers, when one can be told."""

from __future__ import annotations

from collections.abc import Sequence

from siyaq.core.span import Span
from siyaq.grounding.asked_for import Asked, spans_of
from siyaq.retrieval.terms import query_terms
from siyaq.text.analyze import analyze, terms


def short_answer(question: str, asked: Asked, quotes: Sequence[str]) -> str | None:
    """Return a number, date or name of the first quote, near the words of the question.

    None for questions of another kind, and where no span stands near a word of the question.
    """
    if asked is Asked.ANYTHING or not quotes:
        return None
    text = quotes[0]
    wanted = set(query_terms(question))
    anchors = [token for token in analyze(text) if token.term in wanted]
    spans = [span for span in spans_of(asked, text) if not _repeats(span.of(text), wanted)]
    if not anchors or not spans:
        return None

    def distance(span: Span) -> tuple[float, int]:
        gaps = [max(span.start - a.end, a.start - span.end, 0) for a in anchors]
        return sum(1 / (8 + gap) for gap in gaps) * -1, span.start

    return min(spans, key=distance).of(text).strip()


def _repeats(span: str, wanted: set[str]) -> bool:
    """Say whether a span only repeats words of the question."""
    return wanted.issuperset(terms(span))
