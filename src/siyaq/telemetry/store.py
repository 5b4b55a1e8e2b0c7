"""Series of readings in a SQLite file beside the log.

Readings are in this file and the place in their stream is in the log, so the log decides: readings
are staged first, durably and unseen; the log takes the number of the stage in the transaction that
takes the place; then they are counted in. Wherever a process dies, either both are there or
neither. Besides, a reading is known by its series and its time. Readings are kept for some days,
their minutes for longer, their hours for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.observation import Observation
from siyaq.sqlite import Connect, Connection, Database, connect, transaction
from siyaq.telemetry.changes import Change, Point, changes_in
from siyaq.telemetry.database import emptied, file_of, keep_secret
from siyaq.telemetry.naming import Naming
from siyaq.telemetry.staging import MINUTE_US, Decided, begin_stage, settle, stage

LOOK_BACK_US = 360 * MINUTE_US
"""How far back a level is looked for, at most to where changes are told already."""

MOST_SERIES = 100_000
_FUTURE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Series:
    """What is read of one thing. `thing` is what stands for its id: "3f2a91c07b44"."""

    id: int
    source: str
    kind: str
    thing: str
    property: str
    unit: str
    site: str
    label: str
    label_ar: str


Refusal = Literal["late", "beyond"]
"""Too old to be told apart, or from the future; or of a new series where there are too many."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of readings. Those refused are not stored, and hold up nothing after them.

    `number`: of the stage, which is to be appended as a cursor of `source`; 0 for none.
    """

    new: int = 0
    known: int = 0
    refused: Mapping[tuple[str, Refusal], int] = field(default_factory=dict)  # by source
    source: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was ordered to be erased: of a source, or of one thing ("dish:3f2a91c07b44").

    `before`, `at` (of the order): microseconds since 1970. `before` 0: all of it.
    """

    source: str
    thing: str
    before: int
    at: int


