"""What an answer would say: chosen quotes, or the reason there are none."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.answer import Reason
from siyaq.core.ports import Embedder, Searcher
from siyaq.core.query import Ranking
from siyaq.grounding.asked_for import Asked
from siyaq.grounding.evidence import Quoted, quote
from siyaq.grounding.newest import newest_facts
from siyaq.grounding.reading import read
from siyaq.grounding.select import select
from siyaq.grounding.weigh import answers, support
from siyaq.retrieval.terms import content_terms


@dataclass(frozen=True, slots=True)
class Draft:
    """Quotes in the order they are shown. Without any, `reason` says why."""

    quoted: tuple[Quoted, ...]
    asked: Asked
    reason: Reason | None


def compose(ranking: Ranking, searcher: Searcher, embedder: Embedder, limit: int) -> Draft:
    """Read the hits of a ranking and quote what answers."""
    question = ranking.understood.text
    if not ranking.hits:
        return Draft((), Asked.ANYTHING, Reason.NO_EVIDENCE)
    if ranking.understood.wants == "latest" and not content_terms(question):
        newest = newest_facts(ranking.hits, limit)
        return Draft(tuple(quote(newest, [1.0] * len(newest))), Asked.ANYTHING, None)
    reading = read(question, ranking.hits, searcher, embedder.embed([question])[0])
    best = select(reading, limit)
    if not best or not answers(best[0], ranking.understood):
        return Draft((), reading.asked, Reason.INSUFFICIENT_EVIDENCE)
    chosen = [
        unit
        for unit in best
        if unit.hit.seq == best[0].hit.seq or answers(unit, ranking.understood)
    ]
    return Draft(tuple(quote(chosen, list(map(support, chosen)))), reading.asked, None)
