"""A pump keeps a source running through everything that can be survived, and says how it goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.core.errors import (
    CorruptionError,
    DiskFull,
    SourceRefused,
    SourceUnavailable,
    Unreadable,
)
from siyaq.core.event import Cursor, Gap, Op, PostEvent, Rejected, RejectReason
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.core.reports import SourceStatus
from siyaq.log import Appended, LogReader, LogWriter
from siyaq.sources import Committer, JsonlSource, Pump
from siyaq.sources.vigil import LISTENED, Attendance, Silence
from siyaq.testing.clock import FakeClock

pytestmark = pytest.mark.anyio

Step = Batch | Exception


class Scripted:
    """An upstream of numbered batches: resumes after the last committed one, fails on cue."""

    source = "scripted"

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.resumed: list[dict[str, str]] = []
        self.closed = 0
        self.endless = False

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        self.resumed.append(dict(resume))
        try:
            while self.steps:
                step = self.steps.pop(0)
                if isinstance(step, Exception):
                    raise step
                yield step
            if self.endless:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


class Rig:
    """A real log under a committer, with failures to order."""

    def __init__(self, directory: Path, clock: FakeClock) -> None:
        self.writer = LogWriter.open(directory)
        self.log = LogReader.open(directory)
        self.clock = clock
        self.failures: list[Exception] = []
        self.slept: list[float] = []

    def append(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        if self.failures:
            raise self.failures.pop(0)
        return self.writer.append(batches)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def pump(self, adapter: Scripted | JsonlSource, committer: Committer) -> Pump:
        return Pump(adapter, committer, resume=self.log.resume, clock=self.clock, sleep=self.sleep)

    def committer(self) -> Committer:
        return Committer(self.append, lambda: None, group_seconds=0)


@pytest.fixture
def rig(tmp_path: Path, clock: FakeClock) -> Iterator[Rig]:
    rig = Rig(tmp_path / "data", clock)
    yield rig
    rig.log.close()
    rig.writer.close()


def batch(clock: FakeClock, *numbers: int, cursor: str = "", **more: object) -> Batch:
    events = tuple(
        PostEvent(op=Op.DELETE, post_id=PostId(f"s:{n}"), post=None, witnessed_at=clock.now())
        for n in numbers
    )
    place = Cursor(source="scripted", partition="p", position=cursor) if cursor else None
    return Batch(events=events, cursor=place, **more)  # type: ignore[arg-type]  # the test's own


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 -- a condition, with a deadline
            await asyncio.sleep(0.001)


async def test_a_file_is_pumped_to_its_end(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"id": n, "text": f"post {n}"}) for n in range(1_100)]
    path.write_text("\n".join([*lines, "?", lines[0]]))
    async with rig.committer() as committer:
        pump = rig.pump(JsonlSource(path), committer)
        report = await pump.run()
        again = await rig.pump(JsonlSource(path), committer).run()
    assert (report.created, report.unchanged, report.posts) == (1_100, 1, 1_101)
    assert report.refused == {"malformed": 1}
    assert report.refused_examples[0].startswith("line 1101: malformed: not JSON")
    assert again.posts == 0
    assert rig.log.counts().posts == 1_100
    assert pump.status().state == "finished"


async def test_an_upstream_that_hangs_up_is_resumed_where_it_was(
    rig: Rig, clock: FakeClock
) -> None:
    adapter = Scripted(
        batch(clock, 1, cursor="1"),
        SourceUnavailable("it hung up"),
        batch(clock, 2, cursor="2"),
        ValueError("a bug in the adapter"),
        batch(clock, 3, cursor="3"),
    )
    async with rig.committer() as committer:
        report = await rig.pump(adapter, committer).run()
    assert adapter.resumed == [{}, {"p": "1"}, {"p": "2"}]
    assert adapter.closed == 3
    assert report.deleted == 3
    assert len(rig.slept) == 2
    assert max(rig.slept) <= 1.1, "an upstream that brings something is well again"


async def test_an_upstream_that_brings_nothing_is_tried_less_and_less(rig: Rig) -> None:
    adapter = Scripted(*(SourceUnavailable("down") for _ in range(10)))
    async with rig.committer() as committer:
        await rig.pump(adapter, committer).run()
    expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert all(
        abs(slept / wanted - 1) <= 0.1 for slept, wanted in zip(rig.slept, expected, strict=True)
    )


async def test_a_refusal_ends_the_source_and_says_why(rig: Rig, clock: FakeClock) -> None:
    adapter = Scripted(batch(clock, 1), SourceRefused("not allowed here"))
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)
        await pump.run()
    status = pump.status()
    assert (status.state, status.problem) == ("refused", "not allowed here")
    assert pump.report().deleted == 1


@pytest.mark.parametrize("error", [Unreadable("cut"), CorruptionError("bits")])
async def test_what_cannot_be_survived_is_raised_after_all_before_it_is_durable(
    rig: Rig, clock: FakeClock, error: Exception
) -> None:
    adapter = Scripted(batch(clock, 1), error)
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)
        with pytest.raises(type(error)):
            await pump.run()
    assert pump.report().deleted == 1


async def test_damage_to_our_own_data_ends_it_and_closes_the_adapter(
    rig: Rig, clock: FakeClock
) -> None:
    adapter = Scripted(batch(clock, 1), batch(clock, 2))
    rig.failures = [CorruptionError("bits")]
    async with rig.committer() as committer:
        with pytest.raises(CorruptionError):
            await rig.pump(adapter, committer).run()
        assert adapter.closed == 1


async def test_a_full_disk_stalls_the_source_and_loses_nothing(rig: Rig, clock: FakeClock) -> None:
    adapter = Scripted(batch(clock, 1, cursor="1"), batch(clock, 2, cursor="2"))
    rig.failures = [DiskFull("no room for the log")] * 6
    seen: list[SourceStatus] = []
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)

        async def sleep(seconds: float) -> None:
            seen.append(pump.status())
            await rig.sleep(seconds)

        pump._sleep = sleep
        report = await pump.run()
    assert report.deleted == 2
    assert rig.log.resume("scripted") == {"p": "2"}
    assert {(status.state, status.problem) for status in seen} == {
        ("waiting", "no room for the log")
    }
    assert max(rig.slept) <= 5.5, "space that returns must be noticed within ten seconds"
    assert pump.status().problem == ""


async def test_stopping_keeps_what_is_in_flight(rig: Rig, clock: FakeClock) -> None:
    adapter = Scripted(batch(clock, 1, cursor="1"))
    adapter.endless = True
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)
        running = asyncio.create_task(pump.run())
        await _until(lambda: pump.report().deleted == 1)
        assert pump.status().state == "live"
        pump.stop()
        async with asyncio.timeout(60):
            await running
    assert adapter.closed == 1
    assert rig.log.resume("scripted") == {"p": "1"}


async def test_stopping_does_not_wait_for_a_full_disk(rig: Rig, clock: FakeClock) -> None:
    adapter = Scripted(batch(clock, 1, cursor="1"))
    rig.failures = [DiskFull("no room")] * 10_000
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)
        running = asyncio.create_task(pump.run())
        await _until(lambda: pump.status().problem == "no room")
        pump.stop()
        async with asyncio.timeout(60):
            await running
    assert rig.log.resume("scripted") == {}


async def test_cancelling_closes_the_adapter(rig: Rig) -> None:
    adapter = Scripted()
    adapter.endless = True
    async with rig.committer() as committer:
        running = asyncio.create_task(rig.pump(adapter, committer).run())
        await _until(lambda: bool(adapter.resumed))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert adapter.closed == 1


async def test_status_tells_rate_lag_refusals_and_gaps(rig: Rig, clock: FakeClock) -> None:
    refused = Rejected(reason=RejectReason.NO_TEXT, detail="none")
    since = clock.now()
    gap = Gap(source="scripted", since=since - timedelta(hours=1), until=since, reason="upstream")
    adapter = Scripted(
        batch(clock, *range(10), rejected=(refused,) * 30, gaps=(gap,)),
        batch(clock, *range(10, 30)),
    )
    clock.advance(4)
    async with rig.committer() as committer:
        pump = rig.pump(adapter, committer)
        report = await pump.run()
    status = pump.status()
    assert status.lag_seconds == 4
    assert status.last_event_at == since
    assert status.posts_per_second == 30
    assert status.refused == {"no_text": 30}
    assert status.gaps == (gap,)
    assert report.refused_examples == ("no_text: none",) * 20
    clock.advance(20)
    assert pump.status().posts_per_second == 1.5
    clock.advance(41)
    assert pump.status().posts_per_second == 0


async def test_what_was_refused_counts_for_its_source(rig: Rig, clock: FakeClock) -> None:
    """A batch need not say whose its refusals are: nothing else of it may be usable."""
    refused = Rejected(reason=RejectReason.MALFORMED, detail="no JSON")
    adapter = Scripted(Batch(rejected=(refused,)), batch(clock, 1))
    async with rig.committer() as committer:
        await rig.pump(adapter, committer).run()
    refusals = {record.source: record.refused for record in rig.log.sources() if record.refused}
    assert refusals == {"scripted": {"malformed": 1}}


async def test_a_source_that_always_has_more_can_be_stopped(clock: FakeClock) -> None:
    class Endless:
        source = "endless"

        async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
            while True:
                yield Batch(source="endless")

    async with Committer(lambda batches: [_nothing() for _ in batches], lambda: None) as committer:
        pump = Pump(Endless(), committer, resume=lambda _: {}, clock=clock)
        running = asyncio.create_task(pump.run())
        await asyncio.sleep(0.05)
        pump.stop()
        await asyncio.wait_for(running, 60)


def _nothing() -> Appended:
    return Appended(last_seq=Seq(0), created=0, updated=0, deleted=0, unchanged=0, stale=0, live=())


async def test_an_upstream_that_freezes_is_asked_again_and_a_quiet_one_is_not(
    rig: Rig, clock: FakeClock
) -> None:
    spoke = [batch(clock, n, cursor=str(n)) for n in range(7)]
    frozen = Scripted(*spoke)
    frozen.endless = True
    quiet = Scripted(*spoke[:2])
    quiet.endless = True
    async with rig.committer() as committer:
        pumps = [
            Pump(
                adapter,
                committer,
                resume=rig.log.resume,
                clock=clock,
                sleep=rig.sleep,
                silence=Silence(quiet_seconds=0.01),
            )
            for adapter in (frozen, quiet)
        ]
        running = [asyncio.create_task(pump.run()) for pump in pumps]
        await _until(lambda: len(frozen.resumed) >= 3)
        assert "nothing came for" in pumps[0].status().problem
        assert frozen.resumed[-1] == {"p": "6"}
        assert len(quiet.resumed) == 1
        for pump in pumps:
            pump.stop()
        await asyncio.gather(*running)


def test_silence_is_measured_by_the_past() -> None:
    now = 0.0
    silence = Silence(quiet_seconds=120.0, monotonic=lambda: now)
    for _ in range(6):
        silence.heard()
        now += 1.0
    assert silence.patience_seconds == 120.0
    now += 118.0
    silence.require()
    now += 1.0
    with pytest.raises(SourceUnavailable, match="nothing came for 120 seconds"):
        silence.require()
    silence.begin()
    assert silence.patience_seconds == 240.0, "asking again was in vain"
    silence.heard()
    assert silence.patience_seconds == 120.0
    now += 100.0
    silence.heard()
    assert silence.patience_seconds == 1_000.0, "a pause that was seen is no silence"


class Broadcast(Scripted):
    """An upstream that keeps nothing for those who are away."""

    fleeting = True


async def test_what_is_missed_of_a_broadcast_is_a_gap(rig: Rig, clock: FakeClock) -> None:
    async def hear(adapter: Scripted) -> None:
        async with rig.committer() as committer:
            await rig.pump(adapter, committer).run()

    await hear(Broadcast(batch(clock, 1)))
    heard_at = clock.now()
    assert not rig.log.coverage().gaps
    back_at = clock.advance(3_600)
    second = Broadcast(SourceUnavailable("not yet"), batch(clock, 2))
    await hear(second)
    (gap,) = rig.log.coverage().gaps
    assert gap == Gap(source="scripted", since=heard_at, until=back_at, reason="disconnected")
    assert second.resumed == [{}, {}], "when we listened is the pump's business alone"


async def test_a_broadcast_that_is_silent_is_listened_to_all_the_same(
    rig: Rig, clock: FakeClock
) -> None:
    adapter = Broadcast(batch(clock, 1))
    attendance = Attendance(adapter, clock)
    heard = attendance.listening()
    assert heard is not None
    assert heard.cursor is not None
    assert attendance.listening() is None, "not at every turn"
    clock.advance(60)
    again = attendance.listening()
    assert again is not None
    assert again.cursor is not None
    attendance.begin({LISTENED: heard.cursor.position})
    owed = attendance.listening()
    assert owed is not None
    assert [gap.until - gap.since for gap in owed.gaps] == [timedelta(seconds=60)]


async def test_a_source_that_can_be_resumed_leaves_no_gap(rig: Rig, clock: FakeClock) -> None:
    for number in (1, 2):
        async with rig.committer() as committer:
            await rig.pump(Scripted(batch(clock, number, cursor="1")), committer).run()
        clock.advance(3_600)
    assert not rig.log.coverage().gaps
