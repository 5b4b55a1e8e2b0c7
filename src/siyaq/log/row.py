"""One row of the log's events, checked against its checksum and turned into a record."""

from __future__ import annotations

from siyaq.core.errors import CorruptionError
from siyaq.core.event import LogEntry, Op
from siyaq.core.ids import PostId, Seq
from siyaq.core.post import Post
from siyaq.log.codec import checksum, decode

EVENT_COLUMNS = "e.seq, e.op, e.replaces, e.rev, e.post_id, e.checksum, e.body"

EventRow = tuple[int, int, int | None, str, str, int, bytes | None]
"""What `EVENT_COLUMNS` select."""

OP_CODES = {Op.CREATE: 1, Op.UPDATE: 2, Op.DELETE: 3}
_OPS = {code: op for op, code in OP_CODES.items()}


def entry_of(row: EventRow) -> LogEntry:
    """Return the entry in `row`. Raises CorruptionError, naming its place, for damaged bytes."""
    seq, op, replaces, _, post_id, _, _ = row
    post = post_of(row)
    return LogEntry(
        seq=Seq(seq),
        op=_OPS[op],
        post_id=PostId(post_id),
        post=post,
        replaces=None if replaces is None else Seq(replaces),
    )


def post_of(row: EventRow) -> Post | None:
    """Return the post in `row`, None where its text was erased. Raises CorruptionError."""
    seq, op, replaces, rev, post_id, stored, body = row
    try:
        sound = checksum(seq, op, replaces, post_id, rev, body) == stored and op in _OPS
    except TypeError:  # damage can turn a text into a number
        sound = False
    if not sound:
        raise CorruptionError(f"entry {seq} of the log is damaged: its checksum does not match")
    return None if body is None else decode(body, seq)
