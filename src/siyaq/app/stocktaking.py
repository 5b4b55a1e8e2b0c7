"""How siyaq is doing: all of it, or as much of it as those see who see a part."""

from __future__ import annotations

from pathlib import Path

from siyaq import __version__
from siyaq.app import bulletin
from siyaq.app.disk import disk_bytes
from siyaq.app.intake import Intake
from siyaq.app.metering import Metering
from siyaq.core.clock import SystemClock
from siyaq.core.ports import Embedder
from siyaq.core.query import Shows
from siyaq.core.reports import SourceStatus, Status
from siyaq.index import IndexReader, IndexWithin
from siyaq.log import LogReader


class Stocktaking:
    """Takes stock of the log, the index and the sources. Blocking; safe from any thread.

    `intake` is None on a reader; `shows` says which sources are of the part, None for all of it.
    """

    def __init__(
        self,
        directory: Path,
        log: LogReader,
        searcher: IndexReader | IndexWithin,
        embedder: Embedder,
        metering: Metering,
        *,
        intake: Intake | None,
        shows: Shows | None,
    ) -> None:
        self._directory = directory
        self._log = log
        self._searcher = searcher
        self._embedder = embedder
        self._metering = metering
        self._intake = intake
        self._shows = shows

    def status(self) -> Status:
        """Say how siyaq is doing at this moment."""
        return self._of_all() if self._shows is None else self._of_part()

    def _of_all(self) -> Status:
        counts = self._log.counts()
        self._searcher.refresh()
        return Status(
            version=__version__,
            posts=counts.posts,
            deleted=counts.deleted,
            log_seq=self._log.head(),
            indexed_seq=self._searcher.indexed,
            embedded_seq=self._searcher.embedded,
            approximate=self._searcher.approximate,
            covered=self._log.coverage(),
            sources=self._sources(),
            embedder=self._embedder.name,
            writing=self._intake is not None,
            disk_bytes=disk_bytes(self._directory),
            energy_source=self._metering.meter.sources.name,
            bill=self._metering.ledger.bill(),
        )

    def _of_part(self) -> Status:
        """Say how a part is doing: places are counted in it, and what all have cost is not said."""
        counts, names = self._log.counts(), self._log.names()
        self._searcher.refresh()
        head = counts.posts + counts.deleted
        return Status(
            version=__version__,
            posts=counts.posts,
            deleted=counts.deleted,
            log_seq=head,
            indexed_seq=max(0, head - self._log.count_after(self._searcher.indexed, names)),
            embedded_seq=max(0, head - self._log.count_after(self._searcher.embedded, names)),
            approximate=0,
            covered=self._log.coverage(),
            sources=self._sources(),
            embedder=self._embedder.name,
            writing=self._intake is not None,
            disk_bytes=0,
            energy_source=self._metering.meter.sources.name,
        )

    def _sources(self) -> tuple[SourceStatus, ...]:
        if self._intake is None:
            return bulletin.read(self._directory, self._log.sources(), SystemClock().now())
        shows = self._shows
        found = self._intake.source_statuses()
        return found if shows is None else tuple(one for one in found if shows(one.source))
