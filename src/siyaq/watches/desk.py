"""Saving, listing, pausing and removing watches: whose they are, and what they may be."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from siyaq.access import Links, Principal
from siyaq.core.clock import utc_now
from siyaq.core.errors import NotFound, SourceRefused, SourceUnavailable, UsageError
from siyaq.watches.model import Alert, Delivery, Draft, Watch
from siyaq.watches.store import WatchStore

MOST_OF_ONE = 50
"""How many watches one key may have."""

MOST = 500
MOST_MINUTES = 1440
QUESTION_CHARS = 1000
ALERTS_SHOWN = 100
REACH_SECONDS = 10.0

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


Reach = Callable[[str], Awaitable[object]]
"""Finds where a URL leads. Raises SourceRefused for a place that it may not."""


async def _anywhere(_: str) -> None:
    """Take any address: nothing is sent from here."""


class WatchDesk:
    """Watches as their owners meet them. Methods raise StorageError too; call them in a thread.

    `mail_to` are the addresses, and the domains as `@example.org`, that alerts may be mailed to.
    `gone` says why the key that saved a watch stands no more, "" for one that does. `reach` is how
    what sends alerts finds the addresses of a webhook.
    """

    def __init__(
        self,
        store: WatchStore,
        links: Links,
        *,
        mail_to: Sequence[str] = (),
        gone: Callable[[str], str] = lambda _: "",
        reach: Reach = _anywhere,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._links = links
        self._gone = gone
        self._reach = reach
        self._mail_to = frozenset(name.lower() for name in mail_to)
        self._now = now

    async def add(self, owner: str, draft: Draft) -> Watch:
        """Save a question, unless its webhook leads to where alerts may not be posted.

        That is looked at again, by the same rule, each time one is: a name can come to lead
        elsewhere. One that leads nowhere now may do so later. Raises UsageError as `save` does.
        """
        if draft.webhook:
            _check_webhook(draft.webhook)
            with suppress(SourceUnavailable, TimeoutError):
                try:
                    async with asyncio.timeout(REACH_SECONDS):
                        await self._reach(draft.webhook)
                except SourceRefused as error:
                    raise UsageError(
                        f"alerts may not be posted to {draft.webhook[:100]!r}: {error}",
                        hint="give a public address, or name your own in alerts.own_webhook",
                    ) from None
        return await asyncio.to_thread(self.save, owner, draft)

    def save(self, owner: str, draft: Draft) -> Watch:
        """Save a question, to be asked at once. Raises UsageError for what it may not be."""
        question = " ".join(draft.question.split())
        if not question or len(question) > QUESTION_CHARS:
            raise UsageError(f"a saved question has 1 to {QUESTION_CHARS} characters")
        if not 1 <= draft.every_minutes <= MOST_MINUTES:
            raise UsageError(
                f"a question is asked every 1 to {MOST_MINUTES} minutes, not {draft.every_minutes}"
            )
        if draft.webhook:
            _check_webhook(draft.webhook)
        if draft.email:
            self._check_email(draft.email)
        saved = self._store.watches()
        if len(saved) >= MOST or sum(one.owner == owner for one in saved) >= MOST_OF_ONE:
            raise UsageError(
                f"no more than {MOST_OF_ONE} questions of one key, and {MOST} of all, are watched",
                hint="remove one that is not needed any more",
            )
        now = self._now()
        watch = Watch(
            id=secrets.token_hex(8),
            owner=owner,
            draft=replace(draft, question=question),
            created_at=now,
            due_at=now,
        )
        self._store.add(watch)
        return watch

    def listed(self, caller: Principal) -> list[Watch]:
        """Return the watches that a caller may see: its own, of an admin all."""
        return [one for one in self._store.watches() if _may_see(caller, one)]

    def find(self, caller: Principal, watch_id: str) -> Watch:
        """Return a watch. Raises NotFound for one that is not there, or somebody else's."""
        watch = self._store.find(watch_id)
        if watch is None or not _may_see(caller, watch):
            raise NotFound(f"no saved question {watch_id[:40]!r}")
        return watch

    def remove(self, caller: Principal, watch_id: str) -> None:
        """Erase a watch and its alerts. Raises NotFound."""
        self._store.remove(self.find(caller, watch_id).id)

    def pause(self, caller: Principal, watch_id: str, *, paused: bool) -> Watch:
        """Stop asking a watch, or go on with it now. Raises NotFound."""
        watch = self.find(caller, watch_id)
        self._store.pause(watch.id, paused=paused, due_at=self._now())
        return self.find(caller, watch_id)

    def alerts(self, caller: Principal, limit: int = ALERTS_SHOWN) -> list[Alert]:
        """Return the newest alerts of the watches that a caller may see."""
        return self._store.alerts([one.id for one in self.listed(caller)], limit)

    def deliveries(self, alerts: Sequence[Alert]) -> list[Delivery]:
        """Return what became of alerts on their ways out."""
        return self._store.deliveries([one.id for one in alerts])

    def see(self, caller: Principal) -> None:
        """Mark the alerts that a caller may see as seen."""
        if watches := self.listed(caller):
            self._store.see([one.id for one in watches])

    def feed_token(self, watch: Watch) -> str:
        """Return the token of a watch's feed of alerts, for readers that send no key."""
        return self._links.token("feed", watch.id)

    def fed(self, token: str, limit: int = ALERTS_SHOWN) -> tuple[Watch, list[Alert]]:
        """Return a watch and its alerts by the token of its feed. Raises NotFound."""
        watch_id = self._links.name("feed", token)
        watch = None if watch_id is None else self._store.find(watch_id)
        if watch is None or self._gone(watch.owner):
            raise NotFound("no feed of alerts is at this address")
        return watch, self._store.alerts([watch.id], limit)

    def signing_secret(self, watch_id: str) -> bytes:
        """Return the secret that a watch's webhook deliveries are signed with."""
        return self._links.secret("webhook", watch_id)

    def _check_email(self, address: str) -> None:
        if not _ADDRESS.fullmatch(address) or "=?" in address:  # no word in code (RFC 2047)
            raise UsageError(f"{address[:100]!r} is not an e-mail address")
        domain = "@" + address.lower().rpartition("@")[2]
        if self._mail_to.isdisjoint({address.lower(), domain}):
            raise UsageError(
                f"alerts may not be mailed to {address[:100]!r}",
                hint="name the address, or its domain as '@example.org', in alerts.mail_to",
            )


def _check_webhook(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2000
    if not host or not plain or parts.scheme not in ("http", "https") or parts.username:
        raise UsageError(
            f"{url[:100]!r} is not an address that alerts can be posted to",
            hint="give https://HOST/PATH, without a password",
        )


def _may_see(caller: Principal, watch: Watch) -> bool:
    return caller.oversees or caller.key_id == watch.owner
