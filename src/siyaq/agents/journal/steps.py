"""The calls of the journal, before they are made and after, and what a user says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from siyaq.agents.amounts import Amounts
from siyaq.agents.journal.database import Database, as_json, now
from siyaq.agents.journal.purse import grant
from siyaq.agents.journal.records import SUSPENDED, Run, State


class Steps(Database):
    """What is written of each call of a run, and what is set aside for it."""

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
        once: bool = False,
    ) -> Amounts:
        """Write a call down before it is made, and set aside what it may cost.

        Returns what was set aside: of the elastic kinds ("seconds", "tokens", "bytes_down",
        "bytes_up") no more than is left. Raises BudgetSpent where less than is needed is left;
        then nothing is written. A call that was begun before a crash keeps what was set aside
        for it as spent, for nobody knows how far it came; see `free`. `shares`: it begins a run
        that writes down itself what it spends, so nothing is kept; of all kinds but its own step
        it can do with less. `once`: what the user has allowed is used up by this, so that after a
        crash it is asked for again.
        """
        day = now()[:10]
        with self.transaction() as db:
            if shares:
                db.execute("DELETE FROM spent WHERE run_id = ? AND call = ?", (run.id, call))
            db.execute("UPDATE spent SET settled = 1 WHERE run_id = ? AND call = ?", (run.id, call))
            if once:
                db.execute(
                    "DELETE FROM approvals WHERE run_id = ? AND call = ? AND given", (run.id, call)
                )
            granted = grant(db, run, reserve, day, day_caps, shares=shares)
            db.executemany(
                "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, 0)",
                [(run.id, run.user, day, call, kind, amount) for kind, amount in granted.items()],
            )
            db.execute(
                """INSERT OR REPLACE INTO calls VALUES (?1, ?2, ?3, ?4, 'begun', 'null', '',
                   coalesce((SELECT began_at FROM calls
                             WHERE run_id = ?1 AND call = ?2 AND state = 'begun'), ?5), NULL)""",
                (run.id, call, tool, as_json(arguments), now()),
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
            ).fetchone() or ("", now()[:10])
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
                (state, as_json(value), problem, now(), run_id, call),
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
        moment = now()
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, 'null', ?, ?, ?)",
                (run_id, call, tool, as_json(arguments), state, problem, moment, moment),
            )

    def suspend(self, run_id: str, calls: Sequence[str]) -> None:
        """Write down that waits were broken off: they go on from where they were begun."""
        with self.transaction() as db:
            db.execute(
                "UPDATE calls SET problem = ? WHERE run_id = ? AND state = 'begun'"
                " AND call IN (SELECT value FROM json_each(?))",
                (SUSPENDED, run_id, as_json(list(calls))),
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
                (run_id, SUSPENDED, as_json(list(kept))),
            )

    def decide(self, run_id: str, call: str, act: str, *, given: bool) -> None:
        """Write down that the user allowed, or forbade, exactly this act."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?)", (run_id, call, act, given)
            )

    def decision(self, run_id: str, call: str, act: str) -> bool | None:
        """Return what the user said of exactly this act, None where nothing was said."""
        with self.lent() as db:
            row = db.execute(
                "SELECT given FROM approvals WHERE run_id = ? AND call = ? AND act = ?",
                (run_id, call, act),
            ).fetchone()
        return None if row is None else bool(row[0])
