"""A disk that is full, or fails: nothing is acknowledged in vain, and it goes on when it can."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

import apsw
import pytest

from siyaq.core.errors import DiskFull, StorageError
from siyaq.log import LogReader, LogWriter
from siyaq.log import writer as log_writer
from siyaq.testing.vfs import Fault, FaultyDisk
from tests.log.events import texts
from tests.log.workload import batch, check, visible

STEPS = 10


@pytest.fixture(autouse=True)
def _frequent_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "CHECKPOINT_PAGES", 20)


def operations(directory: Path) -> tuple[int, int]:
    """Return how many writes and syncs the workload takes on a sound disk."""
    with FaultyDisk("sound") as disk:
        with LogWriter.open(directory, vfs=disk.name) as writer:
            for step in range(1, STEPS + 1):
                writer.append([batch(step)])
        return disk.writes, disk.syncs


def live(directory: Path, disk: FaultyDisk) -> list[type[StorageError]]:
    """Live the workload; mend the disk at the second refusal of a step. Return the refusals."""
    refusals: list[type[StorageError]] = []
    writer: LogWriter | None = None
    acknowledged = 0
    while acknowledged < STEPS:
        try:
            writer = writer or LogWriter.open(directory, vfs=disk.name)
            writer.append([batch(acknowledged + 1)])
        except StorageError as error:
            refusals.append(type(error))
            if acknowledged:
                with LogReader.open(directory) as reader:  # reads stay up
                    assert texts(reader) in (visible(acknowledged), visible(acknowledged + 1))
            if len(refusals) == 2:
                disk.fault = None
            assert len(refusals) < 5, "it does not heal"
        else:
            acknowledged += 1
    disk.fault = None
    assert writer is not None
    writer.close()
    return refusals


@pytest.mark.parametrize("error", ["full", "io", "short"])
def test_no_refused_write_loses_anything(
    ram: Path, campaign: int, error: Literal["full", "io", "short"]
) -> None:
    writes, _ = operations(ram / "sound")
    refused = 0
    for ordinal in range(1, writes, max(1, 12 // campaign)):
        directory = ram / f"{error}-{ordinal}"
        with FaultyDisk(f"{error}-{ordinal}") as disk:
            disk.fault = Fault("write", ordinal, error)
            refusals = live(directory, disk)
            assert disk.refused, f"write {ordinal} was never refused"
        refused += len(refusals)
        assert set(refusals) <= {StorageError if error == "io" else DiskFull}
        assert check(directory, acknowledged=STEPS) == STEPS
    assert refused > 10


def test_nothing_is_acknowledged_on_a_failed_sync_and_nothing_rests_on_it(
    ram: Path, campaign: int
) -> None:
    """After the failed sync the pages count as clean, as on Linux: only rewriting saves them."""
    _, syncs = operations(ram / "sound")
    for ordinal in range(1, syncs + 1, max(1, 2 // campaign)):
        directory = ram / f"sync-{ordinal}"
        with FaultyDisk(f"sync-{ordinal}") as disk:
            disk.fault = Fault("sync", ordinal, "io", lasting=False)
            live(directory, disk)
            assert disk.refused == 1
            disk.cut_power(ram / f"after-{ordinal}", chance=None)
        (ram / f"after-{ordinal}" / "FORMAT").write_bytes((directory / "FORMAT").read_bytes())
        assert check(ram / f"after-{ordinal}", acknowledged=STEPS) == STEPS


@pytest.mark.parametrize("ordinal", range(1, 4))
def test_nothing_rests_on_a_failed_sync_after_the_process_has_died_too(
    ram: Path, ordinal: int
) -> None:
    """A new process finds the failed append in the write-ahead log, and reads it as committed.

    A connection that closes without a checkpoint leaves its files as a dying process does.
    """
    directory = ram / "data"
    with FaultyDisk("dying") as disk, LogWriter.open(directory, vfs=disk.name) as writer:
        writer.append([batch(1)])
        assert writer._connection is not None
        writer._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        disk.fault = Fault("sync", disk.syncs + ordinal, "io", lasting=False)
        step = 2
        while step < 6:
            with suppress(StorageError):
                writer.append([batch(step)])
                step += 1
        assert disk.refused == 1
        disk.cut_power(ram / "after", chance=None)
    (ram / "after" / "FORMAT").write_bytes((directory / "FORMAT").read_bytes())
    assert check(ram / "after", acknowledged=5) == 5


def test_a_full_disk_says_what_to_do(ram: Path) -> None:
    with FaultyDisk("full") as disk, LogWriter.open(ram / "data", vfs=disk.name) as writer:
        disk.fault = Fault("write", 1, "full")
        with pytest.raises(DiskFull, match="no space left") as caught:
            writer.append([batch(1)])
        assert "free some space" in caught.value.hint
        disk.fault = None
        (appended,) = writer.append([batch(1)])
        assert appended.created == 3


def test_a_file_that_cannot_grow_is_a_full_disk(ram: Path) -> None:
    """SQLite's own limit on a file's size stands in for the disk, without a layer of ours."""
    step, refused = 1, 0
    with LogWriter.open(ram / "data") as writer:
        assert writer._connection is not None
        writer._connection.pragma("max_page_count", 60)
        while step <= 120:
            try:
                writer.append([batch(step)])
            except DiskFull:
                refused += 1  # the next connection has no such limit
            else:
                step += 1
    assert refused == 1
    assert check(ram / "data", acknowledged=120) == 120
