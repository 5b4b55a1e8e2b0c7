"""What would be answered if the post that leads, and all that say as it does, were not there.

Whoever plants posts writes them for the question: they say its words better than any honest post,
and push it out of sight. So where a short post leads, the same is asked again without it and
without those that repeat it, whoever posted them: what answers then is quoted beside it. Five
wordings of one claim by five fresh accounts stand in one place, not in five.
"""

from __future__ import annotations

from collections.abc import Callable

from siyaq.core.ids import PostId
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
    answer_of: Callable[[Ranking, float], list[Unit]],
    again: LookAgain,
) -> tuple[list[list[Unit]], list[Sayings]]:
    """Return the best answers that neither say as the lead does nor as one another, if any.

    Each is a quote and, beside a crowd, further quotes of the same text. Also returns what was read
    on the way, `sayings` first: who stands behind each may be there.

    `answer_of` reads a ranking and returns what would be shown of its best post, if anything; it is
    told the log-odds from which a post is shown (`weigh.answers`).
    """
    found: list[list[Unit]] = []
    read = [sayings]
    passed: frozenset[PostId] = frozenset()
    for _ in range(LOOKS):
        leader = found[-1][0] if found else lead
        like = read[-1].like(leader)
        accounts = {hit.post.author.id for hit in read[-1].hits if hit.post.id in like}
        passed |= like
        ranking = again(passed)
        crowded = len(accounts) >= CROWD
        least = BESIDE_A_CROWD if crowded else 0.0
        other = answer_of(ranking, least) if ranking.hits else []
        if not other:
            break
        found.append(other if crowded else other[:1])
        read.append(sayings.of(ranking.hits))
    return found, read
