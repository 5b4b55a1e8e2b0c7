"""The journal of runs, and the purse they spend from: `agents/journal.sqlite`.

Every call is written down before it is made, with what is set aside for it, and again after it,
with what it cost, each in one transaction that is durable when it returns. So a crash can lose
no step, and neither a crash nor any number of calls side by side can spend what is not there.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final, Literal, cast

import msgspec

from siyaq.agents.amounts import Amounts, Kind, plus
from siyaq.agents.plan import Plan, plan_lines, read_plan
from siyaq.agents.within import MARK, MOST_SUBS, around, is_sub, sub_of
from siyaq.core.errors import DiskFull, FormatTooNew, NotFound, StorageError, UsageError

FOLDER = "agents"
FORMAT = 3
BUSY_SECONDS = 10.0
SUSPENDED = "paused"
WITHDRAWN = "withdrawn: it held words of posts that were deleted since"

Status = Literal["queued", "scheduled", "running", "paused", "waiting", "done", "stopped", "failed"]
OVER: Final[frozenset[Status]] = frozenset({"done", "stopped", "failed"})
State = Literal["begun", "done", "failed", "refused", "skipped", "waiting"]

_FIRST = """
    PRAGMA journal_mode = WAL;
    BEGIN IMMEDIATE;
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
    PRAGMA user_version = 1;
    COMMIT;
"""
_SECOND = """
    BEGIN IMMEDIATE;
    ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_by_parent ON runs (parent) WHERE parent <> '';
    CREATE TABLE rhythms (
        run_id TEXT PRIMARY KEY, every REAL NOT NULL, words TEXT NOT NULL, times INTEGER NOT NULL,
        made INTEGER NOT NULL, next_at TEXT NOT NULL
    );
    PRAGMA user_version = 2;
    COMMIT;
"""
_THIRD = """
    BEGIN IMMEDIATE;
    ALTER TABLE runs ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_by_status ON runs (status, key_id);
    CREATE INDEX cited_by_run ON cited (run_id);
    PRAGMA user_version = 3;
    COMMIT;
