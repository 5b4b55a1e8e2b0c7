"""G2: the power goes at any sync, of log, readings or index, and nothing acknowledged is lost.

Killing a process proves nothing of the kind, for what it wrote is still in the page cache. So log,
readings and index run on disks that know what was synced, and are judged as a cut would leave
them: with nothing that was not synced, or with any part of it, torn anywhere.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from prove.campaign import Outcome, Trial
from prove.life import (
    DIMENSIONS,
    SMALL,
    Verdict,
    batch,
    judge,
    judge_log,
    judge_readings,
    reading,
)
from siyaq.app.recording import Recording
from siyaq.core.clock import SystemClock
from siyaq.core.errors import SiyaqError
from siyaq.index.embedding import TextEmbedder
from siyaq.index.follower import Half
from siyaq.index.ledger import Ledger
from siyaq.index.purge import PurgeOrders
from siyaq.index.settings import IndexSettings
from siyaq.index.state import FOLDER
from siyaq.index.vectors import VectorWriter
from siyaq.index.words import WordWriter
from siyaq.log import LogReader, LogWriter
from siyaq.log import writer as log_writer
from siyaq.telemetry import TelemetryStore
from siyaq.testing.embedder import HastyEmbedder
from siyaq.testing.failing_readings import connecting
from siyaq.testing.lossy_disk import LossyDisk
from siyaq.testing.vfs import FaultyDisk

_STEPS = 14


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: 500 lives of the log, 100 with readings, 30 with an index; cut at every sync."""
    for number in range(500 if full else 6):
        yield Trial(f"log #{number}", partial(cut_log, seed + number, clean=not number))
    for number in range(100 if full else 2):
        yield Trial(f"readings #{number}", partial(cut_readings, seed + number, clean=not number))
    for number in range(30 if full else 1):
        every = 1 if full else 7
        yield Trial(
            f"index #{number}", partial(cut_index, seed + number, every=every, clean=not number)
        )


def cut_log(seed: int, place: Path, *, clean: bool) -> Outcome:
    """Cut the power at every sync of the log."""
    cuts = _Cuts(place, seed, clean=clean)
    with FaultyDisk(f"cut {seed}") as disk, patch.object(log_writer, "CHECKPOINT_PAGES", 20):
        disk.before_sync = lambda _: cuts.log(disk)
        for start in range(1, _STEPS + 1, 5):
            with LogWriter.open(cuts.directory, vfs=disk.name) as writer:
                for step in range(start, min(start + 5, _STEPS + 1)):
                    writer.append([batch(step)])
                    cuts.acknowledged = step
                    if step % 4 == 0:
                        writer.purge()
        cuts.log(disk)
    return cuts.outcome()


def cut_readings(seed: int, place: Path, *, clean: bool) -> Outcome:
    """Cut the power at every sync of the log or of the readings beside it."""
    cuts = _Cuts(place, seed, clean=clean)
    with (
        FaultyDisk(f"cut readings {seed}") as disk,
        patch.object(log_writer, "CHECKPOINT_PAGES", 20),
    ):
        disk.before_sync = lambda _: cuts.readings(disk)
        for start in range(1, _STEPS + 1, 5):
            with (
                LogWriter.open(cuts.directory, vfs=disk.name) as writer,
                LogReader.open(cuts.directory) as log,
                closing(TelemetryStore(cuts.directory, connecting=connecting(disk.name))) as store,
            ):
                record = Recording(writer.append, log, store, SystemClock())
                for step in range(start, min(start + 5, _STEPS + 1)):
                    record([replace(batch(step), observations=(reading(step),))])
                    cuts.acknowledged = step
                    if step % 4 == 0:
                        store.purge()
        cuts.readings(disk)
    return cuts.outcome()


def cut_index(seed: int, place: Path, *, every: int, clean: bool) -> Outcome:
    """Cut the power at every sync of log or index, or at each one of so many."""
    cuts = _Cuts(place, seed, clean=clean, every=every)
    files = LossyDisk(cuts.directory / FOLDER)
    with (
        FaultyDisk(f"cut both {seed}") as disk,
        LogWriter.open(cuts.directory, vfs=disk.name) as writer,
        LogReader.open(cuts.directory) as log,
    ):
        halves = Halves(cuts.directory, log, files)
        disk.before_sync = lambda _: cuts.both(disk, files)
        files.before_sync = lambda: cuts.both(disk, files)
        for step in range(1, _STEPS + 1):
            writer.append([batch(step)])
            cuts.acknowledged = step
            halves.follow()
            if step % 4 == 0:
                writer.purge()
                halves.purge()
        disk.before_sync = lambda _: None
        halves.close()
    return cuts.outcome()


