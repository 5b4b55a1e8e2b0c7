"""What a card says, reduced to what can change: ids and counts, no text of anybody's.

Two standings of one post tell how its card changed:

* `reversed`: the weight of the evidence turned from one side of a claim to the other, or a
  published review did;
* `corrected`: something that the card said no longer holds (another post was first, a piece of
  evidence is gone or was edited), or a correction or a retraction has appeared;
* `updated`: more is known, and nothing that was said is wrong;
* `same`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from siyaq.core.answer import Evidence, Rating
from siyaq.core.card import ChangedPart, ChangeKind, ContextCard

_TURNED = frozenset(("correction", "retraction"))


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one version of a card rests on. Every id is a post's."""

    version: int
    status: str = "shown"
    first: str | None = None
    copied_from: str | None = None
    copies: int = 0
    accounts: int = 0
    supports: tuple[str, ...] = ()
    refutes: tuple[str, ...] = ()
    reviews: tuple[tuple[str, str], ...] = ()  # post, rating
    turns: tuple[tuple[str, str], ...] = ()  # kind, post
    demand: tuple[tuple[str, int], ...] = ()


def standing_of(card: ContextCard) -> Standing:
    """Return what a card rests on."""
    cited = {one.id: one for one in card.references}

    def posts(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({cited[one].post_id for one in ids if one in cited}))

    checks = (one for claim in card.claims for one in claim.fact_checks)
    return Standing(
        version=card.version,
        status=card.status,
        first=card.first_seen.post_id if card.first_seen else None,
        copied_from=card.copied_from,
        copies=card.copies.count,
        accounts=card.copies.accounts,
        supports=posts(one for claim in card.claims for one in claim.supports),
        refutes=posts(one for claim in card.claims for one in claim.refutes),
        reviews=tuple(sorted({_review(cited[one]) for one in checks if one in cited})),
        turns=tuple(sorted((one.turning, one.post_id) for one in card.timeline if one.turning)),
        demand=tuple(sorted((one.kind, one.accounts) for one in card.demand)),
    )


def compare(before: Standing, after: Standing) -> tuple[ChangeKind, tuple[ChangedPart, ...]]:
    """Return how a card changed, and in which parts. Cards of other rules do not compare."""
    if before.version != after.version:
        return "same", ()
    parts = _parts(before, after)
    if not parts:
        return "same", ()
    if _lean(before) * _lean(after) < 0:
        return "reversed", parts
    return ("corrected" if _corrected(before, after) else "updated"), parts


def _parts(before: Standing, after: Standing) -> tuple[ChangedPart, ...]:
    pairs: dict[ChangedPart, tuple[object, object]] = {
        "first_seen": (before.first, after.first),
        "copied_from": (before.copied_from, after.copied_from),
        "copies": ((before.copies, before.accounts), (after.copies, after.accounts)),
        "supports": (before.supports, after.supports),
        "refutes": (before.refutes, after.refutes),
        "fact_checks": (before.reviews, after.reviews),
        "timeline": (before.turns, after.turns),
        "demand": (before.demand, after.demand),
        "status": (before.status, after.status),
    }
    return tuple(part for part, (old, new) in pairs.items() if old != new)


def _corrected(before: Standing, after: Standing) -> bool:
    moved = before.first not in (None, after.first) or before.copied_from not in (
        None,
        after.copied_from,
    )
    gone = _cited(before) - _cited(after)
    turned = {one for one in after.turns if one[0] in _TURNED} - {*before.turns}
    return moved or bool(gone) or bool(turned)


def _cited(standing: Standing) -> set[str]:
    return {*standing.supports, *standing.refutes, *(post for post, _ in standing.reviews)}


def _lean(standing: Standing) -> int:
    """Return which way the evidence leans: -1 against, 1 for. Published reviews come first."""
    ratings = {rating for _, rating in standing.reviews} & {"true", "false"}
    if len(ratings) == 1:
        return 1 if "true" in ratings else -1
    sides = bool(standing.supports) - bool(standing.refutes)
    return 0 if ratings else sides


def _review(evidence: Evidence) -> tuple[str, Rating]:
    check = evidence.fact_check
    return evidence.post_id, check.rating if check else "unrated"
