"""G3: the disk is full, fails, or takes half of a write, at any operation of log and index.

Nothing is acknowledged in vain, reading stays up, and once the disk is mended it goes on. After
a sync that failed the pages count as clean, as on Linux: only writing them anew saves them.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from prove.campaign import Outcome, Trial, workplace
from prove.crash import forked, silence
from prove.life import (
    DEADLINE_SECONDS,
    batch,
    bring_up_to_date,
    judge,
    judge_log,
    visible,
)
from prove.power_cut import Halves
from siyaq.core.errors import StorageError
from siyaq.core.ids import Seq
from siyaq.index.state import FOLDER
from siyaq.log import LogReader, LogWriter
from siyaq.log import writer as log_writer
from siyaq.testing.lossy_disk import LossyDisk
from siyaq.testing.vfs import Fault, FaultyDisk

_STEPS = 10
_Operation = Literal["write", "sync"]
_Error = Literal["full", "io", "short"]
_KINDS: tuple[tuple[_Operation, _Error], ...] = (
    ("write", "full"),
    ("write", "io"),
    ("write", "short"),
    ("sync", "io"),
    ("sync", "full"),
)


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: every write and every sync of a life, in each way; seeds do not matter here."""
    with patch.object(log_writer, "CHECKPOINT_PAGES", 20), workplace() as place:
        log_operations = _log_operations(place / "log")
        index_operations = _index_operations(place / "index")
    for operation, error in _KINDS:
        last = log_operations[operation] * 19 // 20  # the last few depend on the disk
        for ordinal in range(1, last + 1, 1 if full else max(1, last // 6)):
            name = f"log {operation} {ordinal} {error}"
            yield Trial(name, partial(_fail_log, Fault(operation, ordinal, error, error != "io")))
        last = index_operations[operation] * 9 // 10  # merges of tantivy's come when they come
        for ordinal in range(1, last + 1, 1 if full else max(1, last // 3)):
            name = f"index {operation} {ordinal} {error}"
            yield Trial(name, partial(_fail_index, Fault(operation, ordinal, error)))
    sizes = [*range(100, 1500, 100), *range(4_000, 60_000, 4_000)]
    for size in sizes if full else sizes[5::20]:
        yield Trial(f"no file beyond {size} bytes", partial(_outgrow, size))


def _log_operations(directory: Path) -> dict[_Operation, int]:
    with FaultyDisk("sound") as disk:
        with LogWriter.open(directory, vfs=disk.name) as writer:
            for step in range(1, _STEPS + 1):
                writer.append([batch(step)])
        return {"write": disk.writes, "sync": disk.syncs}


def _index_operations(directory: Path) -> dict[_Operation, int]:
    disk = LossyDisk(directory / FOLDER)
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        halves = Halves(directory, log, disk)
        for step in range(1, _STEPS + 1):
            writer.append([batch(step)])
            halves.follow()
        halves.close()
    return {"write": disk.writes, "sync": disk.syncs}


def _fail_log(fault: Fault, place: Path) -> Outcome:
    directory = place / "data"
    with (
        FaultyDisk("failing") as disk,
        patch.object(log_writer, "CHECKPOINT_PAGES", 20),
    ):
        disk.fault = fault
        unread = _live_in_log(directory, disk)
        disk.cut_power(place / "after", chance=None)
        (place / "after" / "FORMAT").write_bytes((directory / "FORMAT").read_bytes())
        left = judge_log(directory, _STEPS), judge_log(place / "after", _STEPS)
    wrong = {key: sum(one.wrong[key] for one in left) for key in left[0].wrong}
    return Outcome(disk.refused, {**wrong, "unread": unread})


def _live_in_log(directory: Path, disk: FaultyDisk) -> int:
    """Live; mend the disk at the second refusal. Return how often reading gave something else."""
    unread = refusals = acknowledged = 0
    writer: LogWriter | None = None
    while acknowledged < _STEPS:
        try:
            writer = writer or LogWriter.open(directory, vfs=disk.name)
            writer.append([batch(acknowledged + 1)])
        except StorageError as error:
            refusals += 1
            if acknowledged:
                unread += not _reads(directory, acknowledged)
            if refusals == 2:
                disk.fault = None
            if refusals == 5:
                raise AssertionError(f"it does not heal: {error}") from error
        else:
            acknowledged += 1
    disk.fault = None
    assert writer is not None
    writer.close()
    return unread


def _reads(directory: Path, acknowledged: int) -> bool:
    """Say whether a reader sees what was acknowledged, or that and the step that was refused."""
    with LogReader.open(directory) as reader:
        entries = reader.entries(Seq(0), 100_000)
        posts = reader.posts(entry.seq for entry in entries).values()
    seen = {one.native_id: one.text for one in posts}
    return seen in (visible(acknowledged), visible(acknowledged + 1))


def _fail_index(fault: Fault, place: Path) -> Outcome:
    """Fail the index; it is opened anew from what it published, as its thread does."""
    directory = place / "data"
    disk = LossyDisk(directory / FOLDER)
    disk.fault = fault
    refusals = 0
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        halves: Halves | None = None
        for step in range(1, _STEPS + 1):
            writer.append([batch(step)])  # the log does not wait for its index
            try:
                halves = halves or Halves(directory, log, disk)
                halves.follow()
            except StorageError:
                refusals += 1
                if halves is not None:
                    halves.close()
                halves = None
                if refusals == 2:
                    disk.fault = None
        if halves is not None:
            halves.close()
    return Outcome(disk.refused, judge(directory, _STEPS).wrong)


def _outgrow(most_bytes: int, place: Path) -> Outcome:
    """Let no file grow beyond a size, in a process of its own: the kernel's refusal, to all.

    tantivy writes past any seam of ours; the kernel refuses it as well.
    """
    directory = place / "data"
    with LogWriter.open(directory) as writer:
        for step in range(1, _STEPS + 1):
            writer.append([batch(step)])
        process = forked(_index_below, directory, most_bytes)
        process.join(DEADLINE_SECONDS)
        felt = process.exitcode == _FELT
        process.close()
    return Outcome(int(felt), judge(directory, _STEPS).wrong)


_FELT = 3
_ROOMY = 0


def _index_below(directory: Path, most_bytes: int) -> None:
    """Index under the limit, then without it, and say by the exit code whether it was felt."""
    silence()
    code = _FELT
    with LogReader.open(directory) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
        try:
            bring_up_to_date(log, directory, within_seconds=1.0)
            code = _ROOMY
        except (TimeoutError, StorageError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            bring_up_to_date(log, directory)
    raise SystemExit(code)
