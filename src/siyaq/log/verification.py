"""Checking a whole log: every row, every link between rows, every counter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw

from siyaq.core.errors import CorruptionError
from siyaq.log.codec import cursor_checksum
from siyaq.log.database import open_for_reading, storage_errors
from siyaq.log.directory import LOG_NAME, require_log
from siyaq.log.keys import author_key, post_key
from siyaq.log.records import Verification
from siyaq.log.row import EVENT_COLUMNS, post_of
from siyaq.log.schema import TABLES

SHOWN_PROBLEMS = 100
"""How many problems of one kind are named; damage that is everywhere needs no full list."""

_RULES = {
    "entry {} has text though it was superseded": (
        "SELECT seq FROM events WHERE current != 1 AND body IS NOT NULL"
    ),
    "entry {} is a delete and has text": (
        "SELECT seq FROM events WHERE op = 3 AND body IS NOT NULL"
    ),
    "entry {} is current and has lost its text": (
        "SELECT seq FROM events WHERE current = 1 AND op != 3 AND body IS NULL"
    ),
    "entry {} was superseded by nothing": """
        SELECT seq FROM events WHERE current != 1
        EXCEPT SELECT replaces FROM events""",
    "entry {} replaces an entry that is current, later or of another post": """
        SELECT e.seq FROM events e LEFT JOIN events old ON old.seq = e.replaces
        WHERE e.replaces IS NOT NULL
        AND (old.seq IS NULL OR old.current = 1 OR old.seq >= e.seq OR old.post_id != e.post_id)""",
    "entry {} replaces what another entry has replaced": """
        SELECT max(seq) FROM events WHERE replaces IS NOT NULL
        GROUP BY replaces HAVING count(*) > 1""",
    "entry {} is one of several current entries of its post": """
        SELECT max(seq) FROM events WHERE current = 1 GROUP BY post_id HAVING count(*) > 1""",
    "the counters of source {!r} do not agree with its posts": """
        SELECT s.source FROM sources s LEFT JOIN (
            SELECT source, sum(op != 3) AS posts, sum(op = 3) AS deleted
            FROM events WHERE current = 1 GROUP BY source
        ) held ON held.source = s.id
        WHERE s.posts != coalesce(held.posts, 0) OR s.deleted != coalesce(held.deleted, 0)""",
    "entry {} belongs to no source": (
        "SELECT seq FROM events WHERE source NOT IN (SELECT id FROM sources)"
    ),
    "a cursor of source {!r} names no source": (
        "SELECT source FROM cursors WHERE source NOT IN (SELECT source FROM sources)"
    ),
    "a gap of source {!r} ends before it begins": "SELECT source FROM gaps WHERE until < since",
}


_ROWS = f"""
    SELECT e.post_key, e.author_key, {EVENT_COLUMNS} FROM events e ORDER BY seq
"""  # noqa: S608 -- constants only


_CURSORS = """
    SELECT source, partition, position, checksum FROM cursors JOIN cursor_checksums
    USING (source, partition)
"""
_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"


def verify(directory: Path) -> Verification:
    """Check the whole log in `directory` as of this moment. Reads every byte; changes none.

    Damage is reported, not raised. Raises NotFound where there is no log, FormatTooNew,
    StorageError where the disk cannot be read.
    """
    try:
        require_log(directory)
        with closing(open_for_reading(directory / LOG_NAME, vfs="")) as connection:
            return _verify(connection)
    except CorruptionError as error:
        return Verification(entries=0, posts=0, problems=(str(error),))


def _verify(connection: apsw.Connection) -> Verification:
    with storage_errors("cannot verify the log"):
        connection.execute("BEGIN")
        problems = [*_damage(connection), *_missing(connection)]
        ((entries, last),) = connection.execute(
            "SELECT count(*), coalesce(max(seq), 0) FROM events"
        )
        if entries != last:
            problems.append(f"the log ends at entry {last} but holds {entries} entries")
        problems.extend(_broken_rules(connection))
        problems.extend(_damaged_cursors(connection))
        problems.extend(_damaged_rows(connection))
        posts = connection.execute("SELECT count(*) FROM events WHERE body IS NOT NULL").get
        return Verification(entries=entries, posts=posts, problems=tuple(problems))


def _damage(connection: apsw.Connection) -> Iterator[str]:
    for (finding,) in connection.execute(f"PRAGMA integrity_check({SHOWN_PROBLEMS})"):
        if finding != "ok":
            yield f"the database is damaged: {finding}"


def _missing(connection: apsw.Connection) -> Iterator[str]:
    """Compare the schema with the one we make: a lost index would make reads fail."""
    with closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(TABLES)
        wanted = set(fresh.execute(_SCHEMA))
    held = set(connection.execute(_SCHEMA))
    for kind, name, _ in sorted(wanted - held):
        yield f"the {kind} {name!r} is missing from the log or is not as we made it"


def _broken_rules(connection: apsw.Connection) -> Iterator[str]:
    for words, query in _RULES.items():
        for (found,) in connection.execute(f"{query} LIMIT {SHOWN_PROBLEMS}"):
            yield words.format(found)


def _damaged_cursors(connection: apsw.Connection) -> Iterator[str]:
    if not connection.table_exists(None, "cursor_checksums"):
        return
    for source, partition, position, checksum in connection.execute(_CURSORS):
        if cursor_checksum(position) != checksum:
            yield f"the cursor {partition!r} of source {source!r} is damaged"


def _damaged_rows(connection: apsw.Connection) -> Iterator[str]:
    for filed_post, filed_author, *row in connection.execute(_ROWS):
        seq, post_id = row[0], row[4]
        try:
            post = post_of(tuple(row))
        except CorruptionError as error:
            yield str(error)
            continue
        if post_key(post_id) != filed_post:
            yield f"entry {seq} cannot be found by its id"
        if post is None:
            continue
        if post.id != post_id:
            yield f"entry {seq} holds the text of another post"
        if author_key(post.source, post.author.id) != filed_author:
            yield f"entry {seq} cannot be found by its author"
