"""What is held: the log, the index, and how the clock stands to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.app.doctor.finding import Finding, failed
from siyaq.config import Config
from siyaq.core.errors import AlreadyWriting, NotFound, SiyaqError
from siyaq.index import IndexReader
from siyaq.log import LogReader, LogWriter

AHEAD = timedelta(minutes=10)
"""How far newest posts may lie in the future before the clock is doubted."""

BEHIND_POSTS = 10_000
"""How many posts may not be found yet, where nobody writes."""


def findings(config: Config) -> Iterator[Finding]:
    """Look at the data directory."""
    if config.data.is_dir() and not os.access(config.data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "data",
            f"{str(config.data)!r} cannot be written",
            "give it to the user that siyaq runs as: chown -R",
        )
        return
    found = _data(config)
    yield found
    if found.ok and (config.data / "index").exists():
        yield _index(config)
    if found.ok and config.data.exists():
        yield _clock(config)


def _data(config: Config) -> Finding:
    place = str(config.data)
    try:
        with LogReader.open(config.data) as reader:
            told = f"{reader.counts().posts:,} posts in {place!r}"
        with LogWriter.open(config.data):
            return Finding("data", told)
    except NotFound:
        if _could_begin(config.data):
            return Finding("data", f"nothing in {place!r} yet")
        return Finding("data", f"{place!r} holds something else", "give another --data directory")
    except AlreadyWriting:
        return Finding("data", f"{told}, being written now")
    except SiyaqError as error:
        return failed("data", error)


def _could_begin(place: Path) -> bool:
    """Say whether a writer would begin a log here, or go on with one that was cut short."""
    if not place.exists():
        return True
    if not place.is_dir():
        return False
    ours = ("models", "access")
    return (place / "LOCK").exists() or all(entry.name in ours for entry in place.iterdir())


def _index(config: Config) -> Finding:
    try:
        reader = IndexReader.open(config.data)
        try:
            behind = _head(config) - reader.indexed
        finally:
            reader.close()
    except SiyaqError as error:
        return Finding("index", str(error), error.hint or "make it anew: siyaq rebuild")
    told = f"{behind:,} log entries behind"
    late = behind > BEHIND_POSTS
    remedy = "run 'siyaq serve', which catches up, or 'siyaq rebuild'" if late else ""
    return Finding("index", told, remedy)


def _head(config: Config) -> int:
    with LogReader.open(config.data) as log:
        return log.head()


def _clock(config: Config) -> Finding:
    now = datetime.now(UTC)
    try:
        with LogReader.open(config.data) as log:
            newest = log.coverage().until
    except SiyaqError:  # told above, or nothing there yet
        newest = None
    if newest is not None and newest > now + AHEAD:
        return Finding(
            "clock",
            f"it is {now:%Y-%m-%d %H:%M} UTC here, and there are posts of {newest:%Y-%m-%d %H:%M}",
            "set the clock: timedatectl set-ntp true",
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")