class _Cuts:
    """Cuts the power, and judges what each cut leaves."""

    def __init__(self, place: Path, seed: int, *, clean: bool, every: int = 1) -> None:
        self.directory = place / "data"
        self.acknowledged = 0
        self.problems: list[str] = []
        self._after = place / "after"
        self._chance = random.Random(seed)
        self._clean = clean
        self._every = every
        self._asked = 0
        self._cuts = 0
        self._wrong = {"missing": 0, "duplicated": 0, "unsound": 0}

    def log(self, disk: FaultyDisk) -> None:
        for chance in self._chances():
            disk.cut_power(self._after, chance=chance)
            self._keep_mark()
            self._judge(judge_log)

    def readings(self, disk: FaultyDisk) -> None:
        for chance in self._chances():
            disk.cut_power(self._after, chance=chance)
            self._keep_mark()
            self._judge(_judge_with_readings)

    def both(self, disk: FaultyDisk, files: LossyDisk) -> None:
        self._asked += 1
        if self._asked % self._every:
            return
        for chance in self._chances():
            disk.cut_power(self._after, chance=chance)
            files.cut_power(self._after / FOLDER, chance=chance)
            self._keep_mark()
            self._judge(judge)

    def outcome(self) -> Outcome:
        return Outcome(self._cuts, self._wrong)

    def _chances(self) -> list[random.Random | None]:
        return [None, self._chance] if self._clean else [self._chance]

    def _keep_mark(self) -> None:
        mark = self.directory / "FORMAT"
        if mark.exists():
            shutil.copy(mark, self._after)

    def _judge(self, judged: Callable[[Path, int], Verdict]) -> None:
        self._cuts += 1
        try:
            wrong = judged(self._after, self.acknowledged).wrong
        except (SiyaqError, TimeoutError) as error:
            wrong = {"unsound": 1}
            self.problems.append(repr(error))
        for key, count in wrong.items():
            self._wrong[key] += count
        shutil.rmtree(self._after, ignore_errors=True)


def _judge_with_readings(directory: Path, acknowledged: int) -> Verdict:
    verdict = judge_log(directory, acknowledged)
    if any(verdict.wrong.values()):
        return verdict
    found = judge_readings(directory, verdict.steps)
    return Verdict(
        verdict.steps,
        missing=found.get("missing", 0),
        duplicated=found.get("duplicated", 0),
        unsound=found.get("unsound", 0),
    )


class Halves:
    """Both halves of an index, driven by hand in one thread, on a disk of the test's own."""

    def __init__(
        self, directory: Path, log: LogReader, disk: LossyDisk, settings: IndexSettings = SMALL
    ) -> None:
        folder = directory / FOLDER
        folder.mkdir(exist_ok=True)
        embedder = HastyEmbedder(dimensions=DIMENSIONS)
        settings = _on(disk, settings)
        self._log = log
        self._orders = PurgeOrders()
        ledger = Ledger.open(folder, embedder, settings)
        self.words = WordWriter(ledger, self._orders)
        self.vectors = VectorWriter(ledger, TextEmbedder(embedder, settings.embed_texts))

    def follow(self) -> None:
        """Apply and commit all that the log holds, and make every vector exact."""
        self.follow_near()
        self.refine()

    def follow_near(self) -> None:
        """Apply and commit all that the log holds; vectors are near."""
        for half in (self.words, self.vectors):
            self._bring(half)

    def refine(self) -> None:
        """Make every vector exact."""
        while self.vectors.tidy(self._log):
            self.vectors.commit()

    def purge(self) -> None:
        """Write anew the partitions that hold words of deleted posts."""
        self._orders.give()
        while self.words.tidy(self._log):
            pass

    def close(self) -> None:
        """Let go of the files."""
        self.words.close()
        self.vectors.close()

    def _bring(self, half: Half) -> None:
        while half.position < self._log.head():
            half.take(self._log)
        half.commit()


def _on(disk: LossyDisk, settings: IndexSettings) -> IndexSettings:
    return replace(settings, disk=disk)
