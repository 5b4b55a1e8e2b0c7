"""Batches become durable together, in order, and nothing overtakes a failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from siyaq.core.errors import DiskFull
from siyaq.core.event import Op, PostEvent
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.log import Appended
from siyaq.sources import Committer

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def batch(*numbers: int) -> Batch:
    return Batch(
        events=tuple(
            PostEvent(op=Op.DELETE, post_id=PostId(f"s:{n}"), post=None, witnessed_at=NOW)
            for n in numbers
        )
    )


class Disk:
    """A log that keeps batches in memory, and does what real ones do: block, and fill up."""

    def __init__(self) -> None:
        self.groups: list[list[Batch]] = []
        self.failures: list[Exception] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.threads: set[int] = set()

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        self.entered.set()
        self.threads.add(threading.get_ident())
        assert self.gate.wait(10)
        if self.failures:
            raise self.failures.pop(0)
        self.groups.append(list(batches))
        written = sum(len(group_batch.events) for group in self.groups for group_batch in group)
        return [Appended(last_seq=Seq(written), deleted=len(one.events)) for one in batches]


async def test_each_sender_learns_what_became_of_its_own_batch() -> None:
    disk = Disk()
    async with Committer(disk, lambda: None) as committer:
        results = await asyncio.gather(*(committer.submit(batch(*range(n))) for n in (1, 2, 3)))
    assert [result.deleted for result in results] == [1, 2, 3]


async def test_a_batch_that_comes_alone_does_not_wait() -> None:
    disk = Disk()
    async with Committer(disk, lambda: None, group_seconds=3600) as committer:
        async with asyncio.timeout(60):
            await committer.submit(batch(1))
    assert len(disk.groups) == 1


async def test_batches_that_arrive_during_a_commit_are_written_together() -> None:
    disk = Disk()
    disk.gate.clear()
    async with Committer(disk, lambda: None) as committer:
        first = asyncio.create_task(committer.submit(batch(0)))
        await asyncio.to_thread(disk.entered.wait, 60)
        rest = [asyncio.create_task(committer.submit(batch(n))) for n in range(1, 30)]
        await asyncio.sleep(0)
        disk.gate.set()
        await asyncio.gather(first, *rest)
    assert [len(group) for group in disk.groups] == [1, 29]
    assert disk.groups[1] == [batch(n) for n in range(1, 30)]


async def test_a_full_group_is_written_at_once() -> None:
    disk = Disk()
    async with Committer(disk, lambda: None, group_seconds=3600, group_events=4) as committer:
        async with asyncio.timeout(60):
            await committer.submit(batch(1))
            await asyncio.gather(committer.submit(batch(2, 3)), committer.submit(batch(4, 5)))
    assert [len(group) for group in disk.groups] == [1, 2]


async def test_the_log_is_written_outside_the_event_loop_and_announced_on_it() -> None:
    disk = Disk()
    woken: list[int] = []
    async with Committer(disk, lambda: woken.append(threading.get_ident())) as committer:
        await committer.submit(batch(1))
    assert woken == [threading.get_ident()]
    assert threading.get_ident() not in disk.threads


async def test_a_failure_reaches_the_sender_and_the_batch_may_be_sent_again() -> None:
    disk = Disk()
    disk.failures = [DiskFull("no room")]
    woken: list[None] = []
    async with Committer(disk, lambda: woken.append(None)) as committer:
        with pytest.raises(DiskFull):
            await committer.submit(batch(1))
        assert not woken
        assert (await committer.submit(batch(1))).deleted == 1
    assert disk.groups == [[batch(1)]]


async def test_nothing_that_waits_behind_a_failure_becomes_durable_before_it() -> None:
    disk = Disk()
    disk.failures = [DiskFull("no room")]
    disk.gate.clear()
    async with Committer(disk, lambda: None, queue_batches=2) as committer:
        first = asyncio.create_task(committer.submit(batch(0)))
        await asyncio.to_thread(disk.entered.wait, 60)
        rest = [asyncio.create_task(committer.submit(batch(n))) for n in range(1, 6)]
        await asyncio.sleep(0)
        disk.gate.set()
        results = await asyncio.gather(first, *rest, return_exceptions=True)
    assert all(isinstance(result, DiskFull) for result in results)
    assert disk.groups == []


async def test_a_full_queue_makes_senders_wait_and_loses_nothing() -> None:
    disk = Disk()
    disk.gate.clear()
    async with Committer(disk, lambda: None, queue_batches=1, group_events=1) as committer:
        senders = [asyncio.create_task(committer.submit(batch(n))) for n in range(20)]
        await asyncio.to_thread(disk.entered.wait, 60)
        assert not any(sender.done() for sender in senders)
        disk.gate.set()
        await asyncio.gather(*senders)
    assert [group[0] for group in disk.groups] == [batch(n) for n in range(20)]


async def test_leaving_writes_what_was_submitted() -> None:
    disk = Disk()
    async with Committer(disk, lambda: None) as committer:
        senders = [asyncio.create_task(committer.submit(batch(n))) for n in range(5)]
        await asyncio.sleep(0)
    assert all(sender.done() for sender in senders)
    assert sum(len(group) for group in disk.groups) == 5
    with pytest.raises(RuntimeError):
        await committer.submit(batch(9))


async def test_a_sender_that_gives_up_disturbs_nobody() -> None:
    disk = Disk()
    disk.gate.clear()
    async with Committer(disk, lambda: None) as committer:
        first = asyncio.create_task(committer.submit(batch(0)))
        await asyncio.to_thread(disk.entered.wait, 60)
        second = asyncio.create_task(committer.submit(batch(1)))
        await asyncio.sleep(0)
        first.cancel()
        disk.gate.set()
        assert (await second).deleted == 1
