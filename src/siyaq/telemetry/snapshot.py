"""All readings as rows, at one moment; and a file of readings made of such rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from siyaq.core.errors import Unreadable
from siyaq.sqlite import Connection
from siyaq.telemetry.database import emptied, file_of
from siyaq.telemetry.schema import NAME

PREFIX: Final = "telemetry/"
"""Before the names of tables, among the rows of other files."""

_TABLES: Final = (
    "secrets",
    "series",
    "readings",
    "minutes",
    "hours",
    "staged",
    "stages",
    "forgotten",
)

Row = tuple[str, list[Any]]
"""The name of a table, and the values of one row, in the order of its columns."""


class ReadingsSnapshot:
    """The readings of a data directory as of the moment it is made. Context manager.

    `numbers` says, by source, which stage is the last one in it: a log as of the same moment has
    the cursor of no later one. While it is open the write-ahead log cannot be emptied.
    """

    def __init__(self, directory: Path) -> None:
        self._file = file_of(directory)
        self._database: Connection | None = None
        self.numbers: dict[str, int] = {}
        if not self._file.exists:
            return
        with self._file.errors():
            self._database = self._file.connected()
            try:
                self._database.execute("BEGIN")
                rows = self._database.execute("SELECT source, number FROM stages")
                self.numbers.update(rows.fetchall())
            except BaseException:
                self._database.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._database is not None:
            self._database.close()

    def rows(self) -> Iterator[Row]:
        """Yield every row."""
        if self._database is None:
            return
        with self._file.errors():
            for table in _TABLES:
                for row in self._database.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- ours
                    yield PREFIX + table, list(row)


class ReadingsRestored:
    """A file of readings that is made of rows, in a directory that holds none. Context manager.

    Left with an error, no file is there.
    """

    def __init__(self, directory: Path) -> None:
        self._file = file_of(directory)
        self._database: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._database is None:
            return
        self._database.close()
        if error is not None:
            for path in self._file.path.parent.glob(f"{NAME}*"):
                path.unlink()

    def passing(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Put our rows into the file, and yield those of others; at the end ours are durable.

        Raises Unreadable for a table that is not known here.
        """
        for name, values in rows:
            if name.startswith(PREFIX):
                self._put(name.removeprefix(PREFIX), values)
            else:
                yield name, values
        if self._database is not None:
            with self._file.errors():
                self._database.execute("COMMIT")
                emptied(self._database, self._file.path)

    def _put(self, table: str, values: list[Any]) -> None:
        if table not in _TABLES:
            raise Unreadable(f"the backup has a table {table[:50]!r}, not known here")
        with self._file.errors():
            if self._database is None:
                self._database = self._file.connected()
                self._database.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(values))
            self._database.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 -- ours
