"""Roles, and what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from siyaq.access.collections import ALL, PUBLIC
from siyaq.access.limits import NO_LIMITS, Limits


class Role(StrEnum):
    """What a key is for."""

    ADMIN = "admin"
    WRITER = "writer"
    READER = "reader"
    CARD_ONLY = "card-only"  # may be published: it stands in the source of web pages


class Need(StrEnum):
    """What a route asks of whoever calls it."""

    NOTHING = "nothing"
    CARD = "card"  # read context cards
    PHRASE = "phrase"  # have a model phrase a card
    READ = "read"
    COUNTS = "counts"  # read what is counted over everything, whoever may see it
    WRITE = "write"  # bring posts in, erase answers
    KEYS = "keys"  # make and revoke keys, read what they changed


MAY: Mapping[Role, frozenset[Need]] = {
    Role.ADMIN: frozenset(Need),
    Role.WRITER: frozenset(Need) - {Need.KEYS},
    Role.READER: frozenset(Need) - {Need.KEYS, Need.WRITE},
    Role.CARD_ONLY: frozenset({Need.NOTHING, Need.CARD}),
}

CHANGES = frozenset({Need.WRITE, Need.KEYS})
"""What leaves siyaq different from before, and is written down."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever is behind a request."""

    key_id: str  # "" for everyone on a machine without keys
    role: Role
    name: str = ""
    origins: tuple[str, ...] = ()  # the pages that a card-only key is bound to
    limits: Limits = NO_LIMITS
    session: str = ""  # the id of the session of somebody who has signed in
    collections: tuple[str, ...] = (PUBLIC,)  # whose posts it sees, as `Collections.seen` has it

    @property
    def sees_all(self) -> bool:
        """Whether no post is kept from it."""
        return ALL in self.collections

    @property
    def oversees(self) -> bool:
        """Whether what others have and do is its affair: an admin's who sees all of it."""
        return self.role is Role.ADMIN and self.sees_all

    def may(self, need: Need) -> bool:
        """Say whether this caller may do what a need stands for.

        A card-only key, which everybody can see, has a model phrase cards only where it was given
        tokens of its own for that: they are the most that it can cost.
        """
        if need is Need.PHRASE and self.role is Role.CARD_ONLY:
            return bool(self.limits.tokens)
        return need in MAY[self.role]
