"""Writing entries: the new rows of one transaction, and the erasure of what they supersede."""

from __future__ import annotations

import apsw

from siyaq.core.clock import to_microseconds
from siyaq.core.event import LogEntry, Op
from siyaq.core.ids import PostId, Seq, split_post_id
from siyaq.core.post import Post
from siyaq.log.codec import checksum, encode
from siyaq.log.faults import CrashPoint, Faults
from siyaq.log.keys import author_key, post_key
from siyaq.log.resolve import Head
from siyaq.log.row import OP_CODES
from siyaq.log.tally import Tallies

_INSERT = """
    INSERT INTO events
        (seq, current, op, source, post_key, author_key, replaces, checksum, rev, post_id, body)
    VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_ERASE = "UPDATE events SET current = 0, body = NULL, checksum = ? WHERE seq = ?"

_Row = tuple[int, int, int, int, int | None, int | None, int, str, str, bytes | None]


class Entries:
    """Gives out places in the log, in order and without holes."""

    def __init__(self, connection: apsw.Connection, tallies: Tallies, faults: Faults) -> None:
        self._connection = connection
        self._tallies = tallies
        self._faults = faults
        self._inserts: list[_Row] = []
        self._erasures: list[tuple[int, int]] = []
        self.last_seq: int = connection.execute("SELECT max(seq) FROM events").get or 0

    def put(
        self, op: Op, post_id: PostId, post: Post, rev: str, before: Head | None
    ) -> tuple[Head, LogEntry]:
        """Add a version that supersedes `before`, and return it as a row and as a record."""
        tally = self._tallies.of(post.source)
        if op is Op.CREATE:
            tally.posts += 1
            tally.deleted -= before is not None
        tally.place(to_microseconds(post.placed_at))
        author = author_key(post.source, post.author.id)
        return self._add(op, post_id, tally.id, author, rev, encode(post), before, post)

    def bury(self, post_id: PostId, rev: str, before: Head | None) -> tuple[Head, LogEntry]:
        """Add a tombstone that supersedes `before`, and return it as a row and as a record."""
        tally = self._tallies.of(split_post_id(post_id)[0])
        if before is None or before.body is not None:
            tally.deleted += 1
            tally.posts -= before is not None
        return self._add(Op.DELETE, post_id, tally.id, None, rev, None, before, None)

    def write(self) -> None:
        """Write what was added since the last time."""
        self._connection.executemany(_INSERT, self._inserts)
        self._faults.hit(CrashPoint.ENTRIES_WRITTEN)
        self._connection.executemany(_ERASE, self._erasures)
        self._faults.hit(CrashPoint.TEXT_ERASED)
        self._inserts.clear()
        self._erasures.clear()

    def _add(
        self,
        op: Op,
        post_id: PostId,
        source: int,
        author: int | None,
        rev: str,
        body: bytes | None,
        before: Head | None,
        post: Post | None,
    ) -> tuple[Head, LogEntry]:
        self.last_seq += 1
        seq, code = self.last_seq, OP_CODES[op]
        replaces = None
        if before is not None:
            replaces = before.seq
            erased = checksum(
                before.seq, before.op, before.replaces, before.post_id, before.rev, None
            )
            self._erasures.append((erased, before.seq))
        check = checksum(seq, code, replaces, post_id, rev, body)
        self._inserts.append(
            (seq, code, source, post_key(post_id), author, replaces, check, rev, post_id, body)
        )
        head = Head(seq, code, replaces, rev, post_id, check, body)
        entry = LogEntry(
            seq=Seq(seq),
            op=op,
            post_id=post_id,
            post=post,
            replaces=None if replaces is None else Seq(replaces),
        )
        return head, entry
