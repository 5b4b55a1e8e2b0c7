"""What every source adapter promises. Subclass, give a fixture `upstream`; pytest does the rest.

class TestMine(SourceContract):
    @pytest.fixture
    async def upstream(self) -> AsyncIterator[Upstream]:
        async with my_scripted_server() as server:
            yield server
"""
# ruff: noqa: D102  the name of each test is its promise

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Protocol

import pytest

from siyaq.core.event import PostEvent
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch, SourceAdapter

DEADLINE_SECONDS = 60.0
_RUNS = 100


class Upstream(Protocol):
    """Something real to read from: a file, a server on this machine. The same for each adapter."""

    @property
    def holds(self) -> frozenset[PostId]:
        """Every post that can be had from it."""
        ...

    @property
    def refused(self) -> int:
        """How many pieces of it nobody can use."""
        ...

    @property
    def repeats(self) -> int:
        """How many changes may come again after a resume: those at an inclusive cursor."""
        ...

    def adapter(self) -> SourceAdapter:
        """Make an adapter that has read nothing yet."""
        ...


class SourceContract:
    """The promises of `core.ports.SourceAdapter`, for one adapter and one upstream."""

    pytestmark = pytest.mark.anyio

    async def test_everything_upstream_holds_arrives_once(self, upstream: Upstream) -> None:
        batches = await _read(upstream.adapter(), {}, until=upstream.holds)
        arrived = _posts(batches)
        assert set(arrived) == upstream.holds
        assert len(arrived) == len(upstream.holds)

    async def test_what_cannot_be_used_is_counted_and_stops_nothing(
        self, upstream: Upstream
    ) -> None:
        batches = await _read(upstream.adapter(), {}, until=upstream.holds)
        refusals = [refusal for batch in batches for refusal in batch.rejected]
        assert upstream.refused > 0, "an upstream without garbage proves nothing"
        assert len(refusals) == upstream.refused
        assert all(len(refusal.detail) <= 200 for refusal in refusals)

    async def test_cut_after_any_batch_it_resumes_without_loss(self, upstream: Upstream) -> None:
        whole = await _read(upstream.adapter(), {}, until=upstream.holds)
        assert len(whole) > 1, "an upstream of one batch has no seam to cut at"
        for cut in range(min(len(whole), _RUNS)):
            before = await _read(upstream.adapter(), {}, until=upstream.holds, batches=cut)
            missing = upstream.holds - set(_posts(before))
            after = await _read(upstream.adapter(), _committed(before), until=missing)
            arrived = _posts(before) + _posts(after)
            assert set(arrived) == upstream.holds, f"lost posts when cut after batch {cut}"
            assert len(arrived) - len(upstream.holds) <= upstream.repeats, f"cut after {cut}"

    async def test_it_can_be_cancelled_at_any_time(self, upstream: Upstream) -> None:
        before = asyncio.all_tasks()
        for turns in (0, 1, 5, 50):
            reading = asyncio.create_task(_read(upstream.adapter(), {}, batches=10**9))
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            done, _ = await asyncio.wait([reading], timeout=DEADLINE_SECONDS)
            assert done, "cancelling had no effect"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while asyncio.all_tasks() - before:  # noqa: ASYNC110 -- ours, or a left server's
                await asyncio.sleep(0.01)

    async def test_every_post_bears_a_source_without_a_colon(self, upstream: Upstream) -> None:
        adapter = upstream.adapter()
        assert adapter.source
        assert ":" not in adapter.source
        batches = await _read(adapter, {}, until=upstream.holds)
        for batch in batches:
            assert batch.cursor is None or batch.cursor.source == adapter.source
            for event in batch.events:
                if isinstance(event, PostEvent) and event.post is not None:
                    assert event.post_id == event.post.id


async def _read(
    adapter: SourceAdapter,
    resume: Mapping[str, str],
    *,
    until: frozenset[PostId] = frozenset(),
    batches: int | None = None,
) -> list[Batch]:
    """Read until every post of `until` has come (or upstream ends), or so many batches.

    How many batches a stream comes in depends on its timing.
    """
    taken: list[Batch] = []
    missing = set(until)
    if batches is None and not missing:
        return taken
    stream = adapter.batches(resume)
    async with asyncio.timeout(DEADLINE_SECONDS), aclosing(stream):
        async for batch in _limited(stream, batches):
            taken.append(batch)
            missing -= set(_posts([batch]))
            if until and not missing:
                break
    return taken


async def _limited(stream: AsyncIterator[Batch], batches: int | None) -> AsyncIterator[Batch]:
    count = 0
    while batches is None or count < batches:
        try:
            batch = await anext(stream)
        except StopAsyncIteration:
            return
        count += 1
        yield batch


def _posts(batches: list[Batch]) -> list[PostId]:
    return [
        event.post_id for batch in batches for event in batch.events if isinstance(event, PostEvent)
    ]


def _committed(batches: list[Batch]) -> dict[str, str]:
    """Return the positions that a log would hold after these batches."""
    return {
        batch.cursor.partition: batch.cursor.position
        for batch in batches
        if batch.cursor is not None
    }
