"""What would be answered if the post that leads, and all that say as it does, were not there.

Whoever plants posts writes them for the question: they say its words better than any honest post,
and push it out of sight. So where a short post leads, the same is asked again without it and
without those that repeat it, whoever posted them: what answers then is quoted beside it. Five
wordings of one claim by five fresh accounts stand in one place, not in five.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.query import Hit, Ranking
from siyaq.grounding.focus import focus_of, numbers_in
from siyaq.grounding.short_answer import likeliest
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import BESIDE_A_CROWD
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import similarity

LOOKS = 2
"""How many times the question is asked again."""

CROWD = 3
"""How many accounts that say the same are a crowd."""

CLAIMED = 0.3
"""Share of likelihood from which a stretch is what a quote says in answer."""

SHARED = 0.3
"""Share of what a post says beyond the question, rare words heavier, that another repeats when it
says the same."""

EDITED = 0.6
"""Similarity from which one post is an edit of another, so that its value is all that differs."""

PRIOR_POSTS = 500  # counted as if there were so many more: see `reading.rarity`

LookAgain = Callable[[frozenset[PostId]], Ranking]
"""Ranks for the same question without these posts."""


def other_answers(
    lead: Unit,
    hits: Sequence[Hit],
    question: str,
    searcher: Searcher,
    answer_of: Callable[[Ranking, float], Unit | None],
    again: LookAgain,
) -> list[Unit]:
    """Return the best answers that neither say as the lead does nor as one another, if any.

    `answer_of` reads a ranking and returns the unit that would be shown first, None for none; it
    is told the log-odds from which a post is shown (`weigh.answers`).
    """
    found: list[Unit] = []
    passed: frozenset[PostId] = frozenset()
    for _ in range(LOOKS):
        leader = found[-1] if found else lead
        like = _saying_as(leader, hits, question, searcher)
        accounts = {hit.post.author.id for hit in hits if hit.post.id in like}
        passed |= like
        ranking = again(passed)
        least = BESIDE_A_CROWD if len(accounts) >= CROWD else 0.0
        other = answer_of(ranking, least) if ranking.hits else None
        if other is None:
            break
        found.append(other)
        hits = ranking.hits
    return found


def _saying_as(
    lead: Unit, hits: Sequence[Hit], question: str, searcher: Searcher
) -> frozenset[PostId]:
    """Return the posts that say what the lead says, its own and their copies among them."""
    asked = frozenset(terms(question))
    own = _new(lead.text, asked)
    others = [_new(hit.post.text, asked) for hit in hits]
    rare = _rarity(searcher, own.union(*others))
    value = _value(lead, question) - asked
    names = {lead.hit.post.id, *lead.hit.copies}
    for hit, theirs in zip(hits, others, strict=True):
        if value and value <= theirs:
            names.update((hit.post.id, *hit.copies))
            continue
        smaller = min(_sum(rare, own), _sum(rare, theirs))
        shared = smaller > 0 and _sum(rare, own & theirs) >= SHARED * smaller
        differs = bool(value) or numbers_in(lead.text) != numbers_in(hit.post.text)
        edited = differs and similarity(lead.text, hit.post.text) >= EDITED
        if shared and not edited:
            names.update((hit.post.id, *hit.copies))
    return frozenset(names)


def _value(unit: Unit, question: str) -> set[str]:
    """Return the terms of what a unit clearly says in answer; none where nothing is clear."""
    best = likeliest(unit.text, focus_of(question))
    return set(terms(best[0].of(unit.text))) if best and best[1] >= CLAIMED else set()


def _new(text: str, asked: frozenset[str]) -> set[str]:
    return {term for term in terms(text) if term not in asked and not is_stop_word(term)}


def _sum(rare: Mapping[str, float], words: Iterable[str]) -> float:
    return sum(rare.get(word, 0.0) for word in words)


def _rarity(searcher: Searcher, words: Iterable[str]) -> dict[str, float]:
    total = searcher.document_count + PRIOR_POSTS
    counts = searcher.document_frequency(words)
    return {word: math.log(1 + total / (count + 1)) for word, count in counts.items()}
