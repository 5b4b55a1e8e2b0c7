"""Readings between their file and the log: staged here, decided upon there, then counted in.

Two files cannot be written in one transaction. So the log is the one that decides: what is staged
has a number, the log takes the number in the transaction that takes the place in the stream, and
after that, or after a crash, whoever opens this file asks the log how far it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from siyaq.core.clock import to_microseconds
from siyaq.core.observation import Observation
from siyaq.sqlite import Connection
from siyaq.telemetry.schema import COUNT_IN

PARTITION: Final = "readings"
"""The partition of a source's cursor that holds the number of its last stage."""

MINUTE_US = 60_000_000
_LENGTHS_US = {"minutes": MINUTE_US, "hours": 60 * MINUTE_US}

Decided = Callable[[str], int]
"""The number of the last stage of a source of which the log has the cursor; 0 for none."""


def begin_stage(database: Connection, source: str, decided: int) -> int:
    """Number a stage: higher than any of its source that there ever was."""
    row = database.execute("SELECT number FROM stages WHERE source = ?", (source,)).fetchone()
    number = 1 + max(decided, row[0] if row else 0)
    database.execute(
        "INSERT INTO stages VALUES (?1, ?2, 0) ON CONFLICT DO UPDATE SET number = ?2, settled = 0",
        (source, number),
    )
    return number


def stage(database: Connection, series: int, one: Observation) -> bool:
    """Stage a reading; False where it is known."""
    at = to_microseconds(one.phenomenon_time)
    known = database.execute(
        "SELECT 1 FROM readings WHERE series = ? AND at = ?", (series, at)
    ).fetchone()
    if known:
        return False
    number, word = (one.result, None) if isinstance(one.result, float) else (None, one.result)
    row = (series, at, to_microseconds(one.witnessed_at), number, word)
    done = database.execute("INSERT INTO staged VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
    return bool(done.rowcount)


def settle(database: Connection, decided: Decided, *, drop: bool) -> set[int]:
    """Count in what is staged, where the log has its number; else let go of it, if `drop`.

    Return the series that were added to.
    """
    waiting = database.execute("SELECT source, number FROM stages WHERE NOT settled").fetchone()
    if waiting is None:
        return set()
    source, number = waiting
    added: set[int] = set()
    if decided(source) >= number:
        rows = database.execute("SELECT series, at, witnessed, number, word FROM staged").fetchall()
        for row in rows:
            _count_in(database, row)
        added = {row[0] for row in rows}
    elif not drop:  # it may be on its way to the log
        return added
    database.execute("DELETE FROM staged")
    database.execute("UPDATE stages SET settled = 1 WHERE source = ?", (source,))
    return added


def _count_in(database: Connection, row: tuple[Any, ...]) -> None:
    """Store a reading and count it in its minute and hour, unless it is there."""
    stored = database.execute(
        "INSERT INTO readings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row
    )
    if not stored.rowcount:
        return
    series, at, _, number, word = row
    for table, length in _LENGTHS_US.items():
        start = at - at % length
        database.execute(COUNT_IN.format(table=table), (series, start, at, number, word))
