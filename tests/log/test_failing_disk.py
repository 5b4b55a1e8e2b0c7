"""A disk that is full, or fails: nothing is acknowledged in vain, and it goes on when it can."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import apsw
import pytest

from prove.life import Verdict, batch, judge_log
from siyaq.core.errors import DiskFull, StorageError
from siyaq.log import LogWriter
from siyaq.log import writer as log_writer
from siyaq.testing.vfs import Fault, FaultyDisk

STEPS = 10


@pytest.fixture(autouse=True)
def _frequent_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "CHECKPOINT_PAGES", 20)


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
    assert judge_log(ram / "after", acknowledged=5) == Verdict(5)


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
    assert judge_log(ram / "data", acknowledged=120) == Verdict(120)


def test_an_append_of_nothing_new_after_a_failed_sync_survives_a_power_cut(ram: Path) -> None:
    """What was refused is found committed, in bytes that never reached the disk."""
    directory = ram / "data"
    with FaultyDisk("anew") as disk, LogWriter.open(directory, vfs=disk.name) as writer:
        writer.append([batch(1)])
        disk.fault = Fault("sync", disk.syncs + 1, "full")
        for _ in range(2):
            with pytest.raises(DiskFull):
                writer.append([batch(2)])
        disk.fault = None
        (appended,) = writer.append([batch(2)])
        assert appended.created == 0, "it was not found: this proves nothing"
        disk.cut_power(ram / "after", chance=None)
    (ram / "after" / "FORMAT").write_bytes((directory / "FORMAT").read_bytes())
    assert judge_log(ram / "after", acknowledged=2) == Verdict(2)


@pytest.mark.parametrize("ordinal", range(1, 5))
def test_a_first_start_on_a_full_disk_may_be_tried_again(ram: Path, ordinal: int) -> None:
    directory = ram / "data"
    with FaultyDisk("first") as disk:
        disk.fault = Fault("sync", ordinal, "full")
        with pytest.raises(StorageError):
            LogWriter.open(directory, vfs=disk.name)
        disk.fault = None
        with LogWriter.open(directory, vfs=disk.name) as writer:
            writer.append([batch(1)])
    assert judge_log(directory, acknowledged=1) == Verdict(1)
