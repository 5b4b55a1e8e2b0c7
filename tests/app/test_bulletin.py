"""Who reads beside a writer is told how the sources that it follows are doing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siyaq.app import bulletin
from siyaq.app.opening import open_siyaq
from siyaq.config import Config
from siyaq.core.event import Cursor, Gap, Op, PostEvent, Rejected, RejectReason
from siyaq.core.ids import PostId
from siyaq.core.ports import Batch
from siyaq.core.reports import SourceStatus
from siyaq.log import LogReader, LogWriter

from .test_siyaq import run_async

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Endless:
    """A stream that brings one change, refuses one line, and then is silent."""

    source = "endless"

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        del resume
        yield batch(self.source)
        await asyncio.Event().wait()


def batch(source: str) -> Batch:
    gone = PostEvent(
        op=Op.DELETE, post_id=PostId(f"{source}:1"), post=None, witnessed_at=datetime.now(UTC)
    )
    return Batch(
        events=(gone,),
        rejected=(Rejected(reason=RejectReason.NO_TEXT, detail="none"),),
        gaps=(Gap(source=source, since=NOW, until=NOW + timedelta(hours=1), reason="upstream"),),
        cursor=Cursor(source=source, partition="p", position="1"),
    )


def status(source: str, **more: object) -> SourceStatus:
    told: dict[str, object] = {
        "source": source,
        "url": f"x://{source}",
        "state": "live",
        "posts": 5,
        "posts_per_second": 2.5,
        "lag_seconds": 1.5,
        "last_event_at": NOW,
        "refused": {},
        "gaps": (),
    }
    return SourceStatus(**(told | more))  # type: ignore[arg-type]  # the test's own


@run_async
async def test_a_reader_sees_a_followed_source_live_and_later_at_rest(config: Config) -> None:
    async with open_siyaq(config, write=True) as siyaq:
        following = asyncio.create_task(siyaq.intake.follow(Endless(), "x://endless"))
        async with open_siyaq(config, write=False) as reader, asyncio.timeout(60):
            while not (seen := (await reader.status()).sources) or seen[0].state != "live":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            (one,) = seen
            assert (one.source, one.url, one.refused) == ("endless", "x://endless", {"no_text": 1})
            assert one.lag_seconds is not None
            assert len(one.gaps) == 1
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    async with open_siyaq(config, write=False) as reader:
        (one,) = (await reader.status()).sources
        assert (one.state, one.refused) == ("idle", {"no_text": 1})


def test_only_fresh_news_of_known_sources_counts(tmp_path: Path) -> None:
    with LogWriter.open(tmp_path) as writer, LogReader.open(tmp_path) as log:
        writer.append([batch("a"), batch("b")])
        records = log.sources()
    bulletin.write(tmp_path, [status("a"), status("hidden")], NOW)
    first, second = bulletin.read(tmp_path, records, NOW + timedelta(seconds=5))
    assert (first.source, first.state, first.lag_seconds) == ("a", "live", 1.5)
    assert (first.posts, dict(first.refused), len(first.gaps)) == (0, {"no_text": 1}, 1)
    assert (second.source, second.state) == ("b", "idle")
    late = bulletin.read(tmp_path, records, NOW + timedelta(minutes=1))
    assert [one.state for one in late] == ["idle", "idle"]
    bulletin.write(tmp_path, [status("a"), status("a", url="x://other")], NOW)
    both = bulletin.read(tmp_path, records, NOW)
    assert [(one.source, one.posts) for one in both] == [("a", 5), ("a", 5), ("b", 0)]
    for spoiled in (b"", b"[]", b"\xff", b'{"at": 7, "sources": []}', b"[" * 5000):
        (tmp_path / bulletin.NAME).write_bytes(spoiled)
        assert [one.state for one in bulletin.read(tmp_path, records, NOW)] == ["idle", "idle"]
