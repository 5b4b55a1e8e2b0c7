"""The tables of the journal, format after format."""

from siyaq.sqlite import Layout

_FIRST = """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, user TEXT NOT NULL, task TEXT NOT NULL, model TEXT NOT NULL,
        caps TEXT NOT NULL, allowed TEXT NOT NULL, plan TEXT NOT NULL,
        status TEXT NOT NULL, stopped_by TEXT NOT NULL, result TEXT NOT NULL,
        created_at TEXT NOT NULL
    );
    CREATE TABLE calls (
        run_id TEXT NOT NULL, call TEXT NOT NULL, tool TEXT NOT NULL, arguments TEXT NOT NULL,
        state TEXT NOT NULL, value TEXT NOT NULL, problem TEXT NOT NULL,
        began_at TEXT NOT NULL, ended_at TEXT,
        PRIMARY KEY (run_id, call)
    );
    CREATE TABLE spent (
        run_id TEXT NOT NULL, user TEXT NOT NULL, day TEXT NOT NULL, call TEXT NOT NULL,
        kind TEXT NOT NULL, amount REAL NOT NULL, settled INTEGER NOT NULL
    );
    CREATE INDEX spent_by_run ON spent (run_id, call);
    CREATE INDEX spent_by_day ON spent (user, day);
    CREATE TABLE cited (
        post_id TEXT NOT NULL, run_id TEXT NOT NULL, call TEXT NOT NULL,
        PRIMARY KEY (post_id, run_id, call)
    ) WITHOUT ROWID;
    CREATE TABLE approvals (
        run_id TEXT NOT NULL, call TEXT NOT NULL, act TEXT NOT NULL, given INTEGER NOT NULL,
        PRIMARY KEY (run_id, call, act)
    );
"""
_SECOND = """
    ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_by_parent ON runs (parent) WHERE parent <> '';
    CREATE TABLE rhythms (
        run_id TEXT PRIMARY KEY, every REAL NOT NULL, words TEXT NOT NULL, times INTEGER NOT NULL,
        made INTEGER NOT NULL, next_at TEXT NOT NULL
    );
"""
_THIRD = """
    ALTER TABLE runs ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_by_status ON runs (status, key_id);
    CREATE INDEX cited_by_run ON cited (run_id);
"""
LAYOUT = Layout((_FIRST, _SECOND, _THIRD))
