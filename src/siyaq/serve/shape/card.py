"""The card of a post, as it is sent."""

from __future__ import annotations

from siyaq.core.card import Claim, ContextCard, Moment, PictureCard, Thread
from siyaq.core.wire import rfc3339
from siyaq.serve import schema
from siyaq.serve.shape.card_history import change_json
from siyaq.serve.shape.copies import copies_json, first_seen_json, together_json
from siyaq.serve.shape.evidence import evidence_list, sentence_json
from siyaq.serve.shape.note import note_json
from siyaq.serve.shape.usage import usage_json


def card_json(card: ContextCard, phraser: str | None = None) -> schema.CardJson:
    """Shape a card. A part that nothing is known for is present and empty.

    `phraser` is the model that whoever asks may have phrase its points.
    """
    return {
        "post_id": card.post_id,
        "status": card.status,
        "reason": card.reason.value if card.reason else None,
        "points": [sentence_json(point) for point in card.points],
        "first_seen": first_seen_json(card.first_seen) if card.first_seen else None,
        "copied_from": card.copied_from,
        "copied_how": card.copied_how,
        "copies": copies_json(card.copies),
        "coordination": [together_json(one) for one in card.coordination],
        "claims": [_claim_json(claim) for claim in card.claims],
        "thread": _thread_json(card.thread) if card.thread else None,
        "timeline": [_moment_json(moment) for moment in card.timeline],
        "demand": [
            {"kind": one.kind, "accounts": one.accounts, "evidence": list(one.evidence)}
            for one in card.demand
        ],
        "media": [_picture_json(picture) for picture in card.media],
        "unknown": list(card.unknown),
        "references": evidence_list(card.references),
        "notes": [note_json(note) for note in card.notes],
        "change": change_json(card.change) if card.change else None,
        "model": card.model,
        "phraser": phraser if card.can_be_phrased and card.post_id else None,
        "version": card.version,
        "as_of": rfc3339(card.as_of),
        "usage": usage_json(card.usage),
    }


def _claim_json(claim: Claim) -> schema.ClaimJson:
    return {
        "text": claim.text,
        "supports": list(claim.supports),
        "refutes": list(claim.refutes),
        "mentions": list(claim.mentions),
        "fact_checks": list(claim.fact_checks),
        "asked": claim.asked,
    }


def _thread_json(thread: Thread) -> schema.ThreadJson:
    return {
        "posts": [
            {
                "post_id": post.post_id,
                "handle": post.handle,
                "at": rfc3339(post.at),
                "text": post.text,
                "relation": post.relation,
            }
            for post in thread.posts
        ],
        "missing": list(thread.missing),
    }


def _moment_json(moment: Moment) -> schema.MomentJson:
    return {
        "at": rfc3339(moment.at),
        "post_id": moment.post_id,
        "evidence_id": moment.evidence_id,
        "turning": moment.turning,
        "official": moment.official,
    }


def _picture_json(picture: PictureCard) -> schema.PictureJson:
    return {
        "url": picture.url,
        "alt": picture.alt,
        "checked": picture.checked,
        "earlier": [
            {
                "post_id": one.post_id,
                "author_id": one.author_id,
                "handle": one.handle,
                "name": one.name,
                "at": rfc3339(one.at),
                "distance": one.distance,
            }
            for one in picture.earlier
        ],
    }
