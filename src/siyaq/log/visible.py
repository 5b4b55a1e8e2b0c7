"""Which posts may be shown at this moment: their text is held, and their account is not hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import apsw
import msgspec

from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.log.keys import post_key
from siyaq.log.row import EVENT_COLUMNS, entry_of
from siyaq.log.schema import HIDDEN
from siyaq.meter import count

_BARRED = """
    LEFT JOIN accounts a INDEXED BY accounts_barred
    ON a.author_key = e.author_key AND a.status != 0
"""

_POSTS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted CROSS JOIN events e ON e.seq = wanted.value {_BARRED}
    WHERE e.body IS NOT NULL
"""  # noqa: S608 -- constants only

_LIVE = f"""
    SELECT count(*) FROM json_each(?) wanted CROSS JOIN events e ON e.seq = wanted.value
    WHERE e.body IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM accounts a INDEXED BY accounts_barred
        WHERE a.author_key = e.author_key AND a.status != 0 AND a.status = {HIDDEN}
    )
"""  # noqa: S608 -- constants only

_HEADS = f"""
    SELECT {EVENT_COLUMNS}, a.source, a.author_id, a.status
    FROM json_each(?) wanted
    CROSS JOIN events e INDEXED BY events_current ON e.post_key = wanted.value AND e.current = 1
    {_BARRED}
"""  # noqa: S608 -- constants only


class Judged(NamedTuple):
    """A current entry, and whether its author's account is hidden."""

    entry: LogEntry
    hidden: bool


def posts_at(connection: apsw.Connection, seqs: Iterable[Seq]) -> dict[Seq, Post]:
    """Return the posts at `seqs` that are live and visible."""
    judged = _judge(connection.execute(_POSTS, (_json(seqs),)).fetchall())
    return {one.seq: one.post for one, hidden in judged if one.post and not hidden}


def count_live(connection: apsw.Connection, seqs: Iterable[Seq]) -> int:
    """Return how many of `seqs` hold a post that is live and visible, without reading them.

    May miss one whose author's key is that of a hidden account.
    """
    return int(connection.execute(_LIVE, (_json(seqs),)).get or 0)


def heads(connection: apsw.Connection, wanted: set[PostId]) -> list[Judged]:
    """Return the current entry of each post that there is one of, deleted and hidden ones too."""
    rows = connection.execute(_HEADS, (_json(map(post_key, wanted)),)).fetchall()
    return [judged for judged in _judge(rows) if judged.entry.post_id in wanted]


def _json(values: Iterable[int]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _judge(rows: Iterable[tuple[Any, ...]]) -> list[Judged]:
    """Check each row. Two authors may share a key; then a row comes once for each of them."""
    judged: dict[int, Judged] = {}
    read = 0
    for *event, source, author_id, status in rows:
        known = judged.get(event[0])
        entry = known.entry if known else entry_of(tuple(event))
        read += len(event[6] or b"")
        post = entry.post
        hidden = (
            status == HIDDEN
            and post is not None
            and (source, author_id) == (post.source, post.author.id)
        )
        judged[event[0]] = Judged(entry, hidden or (known is not None and known.hidden))
    count(bytes_read=read)  # once for all: a call may read thousands
    return list(judged.values())
