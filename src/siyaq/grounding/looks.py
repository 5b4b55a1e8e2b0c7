"""What would be answered if the post that leads, and all that say as it does, were not there.

Whoever plants posts writes them for the question: they say its words better than any honest post,
and push it out of sight. So where a short post leads, the same is asked again without it and
without those that repeat it, whoever posted them: what answers then is quoted beside it. Five
wordings of one claim by five fresh accounts stand in one place, not in five.
"""

from __future__ import annotations

from collections.abc import Callable

from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.query import Ranking
from siyaq.grounding.sayings import Sayings
from siyaq.grounding.unit import Unit
from siyaq.grounding.weigh import BESIDE_A_CROWD

LOOKS = 2
"""How many times the question is asked again."""

CROWD = 3
"""How many accounts that say the same are a crowd."""

LookAgain = Callable[[frozenset[PostId]], Ranking]
"""Ranks for the same question without these posts."""


def other_answers(
    lead: Unit,
    sayings: Sayings,
    searcher: Searcher,
    answer_of: Callable[[Ranking, float], Unit | None],
    again: LookAgain,
) -> tuple[list[Unit], list[Sayings]]:
    """Return the best answers that neither say as the lead does nor as one another, if any.

    Also returns what was read on the way, `sayings` first: who stands behind each may be there.

    `answer_of` reads a ranking and returns the unit that would be shown first, None for none; it
    is told the log-odds from which a post is shown (`weigh.answers`).
    """
    found: list[Unit] = []
    read = [sayings]
    passed: frozenset[PostId] = frozenset()
    for _ in range(LOOKS):
        leader = found[-1] if found else lead
        like = read[-1].like(leader)
        accounts = {hit.post.author.id for hit in read[-1].hits if hit.post.id in like}
        passed |= like
        ranking = again(passed)
        least = BESIDE_A_CROWD if len(accounts) >= CROWD else 0.0
        other = answer_of(ranking, least) if ranking.hits else None
        if other is None:
            break
        found.append(other)
        read.append(Sayings(sayings.question, ranking.hits, searcher))
    return found, read
