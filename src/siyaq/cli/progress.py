"""Progress bars for long work, on standard error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from siyaq.core.ports import Batch, SourceAdapter
from siyaq.sources import JsonlSource


class Bars:
    """One bar for each input, and one for what the index still has to do."""

    def __init__(self, *, quiet: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @contextmanager
    def reading(self, name: str, adapter: SourceAdapter) -> Iterator[Callable[[Batch], None]]:
        """Show how far an input has been read; yields what to tell of each durable batch."""
        bar = self._progress.add_task(name, total=None, told="")
        posts = 0

        def on_batch(batch: Batch) -> None:
            nonlocal posts
            posts += len(batch.events)
            self._show(bar, adapter, posts)

        yield on_batch
        self._progress.update(bar, total=1, completed=1)

    def _show(self, bar: TaskID, adapter: SourceAdapter, posts: int) -> None:
        elapsed = self._progress.tasks[bar].elapsed or 0.0
        told = f"{posts:,} posts, {posts / elapsed:,.0f}/s" if elapsed else f"{posts:,} posts"
        reading = adapter.reading if isinstance(adapter, JsonlSource) else None
        if reading is not None and reading.total_bytes:
            done = min(reading.bytes_read, reading.total_bytes)
            self._progress.update(bar, total=reading.total_bytes, completed=done, told=told)
        else:
            self._progress.update(bar, told=told)

    async def indexing(
        self, wait: asyncio.Task[bool], done: Callable[[], int], total: int, *, what: str
    ) -> None:
        """Show how far the index has come until `wait` is over."""
        first = done()
        bar = self._progress.add_task(what, total=max(total - first, 1), told="")
        while not wait.done():
            await asyncio.wait([wait], timeout=0.2)
            self._progress.update(bar, completed=done() - first, told=f"{done():,} of {total:,}")
        wait.result()
