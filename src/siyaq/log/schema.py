"""The tables of the log.

`events` is the log: a row for every change, never removed. Its body (the post) is erased in the
transaction that supersedes it, so that only current rows hold text:

    current   op              body
    1         create, update  the post: live
    1         delete          none: a tombstone
    0         any             none: superseded by the one row that `replaces` it

The two indexes are what an insert costs. `events_current` finds the current row of a post id by
its key (`keys.post_key`, near its neighbors in time). `events_by_author` is cut into blocks of
the log, so that only the newest few pages of it ever change; finding all posts of an author asks
every block, which is cheap enough for something that happens when an account is deleted.

An account's status is 0 as long as nothing was ever said against it, so that the accounts which
have to be looked at are few.

The counters of `sources` are kept by the transaction that changes what they count.
"""

from __future__ import annotations

FORMAT = 1
"""Of the data directory: raised when an older siyaq could no longer read what we write."""

APPLICATION_ID = 0x53697961
"""Tells our files from other SQLite databases."""

AUTHOR_BLOCK_BITS = 14

ACTIVE, HIDDEN, DELETED, RESTORED = range(4)
"""`accounts.status`. Restored: active again, but what was erased stays erased."""

TABLES = f"""
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    posts INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    placed_since INTEGER,
    placed_until INTEGER,
    last_witnessed INTEGER
) STRICT;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    current INTEGER NOT NULL,
    op INTEGER NOT NULL,
    source INTEGER NOT NULL,
    post_key INTEGER NOT NULL,
    author_key INTEGER,
    replaces INTEGER,
    checksum INTEGER NOT NULL,
    rev TEXT NOT NULL,
    post_id TEXT NOT NULL,
    body BLOB
) STRICT;
CREATE INDEX events_current ON events(post_key) WHERE current = 1;
CREATE INDEX events_by_author ON events(seq >> {AUTHOR_BLOCK_BITS}, author_key)
    WHERE body IS NOT NULL;

CREATE TABLE accounts (
    source TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_key INTEGER NOT NULL,
    status INTEGER NOT NULL DEFAULT 0,
    status_at INTEGER,
    erased_at INTEGER,
    handle TEXT NOT NULL DEFAULT '',
    handle_at INTEGER,
    PRIMARY KEY (source, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_barred ON accounts(author_key) WHERE status != 0;

CREATE TABLE cursors (
    source TEXT NOT NULL,
    partition TEXT NOT NULL,
    position TEXT NOT NULL,
    PRIMARY KEY (source, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
    source TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (source, since, until, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE refused (
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (source, reason)
) STRICT, WITHOUT ROWID;
"""

ALIASES = """
CREATE TABLE IF NOT EXISTS aliases (
    alias_key INTEGER NOT NULL,
    alias TEXT NOT NULL,
    post_id TEXT NOT NULL,
    PRIMARY KEY (alias_key, alias)
) STRICT, WITHOUT ROWID
"""
"""Other names of posts. Made apart from the tables, for an older siyaq can do without it."""

CURSOR_CHECKSUMS = """
CREATE TABLE IF NOT EXISTS cursor_checksums (
    source TEXT NOT NULL,
    partition TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (source, partition)
) STRICT, WITHOUT ROWID
"""
"""A cursor that is not what was written would pass over posts in silence. A table of its own, so
that a log made before it has it made when it is next written, and an older siyaq does without."""

ADDED = {"aliases": ALIASES, "cursor_checksums": CURSOR_CHECKSUMS}
"""Tables that a log made before them is given when it is next written."""