"""
_FORMATS = (_FIRST, _SECOND, _THIRD)


class BudgetSpent(UsageError):
    """A cap does not allow what a call would need. `cap` names it: "tokens", "day usd"."""

    code = "budget_spent"
    hint = "give it more: siyaq agent resume RUN --budget KIND=AMOUNT"

    def __init__(self, message: str, *, cap: str = "") -> None:
        super().__init__(message)
        self.cap = cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a run, as far as it has come. Times are in UTC."""

    call: str
    tool: str
    arguments: Mapping[str, object]
    state: State
    value: object = None
    problem: str = ""
    began_at: datetime
    ended_at: datetime | None = None
    spent: Amounts

    @property
    def made(self) -> bool:
        """Whether something was done for it: it is not asked about, nor a wait that is paused."""
        return self.state != "waiting" and not (self.state == "begun" and self.problem == SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One task that was given to an agent, and how it stands."""

    id: str
    user: str
    task: str
    model: str
    caps: Amounts
    allowed: tuple[str, ...]  # hosts it may visit
    plan: tuple[str, ...]  # lines; none before it is planned
    status: Status
    stopped_by: str
    result: object
    created_at: datetime
    steps: tuple[Step, ...]
    spent: Amounts  # with what its children have spent
    parent: str = ""  # the run that it was begun by: a rhythm's, or the one that it is within
    key_id: str = ""  # the key that it was begun with; "" at the machine itself
    withheld: bool = False  # posts were deleted whose words it holds: none of them is here

    @property
    def purse(self) -> str:
        """The run from whose purse it spends: of one within another that is its own share."""
        return self.id if is_sub(self.id) else self.parent or self.id


class Journal:
    """The runs of one data directory. Safe to use from several threads and processes."""

    def __init__(self, directory: Path) -> None:
        """Open it, making it if need be. Raises StorageError, FormatTooNew."""
        self.folder = directory / FOLDER
        self._path = self.folder / "journal.sqlite"
        self._lock = Lock()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {str(self.folder)!r}: {error.strerror}") from error
        with self._told():
            self._db = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves no bytes
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > FORMAT:
                self._db.close()
                raise FormatTooNew(f"the journal in {str(self.folder)!r} has format {version}")
            for made in _FORMATS[version:]:
                self._db.executescript(made)

    @staticmethod
    def exists(directory: Path) -> bool:
        """Say whether a data directory has one."""
        return (directory / FOLDER / "journal.sqlite").exists()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def workspace(self, run_id: str) -> Path:
        """Return the folder of a run's own files, made at the first call."""
        folder = self.folder / run_id
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

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
        row = (run_id, user, task, model, _json(caps), _json(list(allowed)), "[]")
        with self.transaction() as db:
            db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, 'running', '', 'null', ?, '', ?)",
                (*row, _now(), key_id),
            )
        return run_id

    def begin_child(self, parent: Run, run_id: str, plan: Sequence[str]) -> None:
        """Write down, once, a run that spends from the purse of another, and queue it."""
        row = (run_id, parent.user, parent.task, parent.model, _json(parent.caps))
        root = parent.parent or parent.id
        more = (_json(list(parent.allowed)), _json(list(plan)), _now(), root, parent.key_id)
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
        row = (run_id, parent.user, task, parent.model, _json(caps), _json(list(parent.allowed)))
        with self.transaction() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM runs WHERE id GLOB ?1 || '*' AND id <> ?2", (*top, run_id)
            ).fetchone()
            if count >= MOST_SUBS:
                raise UsageError(f"the task has come to {count} runs already, {MOST_SUBS} at most")
            db.execute(
                "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, '[]', 'running', '', 'null',"
                " ?, ?, ?)",
                (*row, _now(), parent.id, parent.key_id),
            )
            db.execute("UPDATE runs SET caps = ? WHERE id = ?", (_json(caps), run_id))
        return run_id

    def subs(self, run_id: str) -> list[Run]:
        """Return the runs within a run, those within them too, in the order of their calls."""
        with self._told(), self._lock:
            rows = self._db.execute(
                "SELECT * FROM runs WHERE id GLOB ? || '*' ORDER BY created_at, rowid",
                (run_id + MARK,),
            ).fetchall()
            return [self._read(row) for row in rows]

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

    def fix_plan(self, run_id: str, plan: Plan) -> None:
        """Write the plan of a run, in place of the one it had."""
        with self.transaction() as db:
            db.execute("UPDATE runs SET plan = ? WHERE id = ?", (_json(plan_lines(plan)), run_id))

    def recap(self, run_id: str, caps: Amounts) -> None:
        """Give a run other caps from now on."""
        with self.transaction() as db:
            db.execute("UPDATE runs SET caps = ? WHERE id = ?", (_json(caps), run_id))

    def plan(self, run: Run, tools: Sequence[str]) -> Plan:
        """Return the plan of a run."""
        return read_plan(run.plan, tools)

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
                (status, stopped_by, _json(result), run_id, was),
            )

    def standing(self, run_id: str) -> tuple[Status, str]:
        """Return the status of a run and what stopped it. Raises NotFound."""
        with self._told(), self._lock:
            row = self._db.execute(
                "SELECT status, stopped_by FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no run {run_id!r}", hint="siyaq agent list")
        return cast("Status", row[0]), row[1]

    def note(self, run_id: str, stopped_by: str) -> None:
        """Say what a run that is carried on waits for, "" for nothing."""
        with self.transaction() as db:
            db.execute(
                "UPDATE runs SET stopped_by = ? WHERE id = ? AND status = 'running'",
                (stopped_by, run_id),
            )

    def keys_at_work(self) -> list[str]:
        """Return the keys whose runs are not over."""
        with self._told(), self._lock:
            rows = self._db.execute(
                f"SELECT DISTINCT key_id FROM runs WHERE status IN {_OPEN} AND key_id <> ''"  # noqa: S608
            ).fetchall()
        return [key_id for (key_id,) in rows]

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

    def begin(
        self,
        run: Run,
        call: str,
        tool: str,
        arguments: Mapping[str, object],
        reserve: Amounts,
        day_caps: Amounts,
        *,
        shares: bool = False,
    ) -> Amounts:
        """Write a call down before it is made, and set aside what it may cost.

        Returns what was set aside: of the elastic kinds ("seconds", "tokens", "bytes_down",
        "bytes_up") no more than is left. Raises BudgetSpent where less than is needed is left;
        then nothing is written. A call that was begun before a crash keeps what was set aside
        for it as spent, for nobody knows how far it came; see `free`. `shares`: it begins a run
        that writes down itself what it spends, so nothing is kept; of all kinds but its own step
        it can do with less.
        """
        day = _now()[:10]
        with self.transaction() as db:
            if shares:
                db.execute("DELETE FROM spent WHERE run_id = ? AND call = ?", (run.id, call))
            db.execute("UPDATE spent SET settled = 1 WHERE run_id = ? AND call = ?", (run.id, call))
            root = run.purse
            (caps,) = db.execute("SELECT caps FROM runs WHERE id = ?", (root,)).fetchone()
            left = _left(self._sum(db, _FAMILY, root, root), msgspec.json.decode(caps))
            left_today = _left(self._sum(db, _TODAY, run.user, day), day_caps)
            granted = _granted(reserve, left, "", shares=shares)
            granted = _granted(granted, left_today, "day ", shares=shares)
            db.executemany(
                "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, 0)",
                [(run.id, run.user, day, call, kind, amount) for kind, amount in granted.items()],
            )
            db.execute(
                """INSERT OR REPLACE INTO calls VALUES (?1, ?2, ?3, ?4, 'begun', 'null', '',
                   coalesce((SELECT began_at FROM calls
                             WHERE run_id = ?1 AND call = ?2 AND state = 'begun'), ?5), NULL)""",
                (run.id, call, tool, _json(arguments), _now()),
            )
        return granted

    def free(self, run_id: str, call: str) -> None:
        """Give back the time that is set aside for a call which a crash broke off.

        Only for a call that does nothing with it.
        """
        with self.transaction() as db:
            db.execute(
                "DELETE FROM spent"
                " WHERE run_id = ? AND call = ? AND kind = 'seconds' AND settled = 0",
                (run_id, call),
            )

    def settle(
        self,
        run_id: str,
        call: str,
        state: State,
        *,
        value: object = None,
        problem: str = "",
        spent: Amounts,
        cites: Iterable[str] = (),
    ) -> None:
        """Write down what became of a call and what it really cost, freeing what is left.

        `cites`: the posts whose words the value holds.
        """
        with self.transaction() as db:
            (user, day) = db.execute(
                "SELECT user, day FROM spent WHERE run_id = ? AND call = ? LIMIT 1", (run_id, call)
            ).fetchone() or ("", _now()[:10])
            db.execute(
                "DELETE FROM spent WHERE run_id = ? AND call = ? AND settled = 0", (run_id, call)
            )
            db.executemany(
                "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, 1)",
                [(run_id, user, day, call, kind, amount) for kind, amount in spent.items()],
            )
            db.execute(
                """UPDATE calls SET state = ?, value = ?, problem = ?, ended_at = ?
                   WHERE run_id = ? AND call = ?""",
                (state, _json(value), problem, _now(), run_id, call),
            )
            db.executemany(
                "INSERT OR IGNORE INTO cited VALUES (?, ?, ?)",
                [(post_id, run_id, call) for post_id in cites],
            )

    def leave(
        self,
        run_id: str,
        call: str,
        tool: str,
        arguments: Mapping[str, object],
        state: State,
        problem: str = "",
    ) -> None:
        """Write down a call that was not made: it cost nothing."""
        moment = _now()
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, 'null', ?, ?, ?)",
                (run_id, call, tool, _json(arguments), state, problem, moment, moment),
            )

    def decide(self, run_id: str, call: str, act: str, *, given: bool) -> None:
        """Write down that the user allowed, or forbade, exactly this act."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?)", (run_id, call, act, given)
            )

    def decision(self, run_id: str, call: str, act: str) -> bool | None:
        """Return what the user said of exactly this act, None where nothing was said."""
        with self._told(), self._lock:
            row = self._db.execute(
                "SELECT given FROM approvals WHERE run_id = ? AND call = ? AND act = ?",
                (run_id, call, act),
            ).fetchone()
        return None if row is None else bool(row[0])

    def suspend(self, run_id: str, calls: Sequence[str]) -> None:
        """Write down that waits were broken off: they go on from where they were begun."""
        with self.transaction() as db:
            db.execute(
                "UPDATE calls SET problem = ? WHERE run_id = ? AND state = 'begun'"
                " AND call IN (SELECT value FROM json_each(?))",
                (SUSPENDED, run_id, _json(list(calls))),
            )
        for call in calls:
            self.free(run_id, call)

    def forget_waiting(self, run_id: str, kept: Sequence[str] = ()) -> None:
        """Let a run wait with no call any more: its plan was changed.

        `kept`: suspended waits that are in its plan as they were.
        """
        with self.transaction() as db:
            db.execute(
                "DELETE FROM calls WHERE run_id = ? AND (state = 'waiting' OR"
                " (state = 'begun' AND problem = ?"
                " AND call NOT IN (SELECT value FROM json_each(?))))",
                (run_id, SUSPENDED, _json(list(kept))),
            )

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
        with self._told(), self._lock:
            rows = self._db.execute(
                """SELECT run_id, post_id FROM cited
                   WHERE run_id IN (SELECT value FROM json_each(?))""",
                (_json(list(run_ids)),),
            ).fetchall()
        found: dict[str, set[str]] = {}
        for run_id, post_id in rows:
            found.setdefault(run_id, set()).add(post_id)
        return found

    def cited(self) -> list[str]:
        """Return every post whose words some run holds."""
        with self._told(), self._lock:
            rows = self._db.execute("SELECT DISTINCT post_id FROM cited").fetchall()
        return [post_id for (post_id,) in rows]

    def forget(self, post_ids: Sequence[str]) -> None:
        """Leave no word of these posts in any run: results, arguments and files go.

        Words travel from call to call, so all that a run holds goes with the first of them.
        """
        if not post_ids:
            return
        wanted = _json(list(post_ids))
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
                    (_json(WITHDRAWN), WITHDRAWN, run_id),
                )
                db.execute("DELETE FROM cited WHERE run_id = ?", (run_id,))
        for (run_id,) in rows:
            shutil.rmtree(self.folder / run_id, ignore_errors=True)
            (self.folder / run_id).with_suffix(".browser").unlink(missing_ok=True)
        with self._told(), self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def run(self, run_id: str) -> Run:
        """Return a run with its steps. Raises NotFound."""
        with self._told(), self._lock:
            row = self._db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None:
                raise NotFound(f"there is no run {run_id!r}", hint="siyaq agent list")
            return self._read(row)

    def runs(
        self, limit: int = 100, *, user: str = "", parent: str = "", status: str = ""
    ) -> list[Run]:
        """Return the newest runs, the newest first; all of them where nothing else is said.

        Runs within runs are no runs of their own here: `subs` has them.
        """
        with self._told(), self._lock:
            rows = self._db.execute(
                """SELECT * FROM runs WHERE (?1 = '' OR user = ?1) AND instr(id, '~') = 0
                   AND (?2 = '' OR parent = ?2)
                   AND (?3 = '' OR status = ?3) ORDER BY created_at DESC, rowid DESC LIMIT ?4""",
                (user, parent, status, limit),
            ).fetchall()
            return [self._read(row) for row in rows]

    def queued(self) -> list[tuple[str, str, str]]:
        """Return (id, user, parent) of the runs that wait to be carried on, the oldest first."""
        with self._told(), self._lock:
            return self._db.execute(
                "SELECT id, user, parent FROM runs WHERE status = 'queued' AND plan <> '[]'"
                " AND instr(id, '~') = 0 ORDER BY created_at, rowid"
            ).fetchall()

    def _read(self, row: Sequence[str]) -> Run:
        run_id, user, task, model, caps, allowed, plan, status, stopped_by, result = row[:10]
        created, parent, key_id = row[10:]
        costs: dict[str, Amounts] = {}
        for call, kind, amount in self._db.execute(
            "SELECT call, kind, sum(amount) FROM spent WHERE run_id = ? GROUP BY call, kind",
            (run_id,),
        ):
            costs[call] = plus(costs.get(call, {}), {cast("Kind", kind): amount})
        steps = tuple(
            _step(step, costs)
            for step in self._db.execute(
                "SELECT * FROM calls WHERE run_id = ? ORDER BY rowid", (run_id,)
            )
        )
        spent: Amounts = {}
        for cost in costs.values():
            spent = plus(spent, cost)
        spent = plus(spent, self._sum(self._db, _CHILDREN, run_id))
        return Run(
            id=run_id,
            user=user,
            task=task,
            model=model,
            caps=msgspec.json.decode(caps),
            allowed=tuple(msgspec.json.decode(allowed)),
            plan=tuple(msgspec.json.decode(plan)),
            status=cast("Status", status),
            stopped_by=stopped_by,
            result=msgspec.json.decode(result),
            created_at=datetime.fromisoformat(created),
            steps=steps,
            spent=spent,
            parent=parent,
            key_id=key_id,
            withheld=result == _json(WITHDRAWN),
        )

    def _sum(self, db: sqlite3.Connection, where: str, *values: str) -> Amounts:
        rows = db.execute(
            f"SELECT kind, sum(amount) FROM spent WHERE {where} GROUP BY kind",  # noqa: S608
            values,
        )
        return {cast("Kind", kind): amount for kind, amount in rows}

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the database for one transaction. Raises StorageError, DiskFull."""
        with self._told(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            kind = DiskFull if full else StorageError
            raise kind(f"cannot use {str(self._path)!r}: {error}") from error


_OPEN = "('queued', 'scheduled', 'running', 'paused', 'waiting')"
_CHILDREN = "run_id IN (SELECT id FROM runs WHERE parent = ? AND instr(id, '~') = 0)"
_FAMILY = f"run_id = ? OR {_CHILDREN}"
_TODAY = "user = ? AND day = ? AND instr(run_id, '~') = 0"
"""What a run within a run spends stands with the call that began it."""

ELASTIC: frozenset[Kind] = frozenset({"seconds", "tokens", "bytes_down", "bytes_up"})
"""Kinds of which a call can do with less than it would like: it is told how much it has."""

_SOME = 1e-9


def _left(spent: Amounts, caps: Amounts) -> Amounts:
    return {kind: cap - spent.get(kind, 0.0) for kind, cap in caps.items()}


def _granted(wanted: Amounts, left: Amounts, scope: str, *, shares: bool) -> Amounts:
    """Return what may be set aside of what is wanted. Raises BudgetSpent."""
    granted = dict(wanted)
    for kind in wanted:
        if kind not in left:
            continue
        have = max(left[kind], 0.0)
        if have < _least(kind, wanted[kind], shares=shares):
            told = f"{scope}{kind}: {have:g} left, {wanted[kind]:g} needed"
            raise BudgetSpent(told, cap=f"{scope}{kind}")
        granted[kind] = min(wanted[kind], have)
    return granted


def _least(kind: Kind, wanted: float, *, shares: bool) -> float:
    """Return the least with which a call can begin."""
    if shares and kind not in ("steps", "seconds"):
        return 0.0
    if shares and kind == "steps":
        return 1.0
    return min(wanted, _SOME) if kind in ELASTIC else wanted


def _step(row: Sequence[str], costs: Mapping[str, Amounts]) -> Step:
    _, call, tool, arguments, state, value, problem, began, ended = row
    return Step(
        call=call,
        tool=tool,
        arguments=msgspec.json.decode(arguments),
        state=cast("State", state),
        value=msgspec.json.decode(value),
        problem=problem,
        began_at=datetime.fromisoformat(began),
        ended_at=datetime.fromisoformat(ended) if ended else None,
        spent=costs.get(call, {}),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat()
