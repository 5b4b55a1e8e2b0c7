"""Who may pass: one decision for every route of every protocol."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from hashlib import sha256

from siyaq.access import KeyRing, Need, Principal, Role
from siyaq.access.collections import SEES_ALL
from siyaq.access.owners import SETTINGS, principal_of
from siyaq.serve.errors import Forbidden, Unauthorized
from siyaq.serve.settings import ServeSettings

OPERATOR = Principal(SETTINGS, Role.ADMIN, "a key of the settings", collections=SEES_ALL)
NOBODY = Principal("", Role.CARD_ONLY, "whoever opens what is open")
EVERYONE = Principal("", Role.ADMIN, "everyone on this machine", collections=SEES_ALL)


OF_THE_WHOLE = frozenset({Need.KEYS, Need.COUNTS})
"""What shows or changes something of every collection: it takes a key that sees all of them."""


class Gate:
    """Knows callers by their keys, of the settings or of the data directory, or their sessions.

    On loopback, as long as no key was ever made and there is no provider, everyone is let in
    as an admin.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self._secret = secrets.token_bytes(32)
        self._digests = tuple(self._digest(key.encode()) for key in settings.keys)
        self._ring = settings.key_ring
        self._sessions = settings.people.sessions if settings.people is not None else None
        self._collections = settings.collections
        self._loopback = settings.on_loopback
        self._provider = settings.provider is not None

    @property
    def ring(self) -> KeyRing | None:
        """The keys of the data directory, where there is one."""
        return self._ring

    def admit(
        self,
        key: str,
        need: Need,
        *,
        session: str = "",
        origin: str | None = None,
        framed: bool = False,
    ) -> Principal:
        """Return who offers `key`, or without one the token of a `session`, and may do it.

        `origin` is the page that a browser asks for, None where there is none: a card-only key is
        refused without one that it is bound to, except in the address of a frame (`framed`),
        where no other key may stand. Raises Unauthorized or Forbidden.
        """
        caller = self._signed_in(session) if session and not key else None
        caller = caller or self._known(key)
        if caller is None:
            raise Unauthorized("this key is not known" if key else "this route needs a key")
        if caller.role is Role.CARD_ONLY and not framed and origin not in caller.origins:
            raise Forbidden(
                "this key is bound to the pages of other origins",
                hint="make one with 'siyaq keys create --role card-only --origin …'",
            )
        if framed and caller is not EVERYONE and caller.role is not Role.CARD_ONLY:
            raise Forbidden(
                "only a card-only key may stand in an address", hint="send this one as a header"
            )
        if not caller.may(need):
            raise Forbidden(f"a {caller.role} key may not do this", hint=_HINTS[need])
        if need in OF_THE_WHOLE and not caller.sees_all:
            raise Forbidden(
                "this tells of every collection, and the key sees some",
                hint="make one with 'siyaq keys create --collections all …'",
            )
        return caller

    def stands(self, caller: Principal) -> bool:
        """Say whether somebody who was admitted a moment ago would be again."""
        if caller is EVERYONE:
            return self._open
        if caller in (OPERATOR, NOBODY):
            return True
        if caller.session and (self._sessions is None or not self._sessions.stands(caller.session)):
            return False
        return self._ring is not None and self._ring.stands(caller.key_id)

    def admits_pages_of(self, origin: str) -> bool:
        """Say whether pages of an origin may show cards with a key of theirs."""
        return self._ring is not None and self._ring.used_by_pages_of(origin)

    @property
    def _open(self) -> bool:
        made = self._ring is not None and bool(self._ring.listed())
        return self._loopback and not self._digests and not made and not self._provider

    def _known(self, key: str) -> Principal | None:
        offered = self._digest(key.encode("utf-8", "replace"))
        matches = [hmac.compare_digest(offered, digest) for digest in self._digests]
        if any(matches):
            return OPERATOR
        held = self._ring.find(key) if self._ring is not None else None
        if held is None:
            return EVERYONE if self._open else None
        return principal_of(held, self._collections)

    def _signed_in(self, token: str) -> Principal | None:
        found = self._sessions.find(token) if self._sessions is not None else None
        if found is None or self._ring is None or not self._ring.stands(found.key_id):
            return None
        held = self._ring.held(found.key_id)
        return (
            replace(principal_of(held, self._collections), session=found.id)
            if held is not None
            else None
        )

    def _digest(self, key: bytes) -> bytes:
        return hmac.digest(self._secret, key, sha256)


_HINTS = {
    Need.NOTHING: "",
    Need.CARD: "",
    Need.PHRASE: "it takes a key of a reader, a writer or an admin, or one with --tokens",
    Need.COUNTS: "it takes a key of a reader, a writer or an admin",
    Need.READ: "it takes a key of a reader, a writer or an admin",
    Need.WRITE: "it takes a key of a writer or an admin",
    Need.KEYS: "it takes a key of an admin",
}
