"""Looking after a data directory: verifying it, erasing, backing up, making its index anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from siyaq import backup, log
from siyaq.app.erasing import PURGE_SECONDS, Eraser, Order
from siyaq.app.orders import Orders
from siyaq.app.watching import store_of
from siyaq.backup import ArchiveReport, Departed, Keys
from siyaq.config import Config
from siyaq.core.clock import SystemClock
from siyaq.core.errors import AlreadyWriting
from siyaq.core.ids import PostId
from siyaq.grounding import AnswerShelf
from siyaq.index import Indexer, check
from siyaq.index import rebuild as rebuild_index
from siyaq.log import LogReader, LogWriter, Verification
from siyaq.models import BuiltinEmbedder


def verify(config: Config) -> Verification:
    """Check every byte of the log, then that the index holds what the log says."""
    found = log.verify(config.data)
    if found.problems:
        return found
    with LogReader.open(config.data) as reader:
        return replace(found, problems=check(reader, config.data))


def purge(config: Config, order: Order) -> int:
    """Erase what is ordered, then every byte that deleted posts have left in log and index.

    Beside a running `serve` the order is left for it, and waited for. Returns how many posts were
    erased. Raises NotFound where there is no log, AlreadyWriting beside a writer that takes no
    orders, and StorageError where the bytes could not be cleared in time.
    """
    _require_log(config)
    try:
        writer = LogWriter.open(config.data)
    except AlreadyWriting:
        orders = Orders(config.data)
        return orders.wait(orders.leave(order), PURGE_SECONDS)
    with (
        writer,
        LogReader.open(config.data) as reader,
        BuiltinEmbedder(processes=config.embed_processes) as embedder,
        closing(store_of(config)) as readings,
    ):
        indexer = Indexer(reader, config.data, embedder)
        indexer.start()
        try:
            eraser = Eraser(
                lambda batch: writer.append([batch])[0],
                writer,
                reader,
                indexer,
                SystemClock(),
                readings,
            )
            erased = eraser.hide(order)
            keys = Keys(config.backup_keys)
            if keys.exist:
                Departed(keys).note(config.data)
                Departed(keys).note_readings(readings)
            eraser.purge()
        finally:
            indexer.stop()
    return erased


def back_up(config: Config, path: Path, on_rows: Callable[[int], None]) -> ArchiveReport:
    """Write a backup, beside a running writer too; shred the keys that are too old."""
    _require_log(config)
    keys = Keys(config.backup_keys)
    report = backup.write(config.data, path, keys, on_rows)
    Departed(keys).note(config.data)
    with closing(store_of(config)) as readings:
        Departed(keys).note_readings(readings)
    shred(config, SystemClock().now().date() - timedelta(days=config.backup_days))
    return report


def restore(
    config: Config, path: Path, on_rows: Callable[[int], None]
) -> tuple[ArchiveReport, int]:
    """Make a new data directory of a backup, without what was deleted since it was made.

    Returns the report and how many posts were deleted since. The index is made by whoever opens
    the directory to write. Raises what `backup.restore` does.
    """
    departed = Departed(Keys(config.backup_keys))
    buried = 0

    def bury(directory: Path) -> None:
        nonlocal buried
        aside = replace(config, values={**config.values, "data": str(directory)})
        with (
            LogWriter.open(directory) as writer,
            LogReader.open(directory) as reader,
            closing(store_of(aside)) as readings,
        ):
            if readings.exists:
                readings.age(SystemClock().now())
                departed.bury_readings(readings)
            buried = departed.bury(writer, reader)

    keys = Keys(config.backup_keys)
    return backup.restore(path, config.data, keys, on_rows, before_use=bury), buried


def shred(config: Config, before: date) -> list[date]:
    """Destroy the keys of backups of all days before that one, and return those days."""
    return Keys(config.backup_keys).shred(before)


def answers_resting_on(config: Config, post_ids: Sequence[PostId]) -> frozenset[str]:
    """Return the ids of the kept answers that cite any of `post_ids`."""
    shelf = AnswerShelf(config.data, config.answers_kept)
    try:
        return frozenset(name for post_id in post_ids for name in shelf.citing(post_id))
    finally:
        shelf.close()


def rebuild(config: Config, on_progress: Callable[[int, int], None]) -> None:
    """Make every index anew from the log.

    Raises NotFound where there is no log, and AlreadyWriting beside a running writer.
    """
    _require_log(config)
    with (
        LogWriter.open(config.data),
        LogReader.open(config.data) as reader,
        BuiltinEmbedder(processes=config.embed_processes) as embedder,
    ):
        rebuild_index(reader, config.data, embedder, on_progress)


def _require_log(config: Config) -> None:
    """Raise NotFound where there is nothing to look after: a writer would begin a log there."""
    LogReader.open(config.data).close()
