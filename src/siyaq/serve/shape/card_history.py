"""How a card changed and how it stood before, as it is sent."""

from __future__ import annotations

from siyaq.core.card import CardChange, CardVersion
from siyaq.core.wire import rfc3339, rfc3339_if
from siyaq.serve import schema


def change_json(change: CardChange) -> schema.CardChangeJson:
    """Shape what changed since a card was last built."""
    return {
        "kind": change.kind,
        "revision": change.revision,
        "since": rfc3339_if(change.since),
        "parts": list(change.parts),
    }


def card_version_json(version: CardVersion) -> schema.CardVersionJson:
    """Shape a kept version of a card."""
    return {
        "built_at": rfc3339(version.built_at),
        "change": change_json(version.change),
        "first": version.first,
        "copies": version.copies,
        "accounts": version.accounts,
        "supports": list(version.supports),
        "refutes": list(version.refutes),
        "fact_checks": list(version.fact_checks),
        "turns": [{"turning": turning, "post_id": post} for turning, post in version.turns],
    }
