"""A part of a log tells of the rest as of what was never there."""

from __future__ import annotations

import inspect

import pytest

from siyaq.core.answer import Coverage
from siyaq.core.event import Gap
from siyaq.core.ids import PostId, Seq
from siyaq.core.ports import Batch
from siyaq.log import LogReader, LogWithin, LogWriter
from tests.log.events import at, post, put

PRIVATE = post("1", "a tip", source="tips", author="did:t", minutes=-60)
PUBLIC = post("1", "rain in Riyadh")


@pytest.fixture
def part(writer: LogWriter, reader: LogReader) -> LogWithin:
    gap = Gap(source="tips", since=at(-30), until=at(-20), reason="disconnected")
    writer.append([Batch(events=(put(PRIVATE), put(PUBLIC)), gaps=(gap,))])
    return LogWithin(reader, lambda source: source != "tips")


def test_every_way_to_read_is_written_anew() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")} - {"open"}

    assert public(LogReader) <= public(LogWithin)
    for name in public(LogReader):
        assert list(inspect.signature(getattr(LogReader, name)).parameters) == list(
            inspect.signature(getattr(LogWithin, name)).parameters
        )


def test_what_is_not_shown_was_never_there(part: LogWithin) -> None:
    never = PostId("tips:2")
    assert part.posts([Seq(1), Seq(2)]) == {Seq(2): PUBLIC}
    assert part.count_live([Seq(1), Seq(2)]) == 1
    assert part.find([PRIVATE.id, PUBLIC.id, never]).keys() == {PUBLIC.id}
    assert part.state(PRIVATE.id) == part.state(never) == "unknown"
    assert part.state(PostId("nonsense")) == "unknown"
    assert part.written_by("tips", "did:t") == []
    assert part.live_entries("tips", Seq(0), 9) == []
    assert part.held("tips", 9) == []
    assert part.resume("tips") == {}
    assert not part.is_hidden("tips", "did:t")


def test_what_is_counted_is_what_is_shown(part: LogWithin, reader: LogReader) -> None:
    assert part.names() == ["bluesky"]
    assert [record.source for record in part.sources()] == ["bluesky"]
    assert part.counts().posts == 1
    assert part.counts(["tips"]).posts == 0
    assert part.count_after(Seq(0), ["tips", "bluesky"]) == 1
    assert part.coverage() == reader.coverage(["bluesky"])
    assert part.coverage().gaps == ()
    assert part.coverage(["tips"]) == Coverage()
    assert part.coverage(["tips", "bluesky"]) == reader.coverage(["bluesky"])
    nothing = LogWithin(reader, lambda _: False)
    assert nothing.coverage() == Coverage()
    assert nothing.counts().posts == 0


def test_nobody_follows_a_part_from_end_to_end(part: LogWithin) -> None:
    with pytest.raises(AssertionError):
        part.entries(Seq(0), 10)
    with pytest.raises(AssertionError):
        part.rows(Seq(0), 10)


def test_closing_a_part_leaves_the_log_open(part: LogWithin, reader: LogReader) -> None:
    part.close()
    assert reader.state(PUBLIC.id) == "live"
