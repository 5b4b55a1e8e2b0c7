"""What an answer would say: chosen quotes, or the reason there are none."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.answer import Reason
from siyaq.core.ports import Embedder, Searcher
from siyaq.core.query import Ranking
from siyaq.grounding.conflicts import Claim, disputed
from siyaq.grounding.evidence import Quoted, quote
from siyaq.grounding.judge import CONSIDERED_UNITS, Judge
from siyaq.grounding.newest import newest_facts
from siyaq.grounding.reading import read
from siyaq.grounding.select import select
from siyaq.grounding.voices import Said, gather
from siyaq.grounding.weigh import support, weight
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.terms import content_terms

NEAR = 0.3
"""Share of the question in a post from which the post is near what was asked."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Quotes in the order they are shown. Without any, `reason` says why."""

    quoted: tuple[Quoted, ...]
    reason: Reason | None
    asks_for_one: bool = False  # something that a few words can tell
    disputed: tuple[Claim, ...] = ()  # one claim of each side, where sources disagree
    said: tuple[Said, ...] = ()  # where voices are counted: all that is said, quoted or not


def compose(
    ranking: Ranking,
    searcher: Searcher,
    embedder: Embedder,
    alignment: WordAlignment,
    limit: int,
    *,
    carried: frozenset[str] = frozenset(),
) -> Draft:
    """Read the hits of a ranking and quote what answers.

    `carried` are those words of the question that its asker said earlier, not now.
    """
    question = ranking.understood.text
    if not ranking.hits:
        return Draft((), Reason.NO_EVIDENCE)
    if ranking.understood.wants == "latest" and not content_terms(question):
        newest = newest_facts(ranking.hits, limit)
        return Draft(tuple(quote(newest, [1.0] * len(newest))), None)
    reading = read(question, ranking.hits, searcher, embedder)
    judge = Judge(ranking.understood, reading.rarity, alignment, carried)
    reading = judge.best_first(reading)
    best = select(reading, limit)
    if not best or not judge.enough(best[0]):
        near = bool(best) and best[0].covered_by_post >= NEAR
        return Draft((), Reason.INSUFFICIENT_EVIDENCE if near else Reason.NO_EVIDENCE)
    chosen = [unit for unit in best if unit.hit.seq == best[0].hit.seq or judge.enough(unit)]
    sides = disputed(reading, filter(judge.enough, reading.units[:CONSIDERED_UNITS]))
    led = [claim.unit for claim in sides]
    chosen = [*led, *(unit for unit in chosen if unit not in led)][: max(limit, len(led))]
    quoted = quote(chosen, list(map(support, chosen)), list(map(weight, chosen)))
    return Draft(tuple(quoted), None, asks_for_one=not sides, disputed=tuple(sides))


def count_voices(
    ranking: Ranking, searcher: Searcher, log: LogReader, alignment: WordAlignment, limit: int
) -> Draft:
    """Quote each thing that is said of a matter, what most people say first."""
    said = gather(ranking, searcher, log, alignment)
    if not said:
        near = bool(ranking.hits) and ranking.hits[0].score >= NEAR
        return Draft((), Reason.INSUFFICIENT_EVIDENCE if near else Reason.NO_EVIDENCE)
    leads = [one.lead for one in said[:limit]]
    return Draft(tuple(quote(leads, [1.0] * len(leads))), None, said=tuple(said))
