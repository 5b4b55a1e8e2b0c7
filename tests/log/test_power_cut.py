"""The power goes at any sync: nothing acknowledged is lost.

Killing a process proves nothing of the kind, for what it wrote is still in the page cache. So
the real log runs on a disk that knows what was synced, and is read again as a cut would leave
it. Two mutants show that this can see a loss at all.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from siyaq.log import LogWriter, database
from siyaq.log import writer as log_writer
from siyaq.testing.vfs import FaultyDisk
from tests.log.workload import batch, check

STEPS = 14


class Outage:
    """Cuts the power before every sync, in several ways, and checks what each leaves."""

    def __init__(self, ram: Path, seeds: int) -> None:
        self.directory = ram / "data"
        self.acknowledged = 0
        self.cuts = 0
        self.losses: list[str] = []
        self._after = ram / "after"
        self._seeds = seeds

    def cut(self, disk: FaultyDisk) -> None:
        for seed in range(self._seeds + 1):
            chance = random.Random(1000 * disk.syncs + seed) if seed else None
            shutil.rmtree(self._after, ignore_errors=True)
            disk.cut_power(self._after, chance=chance)
            mark = self.directory / "FORMAT"
            if mark.exists():
                shutil.copy(mark, self._after)
            self.cuts += 1
            try:
                check(self._after, acknowledged=self.acknowledged)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is a loss
                self.losses.append(f"sync {disk.syncs} seed {seed}: {error!r}"[:300])

    def live(self, disk: FaultyDisk) -> None:
        disk.before_sync = self.cut
        for start in range(1, STEPS + 1, 5):
            with LogWriter.open(self.directory, vfs=disk.name) as writer:
                for step in range(start, min(start + 5, STEPS + 1)):
                    writer.append([batch(step)])
                    self.acknowledged = step
                    if step % 4 == 0:
                        writer.purge()
        self.cut(disk)


@pytest.fixture
def outage(ram: Path, campaign: int, monkeypatch: pytest.MonkeyPatch) -> Outage:
    monkeypatch.setattr(log_writer, "CHECKPOINT_PAGES", 20)
    return Outage(ram, seeds=2 * campaign)


def test_no_power_cut_loses_what_was_acknowledged(outage: Outage) -> None:
    with FaultyDisk("honest") as disk:
        outage.live(disk)
        assert disk.syncs > 30
    assert outage.acknowledged == STEPS
    assert outage.cuts > 90
    assert outage.losses == []


def test_the_harness_sees_what_synchronous_normal_loses(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SYNCHRONOUS", "NORMAL")
    with FaultyDisk("normal") as disk:
        outage.live(disk)
    assert any("AssertionError" in loss for loss in outage.losses)


def test_the_harness_sees_what_a_lying_disk_loses(outage: Outage) -> None:
    with FaultyDisk("lying", honest=False) as disk:
        outage.live(disk)
    assert len(outage.losses) > 10
