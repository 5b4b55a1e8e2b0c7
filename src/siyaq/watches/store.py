"""Watches, alerts and the outbox of one data directory, in one SQLite file.

An alert, what it is to be delivered to and the answer that the next look goes on from are written
in one transaction: a crash at any moment loses no alert and raises none twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec

from siyaq.core.errors import StorageError
from siyaq.core.ids import PostId
from siyaq.sqlite import Connection, Database
from siyaq.watches.model import Alert, Delivery, Watch
from siyaq.watches.schema import ALERT, WATCH, Saved, alert_of, delivery_of, file_of, watch_of

ALERTS_KEPT = 200
"""How many alerts of one watch are kept, the newest."""

_PROBLEM_CHARS = 300


class WatchStore:
    """Safe to use from several threads; the file from several processes.

    It is made when there is something to keep. Every method raises StorageError.
    """

    def __init__(self, directory: Path) -> None:
        self._database = Database(file_of(directory))

    @property
    def exists(self) -> bool:
        """Whether anything was ever saved."""
        return self._database.file.exists

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, watch: Watch) -> None:
        """Save a watch."""
        with self._changing() as database:
            database.execute(
                f"INSERT INTO watches ({WATCH}, known) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (
                    watch.id,
                    watch.owner,
                    msgspec.json.encode(Saved.of(watch.draft)),
                    watch.created_at.timestamp(),
                    watch.due_at.timestamp(),
                    watch.paused,
                    watch.answer_id,
                    None,
                    watch.problem,
                    b"[]",
                ),
            )

    def watches(self) -> list[Watch]:
        """Return every watch, the oldest first."""
        with self._reading() as database:
            rows = database.execute(f"SELECT {WATCH} FROM watches ORDER BY place").fetchall()  # noqa: S608
            return [watch_of(row) for row in rows]

    def find(self, watch_id: str) -> Watch | None:
        """Return a watch, None where there is none of that id."""
        with self._reading() as database:
            row = database.execute(
                f"SELECT {WATCH} FROM watches WHERE id = ?",  # noqa: S608
                (watch_id,),
            ).fetchone()
            return None if row is None else watch_of(row)

    def remove(self, watch_id: str) -> None:
        """Erase a watch, its alerts and what is under way of them."""
        with self._changing() as database:
            database.execute("DELETE FROM watches WHERE id = ?", (watch_id,))

    def pause(self, watch_id: str, *, paused: bool, due_at: datetime) -> None:
        """Stop asking a watch, or go on at a moment."""
        with self._changing() as database:
            database.execute(
                "UPDATE watches SET paused = ?, due_at = ? WHERE id = ?",
                (paused, due_at.timestamp(), watch_id),
            )

    def due(self, now: datetime) -> tuple[Watch, list[PostId]] | None:
        """Return the watch that has waited longest and the posts it has quoted, None: none is."""
        with self._reading() as database:
            row = database.execute(
                f"SELECT {WATCH}, known FROM watches WHERE NOT paused AND due_at <= ?"  # noqa: S608
                " ORDER BY due_at LIMIT 1",
                (now.timestamp(),),
            ).fetchone()
            if row is None:
                return None
            return watch_of(row[:-1]), msgspec.json.decode(row[-1], type=list[PostId])

    def looked(
        self,
        watch_id: str,
        *,
        answer_id: str,
        at: datetime,
        due_at: datetime,
        known: Sequence[PostId],
        alert: Alert | None,
        deliveries: Sequence[Delivery] = (),
    ) -> bool:
        """Write down one look: the answer it goes on from next, and the alert that it raises.

        False where the watch was removed meanwhile: nothing is raised then.
        """
        with self._changing() as database:
            found = database.execute(
                "UPDATE watches SET answer_id = ?, asked_at = ?, due_at = ?, problem = '', "
                "known = ? WHERE id = ?",
                (
                    answer_id,
                    at.timestamp(),
                    due_at.timestamp(),
                    msgspec.json.encode(known),
                    watch_id,
                ),
            ).rowcount
            if found and alert is not None:
                _raise(database, alert, deliveries)
        return bool(found)

    def not_asked(self, watch_id: str, problem: str, due_at: datetime) -> None:
        """Write down why a watch could not be asked, and when it is tried again."""
        with self._changing() as database:
            database.execute(
                "UPDATE watches SET problem = ?, due_at = ? WHERE id = ?",
                (problem[:_PROBLEM_CHARS], due_at.timestamp(), watch_id),
            )

    def owners(self) -> list[str]:
        """Return whose watches are asked, or have alerts on their way out."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT owner FROM watches WHERE NOT paused UNION"
                " SELECT owner FROM watches JOIN alerts ON watch_id = watches.id"
                " JOIN outbox ON alert_id = alerts.id WHERE state = 'waiting'"
            ).fetchall()
        return [owner for (owner,) in rows]

    def stop(self, owner: str, problem: str) -> None:
        """Pause every watch of an owner and give up its alerts on their way out, saying why."""
        with self._changing() as database:
            database.execute(
                "UPDATE watches SET paused = 1, problem = ? WHERE owner = ?",
                (problem[:_PROBLEM_CHARS], owner),
            )
            database.execute(
                "UPDATE outbox SET state = 'failed', problem = ? WHERE state = 'waiting' AND"
                " alert_id IN (SELECT alerts.id FROM alerts JOIN watches ON watches.id = watch_id"
                " WHERE owner = ?)",
                (problem[:_PROBLEM_CHARS], owner),
            )

    def alerts(self, watch_ids: Collection[str], limit: int) -> list[Alert]:
        """Return the alerts of watches, the newest first."""
        with self._reading() as database:
            rows = database.execute(
                f"SELECT {ALERT} WHERE watch_id IN (SELECT value FROM json_each(?))"  # noqa: S608
                " ORDER BY alerts.place DESC LIMIT ?",
                (msgspec.json.encode(list(watch_ids)).decode(), limit),
            ).fetchall()
            return [alert_of(row) for row in rows]

    def cites(self, answer_id: str) -> bool:
        """Say whether an alert tells of an answer."""
        with self._reading() as database:
            query = "SELECT 1 FROM alerts WHERE answer_id = ?"
            return database.execute(query, (answer_id,)).fetchone() is not None

    def see(self, watch_ids: Collection[str]) -> None:
        """Mark the alerts of watches as seen."""
        with self._changing() as database:
            database.execute(
                "UPDATE alerts SET seen = 1 WHERE watch_id IN (SELECT value FROM json_each(?))",
                (msgspec.json.encode(list(watch_ids)).decode(),),
            )

    def deliveries(self, alert_ids: Collection[str]) -> list[Delivery]:
        """Return what became of alerts on their ways out."""
        return self._deliveries(
            "alert_id IN (SELECT value FROM json_each(?))",
            msgspec.json.encode(list(alert_ids)).decode(),
        )

    def waiting(self, now: datetime) -> list[Delivery]:
        """Return the deliveries that are due, the longest due first."""
        return self._deliveries(
            "state = 'waiting' AND outbox.due_at <= ? ORDER BY outbox.due_at LIMIT 20",
            now.timestamp(),
        )

    def delivered(self, delivery: Delivery) -> None:
        """Write down what became of an attempt: `state`, `due_at`, `attempts`, `problem`."""
        with self._changing() as database:
            database.execute(
                "UPDATE outbox SET state = ?, due_at = ?, attempts = ?, problem = ? WHERE id = ?",
                (
                    delivery.state,
                    delivery.due_at.timestamp(),
                    delivery.attempts,
                    delivery.problem[:_PROBLEM_CHARS],
                    delivery.id,
                ),
            )

    def _deliveries(self, where: str, value: object) -> list[Delivery]:
        query = (
            f"SELECT outbox.id, way, target, outbox.due_at, attempts, state, outbox.problem,"
            f" {ALERT} JOIN outbox ON alert_id = alerts.id WHERE {where}"
        )
        with self._reading() as database:
            rows = database.execute(query, (value,)).fetchall()
            return [delivery_of(row[:7], alert_of(row[7:])) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Lend the connection; where nothing was ever saved, one to an empty database."""
        if self.exists:
            with self._database.lent() as database:
                yield database
            return
        with replace(self._database.file, path=Path(":memory:")).opened() as empty:
            yield empty

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Lend the connection for one write transaction; the file is made if need be."""
        folder = self._database.file.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot make {str(folder)!r}: {error.strerror}") from error
        with self._database.changing() as database:
            yield database


def _raise(database: Connection, alert: Alert, deliveries: Sequence[Delivery]) -> None:
    database.execute(
        "INSERT INTO alerts (id, watch_id, at, changes, answer_id, added, withdrawn, seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (
            alert.id,
            alert.watch_id,
            alert.at.timestamp(),
            msgspec.json.encode(alert.changes).decode(),
            alert.answer_id,
            alert.added,
            alert.withdrawn,
        ),
    )
    database.executemany(
        "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, 0, 'waiting', '')",
        [(one.id, alert.id, one.way, one.target, one.due_at.timestamp()) for one in deliveries],
    )
    database.execute(
        "DELETE FROM alerts WHERE watch_id = ? AND place <= (SELECT place FROM alerts"
        " WHERE watch_id = ? ORDER BY place DESC LIMIT 1 OFFSET ?)",
        (alert.watch_id, alert.watch_id, ALERTS_KEPT),
    )
