"""What platforms say of accounts, and what follows for the posts that their authors wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import apsw
import msgspec

from siyaq.core.clock import to_microseconds
from siyaq.core.event import AccountEvent, AccountStatus, IdentityEvent, PostEvent
from siyaq.core.post import Post
from siyaq.log.keys import author_key
from siyaq.log.resolve import Head
from siyaq.log.row import EVENT_COLUMNS
from siyaq.log.schema import ACTIVE, AUTHOR_BLOCK_BITS, DELETED, HIDDEN, RESTORED

_STATUS_CODES = {
    AccountStatus.ACTIVE: ACTIVE,
    AccountStatus.HIDDEN: HIDDEN,
    AccountStatus.DELETED: DELETED,
}

# A deleted account's handle goes with it; 2 is DELETED.
_SAVE_STATUS = """
    INSERT INTO accounts (source, author_id, author_key, status, status_at, erased_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT DO UPDATE SET status = ?4, status_at = ?5, erased_at = ?6,
        handle = CASE WHEN ?4 = 2 THEN '' ELSE handle END
"""

_SAVE_HANDLE = """
    INSERT INTO accounts (source, author_id, author_key, handle, handle_at)
    VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET handle = ?4, handle_at = ?5
        WHERE status != 2 AND coalesce(handle_at, ?5) <= ?5
"""

_WRITTEN_BY = f"""
    WITH RECURSIVE block(n) AS (
        SELECT 0 UNION ALL SELECT n + 1 FROM block
        WHERE n < (SELECT max(seq) >> {AUTHOR_BLOCK_BITS} FROM events)
    )
    SELECT {EVENT_COLUMNS}
    FROM block CROSS JOIN events e INDEXED BY events_by_author
    ON e.seq >> {AUTHOR_BLOCK_BITS} = block.n AND e.author_key = ? AND e.body IS NOT NULL
"""  # noqa: S608 -- constants only


@dataclass(frozen=True, slots=True)
class Account:
    """What was last said of an account. Times are in microseconds since 1970."""

    status: int = ACTIVE
    status_at: int | None = None
    erased_at: int | None = None

    def bars(self, post: Post) -> bool:
        """Say whether `post` may not be stored: its author has left, or had when it was seen."""
        if self.status == DELETED:
            return True
        return self.erased_at is not None and to_microseconds(post.witnessed_at) <= self.erased_at

    def after(self, status: int, at: int) -> Account | None:
        """Return the account after an announcement, or None for one that is no news.

        A newer announcement counts, and of two at one moment the graver. Being suspended does
        not bring a deleted account back; only being active does.
        """
        gravity = self.status % RESTORED  # to be active again is as grave as to be active
        if self.status_at is not None and (at, status) <= (self.status_at, gravity):
            return None
        if status == DELETED:
            return Account(DELETED, at, at)
        if status == HIDDEN:
            kept = DELETED if self.status == DELETED else HIDDEN
            return Account(kept, at, self.erased_at)
        return Account(ACTIVE if self.erased_at is None else RESTORED, at, self.erased_at)


class Accounts:
    """The accounts table inside one transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def marked(self, posts: Iterable[Post]) -> dict[tuple[str, str], Account]:
        """Return what was said against the authors of `posts`; most authors are not in it."""
        keys = {author_key(post.source, post.author.id) for post in posts}
        rows = self._connection.execute(
            """SELECT source, author_id, status, status_at, erased_at
               FROM json_each(?) wanted CROSS JOIN accounts INDEXED BY accounts_barred
               ON author_key = wanted.value AND status != 0""",
            (msgspec.json.encode(list(keys)).decode(),),
        )
        return {
            (source, author_id): Account(status, status_at, erased_at)
            for source, author_id, status, status_at, erased_at in rows
        }

    def announce(self, event: AccountEvent) -> bool:
        """Save the new status of an account. False for one that is no news."""
        row = self._connection.execute(
            "SELECT status, status_at, erased_at FROM accounts WHERE source = ? AND author_id = ?",
            (event.source, event.author_id),
        ).fetchone()
        before = Account(*row) if row else Account()
        at = to_microseconds(event.witnessed_at)
        account = before.after(_STATUS_CODES[event.status], at)
        if account is None:
            return False
        key = author_key(event.source, event.author_id)
        self._connection.execute(
            _SAVE_STATUS,
            (
                event.source,
                event.author_id,
                key,
                account.status,
                account.status_at,
                account.erased_at,
            ),
        )
        return True

    def rename(self, event: IdentityEvent) -> None:
        """Remember the handle an account goes by, unless a newer one is known or it has left."""
        key = author_key(event.source, event.author_id)
        at = to_microseconds(event.witnessed_at)
        self._connection.execute(
            _SAVE_HANDLE, (event.source, event.author_id, key, event.handle, at)
        )

    def named(self, events: Sequence[PostEvent]) -> list[PostEvent]:
        """Give posts that come without a handle the one their author is known by.

        Some platforms never tell it with a post, only when it changes.
        """
        nameless = {
            (event.post.source, event.post.author.id)
            for event in events
            if event.post is not None and not event.post.author.handle
        }
        if not nameless:
            return list(events)
        rows = self._connection.execute(
            """SELECT a.source, a.author_id, a.handle FROM json_each(?) wanted CROSS JOIN accounts a
               ON a.source = wanted.value ->> 0 AND a.author_id = wanted.value ->> 1
               WHERE a.handle != ''""",
            (msgspec.json.encode(list(nameless)).decode(),),
        )
        known = {(source, author_id): handle for source, author_id, handle in rows}
        return [_named(event, known) for event in events] if known else list(events)

    def written_by(self, source: str, author_id: str) -> Iterator[Head]:
        """Yield every live post of an author, in log order."""
        key = author_key(source, author_id)
        for row in self._connection.execute(_WRITTEN_BY, (key,)):
            head = Head(*row)
            if (head.post.source, head.post.author.id) == (source, author_id):
                yield head


def _named(event: PostEvent, known: Mapping[tuple[str, str], str]) -> PostEvent:
    post = event.post
    if post is None or post.author.handle:
        return event
    handle = known.get((post.source, post.author.id))
    if handle is None:
        return event
    return replace(event, post=replace(post, author=replace(post.author, handle=handle)))
