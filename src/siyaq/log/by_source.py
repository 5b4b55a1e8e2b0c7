"""What the log knows of each source: how much, of when, what is missing, where to go on from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

import apsw
import msgspec

from siyaq.core.answer import Coverage
from siyaq.core.clock import from_microseconds
from siyaq.core.errors import CorruptionError
from siyaq.core.event import Gap, GapReason
from siyaq.core.ids import Seq
from siyaq.log.codec import cursor_checksum
from siyaq.log.records import Counts, SourceRecord

_RESUME = """
    SELECT partition, position, checksum FROM cursors LEFT JOIN cursor_checksums
    USING (source, partition) WHERE source = ?
"""
_UNCHECKED = "SELECT partition, position, NULL FROM cursors WHERE source = ?"
_SOURCES = "SELECT source, url, kind, posts, last_witnessed FROM sources ORDER BY source"
_NAMES = "SELECT source FROM sources ORDER BY source"
_SPANS = """
    SELECT source, placed_since, placed_until FROM sources WHERE placed_since IS NOT NULL
"""
_AFTER = """
    SELECT count(*) FROM events WHERE seq > ? AND source IN
    (SELECT id FROM sources WHERE source IN (SELECT value FROM json_each(?)))
"""
_GAPS = "SELECT source, since, until, reason FROM gaps ORDER BY since, until, source"


def positions(connection: apsw.Connection, source: str) -> dict[str, str]:
    """Return where to resume a source: partition to position. Raises CorruptionError."""
    checked = connection.table_exists(None, "cursor_checksums")
    query = _RESUME if checked else _UNCHECKED
    rows: list[Any] = connection.execute(query, (source,)).fetchall()
    for partition, position, checksum in rows:
        if checksum is not None and cursor_checksum(position) != checksum:
            raise CorruptionError(f"the cursor {partition!r} of source {source!r} is damaged")
    return {partition: position for partition, position, _ in rows}


def coverage(connection: apsw.Connection, sources: Collection[str]) -> Coverage:
    """Return the window that the posts of `sources` span, and its gaps; of all, where none is."""
    spans = list(connection.execute(_SPANS))
    gaps = list(connection.execute(_GAPS))
    asked = set(sources) or {*(row[0] for row in spans), *(row[0] for row in gaps)}
    held = [(since, until) for source, since, until in spans if source in asked]
    return Coverage(
        since=from_microseconds(min(since for since, _ in held)) if held else None,
        until=from_microseconds(max(until for _, until in held)) if held else None,
        gaps=tuple(_gap(row) for row in gaps if row[0] in asked),
    )


def counts(connection: apsw.Connection, sources: Collection[str] | None) -> Counts:
    """Return how many posts of `sources` are held and how many are deleted; None: of all."""
    rows = list(connection.execute("SELECT source, posts, deleted FROM sources"))
    counted = [row for row in rows if sources is None or row[0] in sources]
    return Counts(sum(row[1] for row in counted), sum(row[2] for row in counted))


def count_after(connection: apsw.Connection, seq: Seq, sources: Collection[str]) -> int:
    """Return how many entries of `sources` follow a place."""
    wanted = msgspec.json.encode(list(sources)).decode()
    return int(connection.execute(_AFTER, (seq, wanted)).get or 0)


def names(connection: apsw.Connection) -> list[str]:
    """Return the name of every source that there is a post or a gap of."""
    return [str(name) for (name,) in connection.execute(_NAMES)]


def records(connection: apsw.Connection) -> list[SourceRecord]:
    """Return what is known of each source, by name."""
    rows = list(connection.execute(_SOURCES))
    gaps = list(connection.execute(_GAPS))
    refused = list(connection.execute("SELECT source, reason, count FROM refused"))
    return [
        SourceRecord(
            source=source,
            url=url,
            kind=kind,
            posts=posts,
            refused={reason: count for owner, reason, count in refused if owner == source},
            last_witnessed_at=None if last is None else from_microseconds(last),
            gaps=tuple(_gap(row) for row in gaps if row[0] == source),
        )
        for source, url, kind, posts, last in rows
    ]


def _gap(row: tuple[str, int, int, str]) -> Gap:
    source, since, until, reason = row
    return Gap(
        source=source,
        since=from_microseconds(since),
        until=from_microseconds(until),
        reason=cast("GapReason", reason),  # written by us from the same set
    )
