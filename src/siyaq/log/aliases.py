"""Other names of posts: what a platform's servers call them, besides the name that all share.

A network of many servers names a post for all of them, yet each tells of its deletion by a
number of its own. So the log remembers whose number that is, in the transaction that takes the
post, and reads deletions and replies by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import apsw
import msgspec

from siyaq.core.event import PostEvent
from siyaq.core.ids import PostId
from siyaq.log.keys import post_key

_FIND = """
    SELECT a.alias, a.post_id
    FROM json_each(?) wanted CROSS JOIN aliases a
    ON a.alias_key = wanted.value ->> 0 AND a.alias = wanted.value ->> 1
"""
_KEEP = "INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class Aliases:
    """The aliases table inside one transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def resolved(self, events: Sequence[PostEvent]) -> list[PostEvent]:
        """Remember the aliases of `events`, and return them with every name a post's own.

        A name that nobody has explained yet stays as it is.
        """
        named = [event for event in events if event.alias is not None]
        if not named:
            return list(events)
        fresh = {
            event.alias: event.post_id
            for event in named
            if event.alias is not None and event.alias != event.post_id
        }
        self._connection.executemany(
            _KEEP, [(post_key(alias), alias, post_id) for alias, post_id in fresh.items()]
        )
        known = self._find(_names(named))
        return [_resolved(event, known) if event.alias else event for event in events]

    def _find(self, names: Iterable[str]) -> dict[str, PostId]:
        wanted = [(post_key(name), name) for name in names]
        rows = self._connection.execute(_FIND, (msgspec.json.encode(wanted).decode(),))
        return {alias: PostId(post_id) for alias, post_id in rows}


def _names(events: Iterable[PostEvent]) -> set[str]:
    """Return every name in `events` that may be an alias."""
    names: set[str] = set()
    for event in events:
        names.add(event.post_id)
        if event.post is not None:
            names.update(filter(None, (event.post.reply_to, event.post.root)))
    return names


def _resolved(event: PostEvent, known: dict[str, PostId]) -> PostEvent:
    post = event.post
    if post is None:
        return replace(event, post_id=known.get(event.post_id, event.post_id))
    reply_to = None if post.reply_to is None else known.get(post.reply_to, post.reply_to)
    root = None if post.root is None else known.get(post.root, post.root)
    if (reply_to, root) == (post.reply_to, post.root):
        return event
    return replace(event, post=replace(post, reply_to=reply_to, root=root))
