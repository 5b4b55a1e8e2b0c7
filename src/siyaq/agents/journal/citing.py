"""Whose words are in which run, and how they leave it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from siyaq.agents.journal.database import Database, as_json
from siyaq.agents.journal.records import WITHDRAWN


class Citing(Database):
    """Which posts' words each run holds."""

    def inherit(self, run_id: str, child: str) -> None:
        """Note that a run has the result of another one, and so cites what that does."""
        with self.transaction() as db:
            db.execute("DELETE FROM cited WHERE run_id = ?", (run_id,))
            db.execute(
                "INSERT OR IGNORE INTO cited SELECT post_id, ?, call FROM cited WHERE run_id = ?",
                (run_id, child),
            )

    def cites(self, run_ids: Sequence[str]) -> dict[str, set[str]]:
        """Return the posts whose words each of some runs holds."""
        with self.lent() as db:
            rows = db.execute(
                """SELECT run_id, post_id FROM cited
                   WHERE run_id IN (SELECT value FROM json_each(?))""",
                (as_json(list(run_ids)),),
            ).fetchall()
        found: dict[str, set[str]] = {}
        for run_id, post_id in rows:
            found.setdefault(run_id, set()).add(post_id)
        return found

    def cited(self) -> list[str]:
        """Return every post whose words some run holds."""
        with self.lent() as db:
            rows = db.execute("SELECT DISTINCT post_id FROM cited").fetchall()
        return [post_id for (post_id,) in rows]

    def forget(self, post_ids: Sequence[str]) -> None:
        """Leave no word of these posts in any run: results, arguments and files go.

        Words travel from call to call, so all that a run holds goes with the first of them.
        """
        if not post_ids:
            return
        wanted = as_json(list(post_ids))
        with self.transaction() as db:
            rows = db.execute(
                """SELECT DISTINCT run_id FROM cited
                   WHERE post_id IN (SELECT value FROM json_each(?))""",
                (wanted,),
            ).fetchall()
            for (run_id,) in rows:
                db.execute(
                    "UPDATE calls SET value = 'null', arguments = '{}', problem = ?"
                    " WHERE run_id = ?",
                    (WITHDRAWN, run_id),
                )
                db.execute(
                    "UPDATE runs SET result = ?1, stopped_by = CASE WHEN status IN"
                    " ('waiting', 'failed') THEN ?2 ELSE stopped_by END WHERE id = ?3",
                    (as_json(WITHDRAWN), WITHDRAWN, run_id),
                )
                db.execute("DELETE FROM cited WHERE run_id = ?", (run_id,))
        for (run_id,) in rows:
            shutil.rmtree(self.folder / run_id, ignore_errors=True)
            (self.folder / run_id).with_suffix(".browser").unlink(missing_ok=True)
        with self.lent() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
