"""What an answer would say: chosen quotes, or the reason there are none."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.answer import Reason
from siyaq.core.ports import Embedder, Searcher
from siyaq.core.query import Ranking
from siyaq.grounding.conflicts import Claim, disputed
from siyaq.grounding.evidence import Quoted, quote
from siyaq.grounding.focus import numbers_in, topic_numbers, topic_words
from siyaq.grounding.measure import states_what_is_asked
from siyaq.grounding.newest import newest_facts
from siyaq.grounding.reading import read
from siyaq.grounding.select import select
from siyaq.grounding.unit import Unit
from siyaq.grounding.voices import Said, gather
from siyaq.grounding.weigh import Told, answers, support, weight
from siyaq.log import LogReader
from siyaq.retrieval.alignment import WordAlignment
from siyaq.retrieval.terms import content_terms

NEAR = 0.3
"""Share of the question in a post from which the post is near what was asked."""

DISPUTED_UNITS = 20
"""How many of the best units are asked whether they disagree."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Quotes in the order they are shown. Without any, `reason` says why."""

    quoted: tuple[Quoted, ...]
    reason: Reason | None
    asks_for_one: bool = False  # something that a few words can tell
    disputed: tuple[Claim, ...] = ()  # one claim of each side, where sources disagree
    said: tuple[Said, ...] = ()  # where voices are counted: all that is said, quoted or not


def compose(
    ranking: Ranking, searcher: Searcher, embedder: Embedder, alignment: WordAlignment, limit: int
) -> Draft:
    """Read the hits of a ranking and quote what answers."""
    question = ranking.understood.text
    if not ranking.hits:
        return Draft((), Reason.NO_EVIDENCE)
    if ranking.understood.wants == "latest" and not content_terms(question):
        newest = newest_facts(ranking.hits, limit)
        return Draft(tuple(quote(newest, [1.0] * len(newest))), None)
    reading = read(question, ranking.hits, searcher, embedder)
    best = select(reading, limit)
    topic, numbers = topic_words(question), topic_numbers(question)

    def enough(unit: Unit) -> bool:
        text = f"{unit.hit.post.title} {unit.text}"
        missing = numbers - numbers_in(text)
        told = Told.of([*alignment.told(topic, text), *[0.0] * len(missing)])
        stated = not missing and states_what_is_asked(question, unit.text)
        return answers(unit, ranking.understood, told, stated=stated)

    if not best or not enough(best[0]):
        near = bool(best) and best[0].covered_by_post >= NEAR
        return Draft((), Reason.INSUFFICIENT_EVIDENCE if near else Reason.NO_EVIDENCE)
    chosen = [unit for unit in best if unit.hit.seq == best[0].hit.seq or enough(unit)]
    sides = disputed(reading, filter(enough, reading.units[:DISPUTED_UNITS]))
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