class TelemetryStore:
    """The readings of one data directory."""

    def __init__(
        self,
        directory: Path,
        *,
        raw: timedelta = timedelta(days=7),
        minutes: timedelta = timedelta(days=90),
        most: int = MOST_SERIES,
        connecting: Connect = connect,
    ) -> None:
        """Open the file when it is first needed. `raw`, `minutes`: how long these are kept.

        `connecting`: what connects to the file; proofs have a disk that fails.
        """
        self._raw = raw
        self._minutes = minutes
        self._naming = Naming(most)
        self._database = Database(file_of(directory, connecting), begun=self._begin)
        self._fresh: set[int] | None = None  # series to look at for changes; None: all

    def stage(self, observations: Sequence[Observation], now: datetime, decided: Decided) -> Taken:
        """Take readings in, durably, for the log to decide upon: see `settle`.

        Nobody is shown them yet. Whoever has the log appends, with what the readings came with,
        the number of this stage as a cursor of `Taken.source`; or does not, and the next stage
        lets go of them. Raises StorageError, and then nothing is staged.
        """
        oldest = now - self._raw
        counts: Counter[str] = Counter()
        refused: Counter[tuple[str, Refusal]] = Counter()
        with self._changing() as database:
            self._look_at(settle(database, decided, drop=True))
            for one in observations:
                if not oldest <= one.phenomenon_time <= now + _FUTURE:
                    refused[one.source, "late"] += 1
                elif (series := self._naming.series_of(database, one)) is None:
                    refused[one.source, "beyond"] += 1
                else:
                    counts["new" if stage(database, series, one) else "known"] += 1
            if not counts["new"]:
                return Taken(known=counts["known"], refused=refused)
            source = observations[0].source
            number = begin_stage(database, source, decided(source))
        return Taken(counts["new"], counts["known"], refused, source, number)

    def settle(self, decided: Decided) -> None:
        """Show what was staged and has its cursor in the log since."""
        with self._changing() as database:
            self._look_at(settle(database, decided, drop=False))

    def series(self, source: str = "") -> list[Series]:
        """Return every series, or those of one source."""
        with self._working() as database:
            rows = database.execute(
                "SELECT id, source, kind, thing, property, unit, site, label, label_ar FROM series"
                " WHERE source = ?1 OR ?1 = '' ORDER BY id",
                (source,),
            )
            return [Series(*row) for row in rows]

    def points(self, series: Series, since: datetime, until: datetime) -> list[Point]:
        """Return the minutes of a series that begin in [since, until), oldest first."""
        with self._working() as database:
            return _points(database, series.id, to_microseconds(since), to_microseconds(until))

    def readings(
        self, series: Series, since: datetime, until: datetime, most: int
    ) -> list[tuple[datetime, float | str]]:
        """Return the first readings of a series in [since, until], oldest first."""
        with self._working() as database:
            rows = database.execute(
                "SELECT at, number, word FROM readings WHERE series = ? AND at BETWEEN ? AND ?"
                " ORDER BY at LIMIT ?",
                (series.id, to_microseconds(since), to_microseconds(until), most),
            )
            return [
                (from_microseconds(at), word if number is None else number)
                for at, number, word in rows
            ]

    def untold(self) -> list[tuple[Series, Change]]:
        """Return the changes that are not told yet, of minutes that are over.

        A minute is over once something was read after it: no clock of ours has a say.
        """
        found: list[tuple[Series, Change]] = []
        fresh, self._fresh = self._fresh, set()
        for series in self.series():
            if fresh is not None and series.id not in fresh:
                continue
            with self._working() as database:
                told, newest = database.execute(
                    "SELECT told_until, (SELECT max(start) FROM minutes WHERE series = ?1)"
                    " FROM series WHERE id = ?1",
                    (series.id,),
                ).fetchone()
                if newest is None or newest <= told:
                    continue
                since = max(told - told % MINUTE_US, newest - LOOK_BACK_US)
                points = _points(database, series.id, since, newest)
            new = [one for one in changes_in(points) if to_microseconds(one.until) > told]
            found += [(series, change) for change in new]
            if new:  # until they are told
                self._fresh.add(series.id)
        return found

    def tell(self, series: Series, until: datetime) -> bool:
        """Take note that a series was told of up to a moment; False where it is there no more."""
        with self._changing() as database:
            told = database.execute(
                "UPDATE series SET told_until = max(told_until, ?)"
                " WHERE id = ? AND (source, kind, thing, property) = (?, ?, ?, ?)",
                (
                    to_microseconds(until),
                    series.id,  # which another one may have since
                    series.source,
                    series.kind,
                    series.thing,
                    series.property,
                ),
            )
            return bool(told.rowcount)

    def age(self, now: datetime) -> int:
        """Erase readings and minutes that were kept long enough; return how many readings."""
        with self._changing() as database:
            gone = database.execute(
                "DELETE FROM readings WHERE at < ?", (to_microseconds(now - self._raw),)
            ).rowcount
            database.execute(
                "DELETE FROM minutes WHERE start < ?", (to_microseconds(now - self._minutes),)
            )
            return gone

    def forget(self, order: Forgotten) -> None:
        """Erase the series of a source or of one thing, or what is old of them. See `purge`."""
        with self._changing() as database:
            gone = self._erase(database, order.source, order.thing, order.before)
            self._naming.forget()
            if order.thing and not gone:  # an account that is none of our things
                return
            database.execute(
                "INSERT INTO forgotten VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (order.source, order.thing, order.before, order.at),
            )

    def forgotten(self) -> list[Forgotten]:
        """Return all that was ever ordered to be forgotten."""
        with self._working() as database:
            rows = database.execute("SELECT source, thing, before, at FROM forgotten")
            return [Forgotten(*row) for row in rows]

    def retain(self, source: str, since: datetime) -> int:
        """Erase what was read of a source before a moment; return how many rows that was."""
        with self._changing() as database:
            return self._erase(database, source, "", to_microseconds(since))

    def purge(self) -> None:
        """Leave no byte of what was erased. Raises StorageError where a reader is in the way."""
        with self._working() as database:
            emptied(database, self._database.file.path)

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here."""
        return self._database.file.exists

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _erase(self, database: Connection, source: str, thing: str, before: int) -> int:
        """Erase series, or what began before a moment; return how many rows that was."""
        ours = "SELECT id FROM series WHERE source = ?1 AND ?2 IN ('', kind || ':' || thing)"
        if not before:
            return database.execute(
                f"DELETE FROM series WHERE id IN ({ours})",  # noqa: S608 -- constants only
                (source, thing),
            ).rowcount
        return sum(
            database.execute(
                f"DELETE FROM {table} WHERE series IN ({ours}) AND {moment} < ?3",  # noqa: S608
                (source, thing, before),
            ).rowcount
            for table, moment in (
                ("staged", "at"),
                ("readings", "at"),
                ("minutes", "start"),
                ("hours", "start"),
            )
        )

    def _look_at(self, series: set[int]) -> None:
        """Look for changes in some series, the next time it is looked."""
        if self._fresh is not None:
            self._fresh |= series

    def _begin(self, database: Connection) -> None:
        keep_secret(database)
        self._naming.begin(database)

    @contextmanager
    def _working(self) -> Iterator[Connection]:
        with self._database.lent() as database:
            try:
                yield database
            except Exception:
                self._naming.forget()  # series that may not have been committed
                raise

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._working() as database, transaction(database):
            yield database


def _points(database: Connection, series: int, since: int, until: int) -> list[Point]:
    rows = database.execute(
        "SELECT first_at, last_at, total, count, word FROM minutes"
        " WHERE series = ? AND start >= ? AND start < ? ORDER BY start",
        (series, since, until),
    )
    return [
        Point(
            from_microseconds(first),
            word if total is None else total / count,
            from_microseconds(last),
        )
        for first, last, total, count, word in rows
    ]
