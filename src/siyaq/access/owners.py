"""Who is behind work that goes on when the request that began it is over.

A saved question, a rhythm, a run of an agent: each keeps the id of the key that it was begun
with, and goes on for as long as that key stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from siyaq.access.collections import SEES_ALL, Collections
from siyaq.access.keyring import Key, KeyRing
from siyaq.access.roles import Principal, Role
from siyaq.core.clock import utc_now
from siyaq.core.errors import SiyaqError, UsageError

SETTINGS: Final = "settings"
"""What stands for the id of a key that is written in the settings."""

LOOK_SECONDS: Final = 0.25
"""How often it is looked whether work may go on: a key that is revoked ends it within a second."""


class KeyGone(UsageError):
    """The key that work was begun with stands no more. `why`: "revoked", "expired", "deleted"."""

    code = "key_gone"
    hint = "begin it again with a key that stands"

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class BrokenOff(Exception):
    """A block was ended from outside; its text says why."""


class Owners:
    """Knows keys by their ids. `settings`: whether any key is written in the settings."""

    def __init__(
        self,
        ring: KeyRing | None,
        *,
        settings: bool = True,
        collections: Collections | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ring = ring
        self._settings = settings
        self._collections = collections or Collections()
        self._now = now

    def of(self, key_id: str) -> Principal:
        """Return who began something; "" is whoever is at the machine. Raises KeyGone."""
        if key_id == "" or (key_id == SETTINGS and self._settings):
            return Principal(key_id, Role.ADMIN, collections=SEES_ALL)
        key = self._ring.held(key_id) if self._ring is not None else None
        if key is None:
            raise _gone(key_id, "deleted")
        if not key.stands(self._now()):
            raise _gone(key_id, "revoked" if key.revoked_at else "expired")
        return principal_of(key, self._collections)

    def reading_for(self, key_id: str) -> Principal:
        """Return somebody who sees what a key sees or saw, and may do no more than look.

        What was opened to strangers with it, a link or a feed, is shown in its stead.
        """
        sees: tuple[str, ...] = SEES_ALL
        if key_id not in ("", SETTINGS):
            key = self._ring.held(key_id) if self._ring is not None else None
            sees = () if key is None else self._collections.seen(key.collections)
        return Principal("", Role.CARD_ONLY, collections=sees)

    def gone(self, key_id: str) -> str:
        """Return why a key stands no more, "" for one that does."""
        try:
            self.of(key_id)
        except KeyGone as error:
            return error.why
        return ""

    @asynccontextmanager
    async def standing(self, key_id: str) -> AsyncGenerator[Principal, None]:
        """Run the block as long as a key stands, then break it off. Raises KeyGone."""
        caller = self.of(key_id)
        try:
            async with breaking_off(lambda: self.gone(key_id)):
                yield caller
        except BrokenOff as error:
            raise _gone(key_id, str(error)) from None


def principal_of(key: Key, collections: Collections) -> Principal:
    """Return who is behind a key."""
    return Principal(
        key_id=key.id,
        role=key.role,
        name=key.name,
        origins=key.origins,
        limits=key.limits,
        collections=collections.seen(key.collections),
    )


def _gone(key_id: str, why: str) -> KeyGone:
    return KeyGone(f"the key {key_id[:20]!r} that this was begun with is {why}", why=why)


@asynccontextmanager
async def breaking_off(why: Callable[[], str]) -> AsyncGenerator[None, None]:
    """Run the block until `why` gives a reason, then break it off. Raises BrokenOff with it."""
    reasons: list[str] = []

    async def look(limit: asyncio.Timeout) -> None:
        while True:
            try:
                reason = why()
            except SiyaqError:  # our own disk refuses: it is asked again
                reason = ""
            if reason:
                reasons.append(reason)
                limit.reschedule(0)  # at once
                return
            await asyncio.sleep(LOOK_SECONDS)

    try:
        async with asyncio.timeout(None) as limit:
            looking = asyncio.create_task(look(limit))
            try:
                yield
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
    except TimeoutError:
        if reasons:
            raise BrokenOff(reasons[0]) from None
        raise
