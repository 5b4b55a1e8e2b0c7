"""Series of readings in a SQLite file beside the log.

Whoever has readings and a place in a stream stores the readings first: a reading is known by its
series and its time, so what comes again after a crash changes nothing. Readings are kept for some
days, their minutes for longer, their hours for good.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.errors import DiskFull, StorageError
from siyaq.core.observation import Observation, Thing
from siyaq.telemetry.changes import Change, Point, changes_in
from siyaq.telemetry.schema import COUNT_IN, NAME, SCHEMA

BUSY_SECONDS = 5.0
MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000
LOOK_BACK_US = 6 * HOUR_US
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of readings.

    `late` ones are too old to be told apart, or from the future; `beyond` ones would begin a
    series where there are too many: neither is stored, and neither holds up what comes after.
    """

    new: int = 0
    known: int = 0
    late: int = 0
    beyond: int = 0


class TelemetryStore:
    """The readings of one data directory."""

    def __init__(
        self,
        directory: Path,
        *,
        raw: timedelta = timedelta(days=7),
        minutes: timedelta = timedelta(days=90),
        most: int = MOST_SERIES,
    ) -> None:
        """Open the file when it is first needed. `raw`, `minutes`: how long these are kept."""
        self._most = most
        self._path = directory / NAME
        self._raw = raw
        self._minutes = minutes
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._key = b""
        self._ids: dict[tuple[str, ...], int] = {}
        self._fresh: set[int] | None = None  # series to look at for changes; None: all

    def take(self, observations: Sequence[Observation], now: datetime) -> Taken:
        """Store readings; durable on return. Raises StorageError, and then nothing is stored."""
        if not observations:
            return Taken()
        oldest = now - self._raw
        new = known = late = beyond = 0
        with self._working() as database, database:
            for one in observations:
                if not oldest <= one.phenomenon_time <= now + _FUTURE:
                    late += 1
                elif (series := self._series_id(database, one)) is None:
                    beyond += 1
                elif self._put(database, series, one):
                    new += 1
                else:
                    known += 1
        return Taken(new, known, late, beyond)

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

    def tell(self, series: Series, until: datetime) -> None:
        """Take note that the changes of a series were told, up to a moment."""
        with self._working() as database, database:
            database.execute(
                "UPDATE series SET told_until = max(told_until, ?) WHERE id = ?",
                (to_microseconds(until), series.id),
            )

    def age(self, now: datetime) -> int:
        """Erase readings and minutes that were kept long enough; return how many readings."""
        with self._working() as database, database:
            gone = database.execute(
                "DELETE FROM readings WHERE at < ?", (to_microseconds(now - self._raw),)
            ).rowcount
            database.execute(
                "DELETE FROM minutes WHERE start < ?", (to_microseconds(now - self._minutes),)
            )
            return gone

    def forget(self, source: str) -> int:
        """Erase everything of a source, and its bytes; return how many series that was."""
        with self._working() as database:
            with database:
                gone = database.execute("DELETE FROM series WHERE source = ?", (source,)).rowcount
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._ids.clear()
            return gone

    @property
    def exists(self) -> bool:
        """Whether anything was ever stored here."""
        return self._path.exists()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _put(self, database: sqlite3.Connection, series: int, one: Observation) -> bool:
        """Store a reading and count it in; False where it was known."""
        at = to_microseconds(one.phenomenon_time)
        number = one.result if isinstance(one.result, float) else None
        word = None if isinstance(one.result, float) else one.result
        if not database.execute(
            "INSERT INTO readings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (series, at, to_microseconds(one.witnessed_at), number, word),
        ).rowcount:
            return False
        if self._fresh is not None:
            self._fresh.add(series)
        for table, length in (("minutes", MINUTE_US), ("hours", HOUR_US)):
            start = at - at % length
            database.execute(COUNT_IN.format(table=table), (series, start, at, number, word))
        return True

    def _series_id(self, database: sqlite3.Connection, one: Observation) -> int | None:
        """Return the series of a reading, a new one where it is needed; None where none may be."""
        named = (
            one.source,
            one.thing.kind,
            self._stands_for(one.thing),
            one.property.name,
            one.property.unit,
        )
        shown = (one.thing.site, one.property.label, one.property.label_ar)
        held = self._ids.get((*named, *shown))
        if held is not None:
            return held
        known = database.execute(
            "SELECT 1 FROM series WHERE (source, kind, thing, property, unit) = (?, ?, ?, ?, ?)",
            named,
        ).fetchone()
        newest = database.execute("SELECT coalesce(max(id), 0) FROM series").fetchone()[0]
        if known is None and newest >= self._most:
            return None
        if len(self._ids) >= 2 * self._most:  # of one series, when its site changes
            self._ids.clear()
        row = database.execute(
            "INSERT INTO series (source, kind, thing, property, unit, site, label, label_ar)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " site = excluded.site, label = excluded.label, label_ar = excluded.label_ar"
            " RETURNING id",
            (*named, *shown),
        ).fetchone()
        self._ids[*named, *shown] = int(row[0])
        return int(row[0])

    def _stands_for(self, thing: Thing) -> str:
        """Return what is stored in place of an id: for a personal one, a hash under our own key."""
        if not thing.personal:
            return thing.id
        return hmac.digest(self._key, f"{thing.kind}:{thing.id}".encode(), hashlib.sha256).hex()[
            :12
        ]

    @contextmanager
    def _working(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._opened()
                yield self._connection
            except sqlite3.Error as error:
                self._ids.clear()  # of series that may not have been committed
                if "full" in str(error):
                    raise DiskFull(f"no room for readings in {str(self._path)!r}") from error
                raise StorageError(f"cannot use {str(self._path)!r}: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            connection.executescript(SCHEMA)
            with connection:
                connection.execute(
                    "INSERT INTO secrets VALUES ('things', ?) ON CONFLICT DO NOTHING",
                    (secrets.token_bytes(32),),
                )
            row = connection.execute("SELECT value FROM secrets WHERE name = 'things'").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        self._key = bytes(row[0])
        return connection


def _points(database: sqlite3.Connection, series: int, since: int, until: int) -> list[Point]:
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
