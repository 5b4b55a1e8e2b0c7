"""SQLite FTS5 (unicode61) beside sqlite-vec's exact scan of float32, one file, WAL.

`synchronous=NORMAL`, as SQLite's documents advise with WAL: faster than siyaq's log, which syncs
at every commit. Time is a metadata column of the vector table, so that it filters the scan.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pysqlite3 as sqlite

extension = importlib.import_module("sqlite_vec")


class SqliteVec:
    version = f"SQLite {sqlite.sqlite_version} FTS5, sqlite-vec {extension.__version__}"

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite.connect(str(folder / "all.sqlite"), check_same_thread=False)
        self._connection.enable_load_extension(True)  # noqa: FBT003 -- its only form
        extension.load(self._connection)
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, at INTEGER, lang TEXT, author TEXT,"
            " t TEXT);"
            "CREATE INDEX by_time ON posts (at);"
            "CREATE INDEX by_lang ON posts (lang);"
            "CREATE INDEX by_author ON posts (author);"
            "CREATE VIRTUAL TABLE texts USING fts5(t, content='posts', content_rowid='id');"
            "CREATE VIRTUAL TABLE vectors USING vec0(id INTEGER PRIMARY KEY, at INTEGER,"
            " lang TEXT, author TEXT, v float[512] distance_metric=cosine);"
        )
        self._taken = 0

    def add(self, posts, vectors):
        rows = [(p["id"], p["placed_us"], p["lang"], p["author"], p["text"]) for p in posts]
        with self._connection as cursor:
            cursor.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?)", rows)
            cursor.executemany(
                "INSERT INTO texts (rowid, t) VALUES (?, ?)", [(row[0], row[4]) for row in rows]
            )
            if vectors is not None:
                cursor.executemany(
                    "INSERT INTO vectors (id, at, lang, author, v) VALUES (?, ?, ?, ?, ?)",
                    [(*row[:4], v.tobytes()) for row, v in zip(rows, vectors, strict=True)],
                )
        self._taken += len(posts)

    def searchable(self):
        return self._taken

    def settle(self):
        pass

    def words(self, text, terms, k, where):
        match = " OR ".join('"' + word.replace('"', '""') + '"' for word in text.split())
        demands, values = _demands(where)
        only = f"AND rowid IN (SELECT id FROM posts WHERE {demands}) " if demands else ""
        sql = f"SELECT rowid FROM texts WHERE texts MATCH ? {only}ORDER BY rank LIMIT ?"
        return [row[0] for row in self._connection.execute(sql, (match, *values, k))]

    def nearest(self, vector, k, where):
        demands, values = _demands(where)
        only = f"AND {demands} " if demands else ""
        sql = f"SELECT id FROM vectors WHERE v MATCH ? AND k = ? {only}ORDER BY distance"
        return [row[0] for row in self._connection.execute(sql, (vector.tobytes(), k, *values))]

    def delete(self, ids):
        named = json.dumps(ids)
        with self._connection as cursor:
            for table, key in (("texts", "rowid"), ("vectors", "id"), ("posts", "id")):
                cursor.execute(
                    f"DELETE FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))", (named,)
                )

    def close(self):
        self._connection.close()


def _demands(where):
    """Return the clauses of a filter, and their values."""
    clauses = {"at >= ?": where.since_us, "lang = ?": where.lang, "author = ?": where.author}
    wanted = {clause: value for clause, value in clauses.items() if value}
    return " AND ".join(wanted), [*wanted.values()]


open_in = SqliteVec
