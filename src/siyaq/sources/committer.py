"""Group commit: batches of many sources, made durable together.

A file system takes a few hundred durable writes a second, whatever their size. So batches wait
for one another, a little, and go to the log in one transaction.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from siyaq.core.ports import Batch
from siyaq.log import Appended
from siyaq.sources.limits import BATCH_EVENTS

GROUP_SECONDS = 0.02
"""Shortest time between two commits, unless a group is full. After a quiet time none waits."""

QUEUE_BATCHES = 64


class _Submission(NamedTuple):
    batch: Batch
    done: asyncio.Future[Appended]


class Committer:
    """Makes batches durable in groups, in the order in which they were submitted.

    When a group fails, what waits behind it fails with it: nothing overtakes a failure.

    `append` is the log's: it takes all batches of a group in one transaction, blocks, and runs
    in a thread. `wake` is called after each group, on the event loop, and must not block.
    Use as an async context manager; on leaving, all that was submitted is written.
    """

    def __init__(
        self,
        append: Callable[[Sequence[Batch]], Sequence[Appended]],
        wake: Callable[[], None],
        *,
        group_seconds: float = GROUP_SECONDS,
        group_events: int = BATCH_EVENTS,
        queue_batches: int = QUEUE_BATCHES,
    ) -> None:
        self._append = append
        self._wake = wake
        self._group_seconds = group_seconds
        self._group_events = group_events
        self._queue: asyncio.Queue[_Submission | None] = asyncio.Queue(queue_batches)
        self._writing: asyncio.Task[None] | None = None
        self._closed = False  # nothing more may be submitted
        self._ended = False  # nothing more will come out of the queue
        self._committed_at = -math.inf  # on the event loop's clock

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write(), name="committer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def submit(self, batch: Batch) -> Appended:
        """Return once `batch` is durable, with what became of it. Waits while the queue is full.

        Raises whatever the log raised, DiskFull above all: then nothing of the batch is kept,
        and it may be submitted again. A caller that gives up waiting does not undo it.
        """
        if self._closed or self._writing is None:
            raise RuntimeError("the committer is not open")
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        await self._queue.put(_Submission(batch, done))
        return await done

    async def close(self) -> None:
        """Write all that was submitted, then stop. May be called again."""
        if self._writing is None or self._closed:
            return
        self._closed = True
        await self._queue.put(None)
        await self._writing

    async def _write(self) -> None:
        while not self._ended:
            group = await self._gather()
            if group:
                await self._commit(group)

    async def _gather(self) -> list[_Submission]:
        group: list[_Submission] = []
        weight = 0
        deadline = self._committed_at + self._group_seconds
        while weight < self._group_events:
            try:
                async with asyncio.timeout_at(deadline if group else None):
                    submission = await self._queue.get()
            except TimeoutError:
                break
            if submission is None:
                self._ended = True
                break
            group.append(submission)
            weight += _weight(submission.batch)
        return group

    async def _commit(self, group: list[_Submission]) -> None:
        batches = [submission.batch for submission in group]
        try:
            results = await asyncio.to_thread(self._append, batches)
        except Exception as error:  # noqa: BLE001 -- it belongs to those who submitted
            for submission in (*group, *await self._drained()):
                if not submission.done.done():
                    submission.done.set_exception(error)
            return
        finally:
            self._committed_at = asyncio.get_running_loop().time()
        for submission, appended in zip(group, results, strict=True):
            if not submission.done.done():
                submission.done.set_result(appended)
        self._wake()

    async def _drained(self) -> list[_Submission]:
        """Take all that was submitted before its senders could learn of a failure.

        A batch must not become durable when one before it did not: its cursor would pass over
        the changes of the other.
        """
        drained: list[_Submission] = []
        while not self._queue.empty():
            submission = self._queue.get_nowait()
            if submission is None:  # closing; whoever closes waits for this task, not its queue
                self._ended = True
            else:
                drained.append(submission)
            await asyncio.sleep(0)  # lets a sender in that waits for room
        return drained


def _weight(batch: Batch) -> int:
    """Count what a batch puts into the log; even an empty one moves a cursor."""
    return max(1, len(batch.events) + len(batch.observations))
