"""The running bill of an installation: what every kind of call has cost since the beginning.

`bill.json` in the data directory is added to by every process that answers from it, the writer
and its readers alike, under a lock. It holds sums only: no question, no post.
"""

from __future__ import annotations

import fcntl
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

from siyaq.core.reports import Totals

FILE_NAME = "bill.json"
FLUSH_SECONDS = 30.0
_logger = logging.getLogger("siyaq.meter")


Bill = Mapping[str, Totals]
"""Totals by kind of call: search, ask, reopen, context, ingest."""


def merged(one: Bill, other: Bill) -> dict[str, Totals]:
    """Return two bills as one."""
    kinds = sorted({*one, *other})
    return {kind: one.get(kind, Totals()) + other.get(kind, Totals()) for kind in kinds}


class Ledger:
    """The bill of a data directory. Safe to use from several threads and processes.

    What is not written yet is lost when a process dies: at most `FLUSH_SECONDS` of calls.
    """

    def __init__(self, directory: Path | None) -> None:
        self._path = None if directory is None else directory / FILE_NAME
        self._lock = threading.Lock()
        self._unwritten: dict[str, Totals] = {}
        self._written_at = time.monotonic()

    def add(self, kind: str, totals: Totals) -> None:
        """Add a call; every now and then the file is brought up to date."""
        with self._lock:
            self._unwritten[kind] = self._unwritten.get(kind, Totals()) + totals
            due = time.monotonic() - self._written_at > FLUSH_SECONDS
        if due:
            self.flush()

    def bill(self) -> Bill:
        """Return the whole bill: the file's, and what is not in it yet."""
        with self._lock:
            return merged(read(self._path), self._unwritten)

    def flush(self) -> None:
        """Write what is new. A disk that refuses costs the figures nothing but their keeping."""
        with self._lock:
            self._written_at = time.monotonic()
            if self._path is None or not self._unwritten:
                return
            try:
                with _locked(self._path) as file:
                    whole = merged(_parsed(file.read()), self._unwritten)
                    file.seek(0)
                    file.truncate()
                    file.write(json.dumps({kind: asdict(one) for kind, one in whole.items()}))
            except OSError as error:
                _logger.warning("the bill was not written", extra={"why": str(error)})
                return
            self._unwritten = {}


def read(path: Path | None) -> Bill:
    """Return the bill in a file; an empty one where there is none, or none that can be read."""
    try:
        return {} if path is None else _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


_FIELDS = {field.name: field.type for field in fields(Totals)}


def _parsed(text: str) -> dict[str, Totals]:
    try:
        kinds: Any = json.loads(text or "{}")
        return {
            str(kind): Totals(**{name: told[name] for name in _FIELDS if _is_number(told[name])})
            for kind, told in kinds.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        _logger.warning("the bill cannot be read and begins anew")
        return {}


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return True
