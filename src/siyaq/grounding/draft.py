"""What an answer would say: chosen quotes, or the reason there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from siyaq.core.answer import Reason
from siyaq.core.ids import Seq
from siyaq.core.ports import Embedder, Searcher
from siyaq.core.query import Hit, Ranking
from siyaq.core.span import Span
from siyaq.grounding.askers import without_askers
from siyaq.grounding.conflicts import Claim, disputed, rivals
from siyaq.grounding.evidence import Quoted, quote
from siyaq.grounding.judge import CONSIDERED_UNITS, Judge, is_whole
from siyaq.grounding.looks import LookAgain, other_answers
from siyaq.grounding.newest import newest_facts
from siyaq.grounding.reading import Reading, read
from siyaq.grounding.sayings import Sayings
from siyaq.grounding.select import select
from siyaq.grounding.unit import Unit
from siyaq.grounding.voices import Said, gather
from siyaq.grounding.weigh import support, weight
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.terms import content_terms
from siyaq.retrieval.vectors import Vectors

NEAR = 0.3
"""Share of the question in a post from which the post is near what was asked."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Quotes in the order they are shown. Without any, `reason` says why."""

    quoted: tuple[Quoted, ...]
    reason: Reason | None
    asks_for_one: bool = False  # something that a few words can tell
    disputed: tuple[Claim, ...] = ()  # one claim of each side, where sources disagree
    beside: tuple[Quoted, ...] = ()  # of those quoted, what answers where the lead is left out
    backing: tuple[tuple[Hit, ...], ...] = ()  # of each quote, the hits that say so; else empty
    said: tuple[Said, ...] = ()  # where voices are counted: all that is said, quoted or not


def compose(
    ranking: Ranking,
    searcher: Searcher,
    embedder: Embedder,
    alignment: WordAlignment,
    limit: int,
    *,
    carried: frozenset[str] = frozenset(),
    again: LookAgain | None = None,
) -> Draft:
    """Read the hits of a ranking and quote what answers.

    `carried` are those words of the question that its asker said earlier, not now. `again` ranks
    for the same question without some posts (`looks`); without it nothing is looked at twice,
    nor who stands behind a quote.
    """
    question = ranking.understood.text
    if not ranking.hits:
        return Draft((), Reason.NO_EVIDENCE)
    if ranking.understood.wants == "latest" and not content_terms(question):
        newest = newest_facts(ranking.hits, limit)
        return Draft(tuple(quote(newest, [1.0] * len(newest))), None)

    vectors = Vectors.over(embedder)  # a second look reads much of what the first did

    def read_of(found: Ranking) -> tuple[Reading, Judge]:
        reading = read(question, found.hits, searcher, vectors)
        judge = Judge(found.understood, reading.rarity, alignment, carried)
        return without_askers(judge.best_first(reading), judge, found.understood), judge

    def answer_of(found: Ranking, least: float) -> list[Unit]:
        reading, judge = read_of(found)
        units = select(reading, limit)
        if not units or not judge.enough(units[0], least=least):
            return []
        return [unit for unit in units if unit.hit.seq == units[0].hit.seq]

    reading, judge = read_of(ranking)
    best = select(reading, limit)
    if not best or not judge.enough(best[0]):
        near = bool(best) and best[0].covered_by_post >= NEAR
        return Draft((), Reason.INSUFFICIENT_EVIDENCE if near else Reason.NO_EVIDENCE)
    chosen = [unit for unit in best if unit.hit.seq == best[0].hit.seq or judge.enough(unit)]
    beside: list[list[Unit]] = []
    sayings = [Sayings(question, ranking.hits, searcher)] if again is not None else []
    named = ranking.understood.filters.only is not None  # the caller chose whom to believe
    if again is not None and is_whole(best[0]) and not named:
        beside, sayings = other_answers(best[0], sayings[0], answer_of, again)
    others = [units[0] for units in beside]
    considered = filter(judge.enough, reading.units[:CONSIDERED_UNITS])
    sides = disputed(reading, chain(considered, others)) or rivals(reading, [best[0], *others])
    if best[0].hit.post.title and not sides:  # of an article: of what it tells, little is planted
        beside, others = [], []
    led = _once([*(claim.unit for claim in sides), best[0], *others])
    rest = [unit for units in beside for unit in units[1:]]
    chosen = _once([*led, *rest, *chosen])[: max(limit, len(led))]
    quoted = quote(chosen, list(map(support, chosen)), [_first_weight(reading, u) for u in chosen])
    return Draft(
        tuple(quoted),
        None,
        asks_for_one=not sides,
        disputed=tuple(sides),
        beside=tuple(one for one, unit in zip(quoted, chosen, strict=True) if unit in others),
        backing=tuple(
            tuple(hit for one in sayings for hit in one.backing(unit)) for unit in chosen
        ),
    )


def _once(units: Iterable[Unit]) -> list[Unit]:
    """Keep the first of those that quote the same: a second look reads some posts once more."""
    first: dict[tuple[Seq, Span], Unit] = {}
    for unit in units:
        first.setdefault((unit.hit.seq, unit.span), unit)
    return list(first.values())


def _first_weight(reading: Reading, unit: Unit) -> float:
    """Return what a unit weighs beside all others.

    Beside what a second look leaves, everything weighs more than it did beside the lead.
    """
    same = (one for one in reading.units if (one.hit.seq, one.span) == (unit.hit.seq, unit.span))
    return weight(next(same, reading.units[-1]))


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
