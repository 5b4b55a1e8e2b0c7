"""How much each term of a question tells, and how much of it a text holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from siyaq.core.ports import Searcher
from siyaq.retrieval.terms import query_terms
from siyaq.text.rarity import inverse_frequency

PRIOR_POSTS = 500
"""How many posts more are counted than there are, which hold none of the terms: in a small record
every word of its one story would seem common, and every other word rare."""


def rarity(searcher: Searcher, question: str) -> dict[str, float]:
    """Return the question's terms, each with its inverse document frequency."""
    counts = searcher.document_frequency(query_terms(question))
    total = searcher.document_count + PRIOR_POSTS
    return {term: inverse_frequency(total, count) for term, count in counts.items()}


def share(wanted: Mapping[str, float], held: Collection[str]) -> float:
    """Return how much of the weight of `wanted` stands in `held`, 0..1."""
    total = sum(wanted.values())
    return sum(weight for term, weight in wanted.items() if term in held) / total if total else 0.0
