"""The runs of the journal: begun, planned, ended, looked up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import cast

from siyaq.agents.amounts import Amounts
from siyaq.agents.journal.database import Database, as_json, now
from siyaq.agents.journal.reading import read_run
from siyaq.agents.journal.records import Run, Status
from siyaq.agents.plan import Plan, plan_lines, read_plan
from siyaq.agents.within import MARK, MOST_SUBS, around, sub_of
from siyaq.core.errors import NotFound, UsageError

_OPEN = "('queued', 'scheduled', 'running', 'paused', 'waiting')"


class Runs(Database):
    """What is written of each run as a whole."""

    def begin_run(
        self,
        *,
        user: str,
        task: str,
        model: str,
        caps: Amounts,
        allowed: Sequence[str],
        key_id: str = "",
    ) -> str:
        """Write a new run down and return its id."""
        run_id = f"run-{secrets.token_hex(5)}"
        row = (run_id, user, task, model, as_json(caps), as_json(list(allowed)), "[]")
        with self.transaction() as db:
            db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, 'running', '', 'null', ?, '', ?)",
                (*row, now(), key_id),
            )
        return run_id

    def begin_child(self, parent: Run, run_id: str, plan: Sequence[str]) -> None:
        """Write down, once, a run that spends from the purse of another, and queue it."""
        row = (run_id, parent.user, parent.task, parent.model, as_json(parent.caps))
        root = parent.parent or parent.id
        more = (as_json(list(parent.allowed)), as_json(list(plan)), now(), root, parent.key_id)
        with self.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO runs"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', '', 'null', ?, ?, ?)",
                (*row, *more),
            )

    def begin_sub(self, parent: Run, call: str, task: str, caps: Amounts) -> str:
        """Write down, once, the run that a call begins, and what it may spend; return its id.

        Its caps are those of the last time: what is set aside for the call. Raises UsageError
        where the task has come to too many.
        """
        run_id = sub_of(parent.id, call)
        top = (around(run_id)[0] + MARK,)
        row = (
            run_id,
            parent.user,
            task,
            parent.model,
            as_json(caps),
            as_json(list(parent.allowed)),
        )
        with self.transaction() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM runs WHERE id GLOB ?1 || '*' AND id <> ?2", (*top, run_id)
            ).fetchone()
            if count >= MOST_SUBS:
                raise UsageError(f"the task has come to {count} runs already, {MOST_SUBS} at most")
            db.execute(
                "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, '[]', 'running', '', 'null',"
                " ?, ?, ?)",
                (*row, now(), parent.id, parent.key_id),
            )
            db.execute("UPDATE runs SET caps = ? WHERE id = ?", (as_json(caps), run_id))
        return run_id

    def fix_plan(self, run_id: str, plan: Plan) -> None:
        """Write the plan of a run, in place of the one it had."""
        with self.transaction() as db:
            db.execute("UPDATE runs SET plan = ? WHERE id = ?", (as_json(plan_lines(plan)), run_id))

    def recap(self, run_id: str, caps: Amounts) -> None:
        """Give a run other caps from now on."""
        with self.transaction() as db:
            db.execute("UPDATE runs SET caps = ? WHERE id = ?", (as_json(caps), run_id))

    def note(self, run_id: str, stopped_by: str) -> None:
        """Say what a run that is carried on waits for, "" for nothing."""
        with self.transaction() as db:
            db.execute(
                "UPDATE runs SET stopped_by = ? WHERE id = ? AND status = 'running'",
                (stopped_by, run_id),
            )

    def close_run(
        self,
        run_id: str,
        status: Status,
        stopped_by: str = "",
        result: object = None,
        *,
        was: Status | None = None,
    ) -> None:
        """Write how a run stands now. A result that is None leaves the one it has.

        Nothing is written where it no longer stands as it `was`: somebody else has ended it.
        """
        with self.transaction() as db:
            db.execute(
                """UPDATE runs SET status = ?1, stopped_by = ?2,
                   result = CASE WHEN ?3 = 'null' THEN result ELSE ?3 END
                   WHERE id = ?4 AND status = coalesce(?5, status)""",
                (status, stopped_by, as_json(result), run_id, was),
            )

    def close_subs(
        self, run_id: str, status: Status, stopped_by: str = "", *, call: str = ""
    ) -> None:
        """Write how the runs within a run stand now, of those that are not over.

        `call`: only those that this call began.
        """
        inner = sub_of(run_id, call)
        with self.transaction() as db:
            db.execute(
                f"UPDATE runs SET status = ?1, stopped_by = ?2"  # noqa: S608
                f" WHERE (id = ?3 OR id GLOB ?4 || '*') AND status IN {_OPEN}",
                (status, stopped_by, inner, f"{inner}{MARK}" if call else inner),
            )

    def stop_key(self, key_id: str, stopped_by: str) -> None:
        """End every run of a key, rhythms too."""
        with self.transaction() as db:
            db.execute(
                f"UPDATE runs SET status = 'stopped', stopped_by = ?"  # noqa: S608
                f" WHERE key_id = ? AND status IN {_OPEN}",
                (stopped_by, key_id),
            )

    def adopt(self, key_ids: Iterable[str]) -> None:
        """Give runs that were written by format 2 the key that they were begun with."""
        with self.transaction() as db:
            db.executemany(
                "UPDATE runs SET key_id = user WHERE key_id = '' AND user = ?",
                [(key_id,) for key_id in key_ids],
            )

    def standing(self, run_id: str) -> tuple[Status, str]:
        """Return the status of a run and what stopped it. Raises NotFound."""
        with self.lent() as db:
            row = db.execute(
                "SELECT status, stopped_by FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no run {run_id!r}", hint="siyaq agent list")
        return cast("Status", row[0]), row[1]

    def plan(self, run: Run, tools: Sequence[str]) -> Plan:
        """Return the plan of a run."""
        return read_plan(run.plan, tools)

    def run(self, run_id: str) -> Run:
        """Return a run with its steps. Raises NotFound."""
        with self.lent() as db:
            row = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None:
                raise NotFound(f"there is no run {run_id!r}", hint="siyaq agent list")
            return read_run(db, row)

    def runs(
        self, limit: int = 100, *, user: str = "", parent: str = "", status: str = ""
    ) -> list[Run]:
        """Return the newest runs, the newest first; all of them where nothing else is said.

        Runs within runs are no runs of their own here: `subs` has them.
        """
        with self.lent() as db:
            rows = db.execute(
                """SELECT * FROM runs WHERE (?1 = '' OR user = ?1) AND instr(id, '~') = 0
                   AND (?2 = '' OR parent = ?2)
                   AND (?3 = '' OR status = ?3) ORDER BY created_at DESC, rowid DESC LIMIT ?4""",
                (user, parent, status, limit),
            ).fetchall()
            return [read_run(db, row) for row in rows]

    def subs(self, run_id: str) -> list[Run]:
        """Return the runs within a run, those within them too, in the order of their calls."""
        with self.lent() as db:
            rows = db.execute(
                "SELECT * FROM runs WHERE id GLOB ? || '*' ORDER BY created_at, rowid",
                (run_id + MARK,),
            ).fetchall()
            return [read_run(db, row) for row in rows]

    def queued(self) -> list[tuple[str, str, str]]:
        """Return (id, user, parent) of the runs that wait to be carried on, the oldest first."""
        with self.lent() as db:
            return db.execute(
                "SELECT id, user, parent FROM runs WHERE status = 'queued' AND plan <> '[]'"
                " AND instr(id, '~') = 0 ORDER BY created_at, rowid"
            ).fetchall()

    def keys_at_work(self) -> list[str]:
        """Return the keys whose runs are not over."""
        with self.lent() as db:
            rows = db.execute(
                f"SELECT DISTINCT key_id FROM runs WHERE status IN {_OPEN} AND key_id <> ''"  # noqa: S608
            ).fetchall()
        return [key_id for (key_id,) in rows]
