"""The tables of readings, in a file of their own beside the log.

A reading is a row of `staged` until the log has the cursor it came with, then a row of `readings`
for as long as it is kept, counted in the minute and the hour it lies in by the transaction that
puts it there. `stages` numbers, by source, what was staged last. `told_until` is how far the
changes of a series were told. `forgotten` says what was erased by order, for those who restore a
backup that was made before.
"""

from __future__ import annotations

from siyaq.sqlite import Layout

NAME = "telemetry.sqlite"

_AGGREGATE = """
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,      -- microseconds since 1970
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    total REAL,                  -- NULL where there are only words
    low REAL,
    high REAL,
    word TEXT,                   -- the last one
    PRIMARY KEY (series, start)
"""

_FIRST = f"""
    CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS series (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        kind TEXT NOT NULL,
        thing TEXT NOT NULL,
        property TEXT NOT NULL,
        unit TEXT NOT NULL,
        site TEXT NOT NULL,
        label TEXT NOT NULL,
        label_ar TEXT NOT NULL,
        told_until INTEGER NOT NULL DEFAULT 0,
        UNIQUE (source, kind, thing, property, unit)
    );
    CREATE TABLE IF NOT EXISTS readings (
        series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,     -- microseconds since 1970, by the clock of who read it
        witnessed INTEGER NOT NULL,
        number REAL,
        word TEXT,
        PRIMARY KEY (series, at)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS minutes ({_AGGREGATE}) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS hours ({_AGGREGATE}) WITHOUT ROWID;
"""
_SECOND = """
    CREATE TABLE IF NOT EXISTS staged (
        series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        witnessed INTEGER NOT NULL,
        number REAL,
        word TEXT,
        PRIMARY KEY (series, at)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS stages (
        source TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        settled INTEGER NOT NULL  -- whether it was decided what becomes of it
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS forgotten (
        source TEXT NOT NULL,
        thing TEXT NOT NULL,      -- "dish:3f2a91c07b44"; "" for all of the source
        before INTEGER NOT NULL,  -- only what was read before; 0 for all
        at INTEGER NOT NULL,
        PRIMARY KEY (source, thing, before, at)
    ) WITHOUT ROWID;
"""
LAYOUT = Layout((_FIRST, _SECOND))

COUNT_IN = """
    INSERT INTO {table} VALUES (?1, ?2, ?3, ?3, 1, ?4, ?4, ?4, ?5)
    ON CONFLICT DO UPDATE SET
        first_at = min(first_at, ?3),
        word = CASE WHEN ?3 >= last_at THEN coalesce(?5, word) ELSE word END,
        last_at = max(last_at, ?3),
        count = count + 1,
        total = coalesce(total + ?4, total, ?4),
        low = coalesce(min(low, ?4), low, ?4),
        high = coalesce(max(high, ?4), high, ?4)
"""
"""Counts one reading in: series, start, at, number, word."""
