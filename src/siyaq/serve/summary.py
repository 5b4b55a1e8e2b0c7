"""What a card says in few words, for places that cannot run a script: a page, an image, a title."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.answer import Evidence, Stance
from siyaq.core.card import ContextCard
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author
from siyaq.serve.strings import catalog, moment, told


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: what it is about, in the reader's words and in ours, and what it says."""

    label: str
    text: str
    kind: str = ""  # "first", "spread", "refutes", "supports", "turn" or "unknown"


def called(author: Author, language: str) -> str:
    """Return how an author is called: the name if there is one, else the handle, else the id.

    Not an id that tells a reader nothing (a DID, a number): its end only tells two of them apart.
    """
    if name := author.name or author.handle:
        return name
    if author.id.startswith("did:") or author.id.isdigit():
        return told(language, "account.unnamed", id=author.id[-4:])
    return author.id


def sides(card: ContextCard) -> dict[str, list[Evidence]]:
    """Return the evidence against and for, each piece once: claim by claim the earliest first."""
    claimed = {
        "refutes": [one for claim in card.claims for one in claim.refutes],
        "supports": [one for claim in card.claims for one in claim.supports],
    }
    counted = {
        "refutes": lambda one: one.stance is Stance.REFUTES,
        "supports": lambda one: one.stance is Stance.SUPPORTS and one.fact_check is not None,
    }
    known = {one.id: one for one in card.references}
    found = dict[str, list[Evidence]]()
    for side, ids in claimed.items():
        others = [one.id for one in card.references if counted[side](one)]
        found[side] = [known[one] for one in dict.fromkeys((*ids, *others)) if one in known]
    return found


def stance_key(card: ContextCard, stance: str) -> str:
    """Return the key of what a stance is called: whoever only asks is answered, not disputed."""
    return f"stance.asked.{stance}" if card.asks else f"stance.{stance}"


def facts(card: ContextCard, language: str) -> list[Fact]:
    """Return the lines of a card that a reader sees first, at most six."""
    if card.status != "shown":
        reason = told(language, f"card.reason.{card.reason}") if card.reason else ""
        return [Fact(told(language, "panel.card"), reason or told(language, f"card.{card.status}"))]
    found = [
        _first(card, language),
        _spread(card, language),
        *(_side(card, side, evidence, language) for side, evidence in sides(card).items()),
        _turn(card, language),
        _unknown(card, language),
    ]
    return [one for one in found if one is not None]


def _first(card: ContextCard, language: str) -> Fact | None:
    first = card.first_seen
    if first is None:
        return None
    parts = (
        moment(language, first.at),
        _who(card, first.post_id, language),
        told(language, f"confidence.{first.confidence}"),
    )
    return Fact(told(language, "card.first"), " · ".join(parts), "first")


def _who(card: ContextCard, post_id: PostId, language: str) -> str:
    """Say whose the first post is, set apart from the words around it."""
    if post_id == card.post_id:
        return told(language, "card.first.itself")
    cited = {one.post_id: one.author for one in card.references}
    copies = {
        one.post_id: Author(id=AuthorId(one.author_id), handle=one.handle)
        for one in card.copies.members
    }
    author = cited.get(post_id) or copies.get(post_id)
    if author is None:
        return told(language, "card.first.other")
    return f"\u2068{called(author, language)}\u2069"


def _spread(card: ContextCard, language: str) -> Fact:
    label, copies = told(language, "card.spread"), card.copies
    if copies.count < 2:
        return Fact(label, told(language, "card.alone"), "spread")
    posts = told(language, "card.posts", n=copies.count)
    accounts = told(language, "card.accounts", n=copies.accounts)
    return Fact(label, f"{posts} · {accounts}", "spread")


def _side(card: ContextCard, side: str, evidence: list[Evidence], language: str) -> Fact | None:
    if not evidence:
        return None
    first = evidence[0]
    who = first.fact_check.publisher if first.fact_check else called(first.author, language)
    text = told(language, f"card.{'asked' if card.asks else 'claims'}.{side}", n=len(evidence))
    return Fact(told(language, stance_key(card, side)), f"{text} · \u2068{who}\u2069", side)


def _turn(card: ContextCard, language: str) -> Fact | None:
    turns = [one for one in card.timeline if one.turning]
    if not turns:
        return None
    last = turns[-1]
    who = next(
        (called(one.author, language) for one in card.references if one.id == last.evidence_id), ""
    )
    label = told(language, f"turning.{last.turning}")
    return Fact(label, f"\u2068{who}\u2069 · {moment(language, last.at)}", "turn")


def _unknown(card: ContextCard, language: str) -> Fact | None:
    known = catalog(language)
    said = [
        told(language, f"unknown.{code}") for code in card.unknown if f"unknown.{code}" in known
    ]
    return Fact(told(language, "card.unknown"), " ".join(said), "unknown") if said else None
