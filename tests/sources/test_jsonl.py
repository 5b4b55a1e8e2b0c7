"""Files, pipes and request bodies of JSON lines are read once, in order, and resumed."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
import zstandard

from siyaq.core.clock import PlacedBy, Trust
from siyaq.core.errors import Unreadable
from siyaq.core.event import PostEvent, RejectReason
from siyaq.core.ports import Batch, SourceAdapter
from siyaq.sources import JsonlSource, JsonlStream
from siyaq.testing.clock import FakeClock

pytestmark = pytest.mark.anyio


def lines(*numbers: int) -> bytes:
    return b"".join(json.dumps({"id": n, "text": f"post {n}"}).encode() + b"\n" for n in numbers)


async def read(adapter: SourceAdapter, resume: dict[str, str] | None = None) -> list[Batch]:
    return [batch async for batch in adapter.batches(resume or {})]


def ids(batches: list[Batch]) -> list[str]:
    return [
        event.post_id.partition(":")[2]
        for batch in batches
        for event in batch.events
        if isinstance(event, PostEvent)
    ]


def committed(batches: list[Batch]) -> dict[str, str]:
    cursor = batches[-1].cursor
    assert cursor is not None
    return {cursor.partition: cursor.position}


async def test_a_finished_file_holds_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1, 2, 3))
    first = await read(JsonlSource(path))
    assert ids(first) == ["1", "2", "3"]
    assert await read(JsonlSource(path), committed(first)) == []


async def test_a_changed_file_is_read_again_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1, 2, 3))
    first = await read(JsonlSource(path))
    path.write_bytes(lines(1, 2, 3, 4))
    assert ids(await read(JsonlSource(path), committed(first))) == ["1", "2", "3", "4"]


async def test_an_edit_behind_the_beginning_of_a_large_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    content = lines(*range(4_000))
    path.write_bytes(content)
    first = await read(JsonlSource(path))
    path.write_bytes(content.replace(b"post 3999", b"post 3x99"))
    os.utime(path, ns=(0, 1))
    assert len(ids(await read(JsonlSource(path), committed(first)))) == 4_000


async def test_batches_hold_at_most_five_hundred_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*range(1_200)))
    batches = await read(JsonlSource(path))
    assert [len(batch.events) for batch in batches] == [500, 500, 200]


async def test_refusals_alone_make_batches_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"?\n" * 1_200)
    batches = await read(JsonlSource(path))
    assert [len(batch.rejected) for batch in batches] == [500, 500, 200]
    assert batches[-1].rejected[-1].line == 1_200
    assert all(batch.cursor is not None for batch in batches)


async def test_lines_keep_their_numbers_after_a_resume(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*range(600)) + b"?\n")
    batches = await read(JsonlSource(path))
    first = batches[0].cursor
    assert first is not None
    rest = await read(JsonlSource(path), {first.partition: first.position})
    assert ids(rest) == [str(n) for n in range(500, 600)]
    assert rest[0].rejected[0].line == 601


async def test_a_resume_deep_inside_a_large_file_finds_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines(*range(30_000))))
    batches = await read(JsonlSource(path))
    middle = batches[40].cursor
    assert middle is not None
    assert int(middle.position.partition(":")[0]) > 2 * 2**18, "beyond the first pieces"
    rest = await read(JsonlSource(path), {middle.partition: middle.position})
    assert ids(rest) == [str(n) for n in range(20_500, 30_000)]
    assert not any(batch.rejected for batch in rest)


@pytest.mark.parametrize("position", ["", "x", "-1:2", "5", ":", "1:x", "٣:1"])
async def test_a_position_that_is_not_ours_starts_again(tmp_path: Path, position: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1))
    partition = next(iter(committed(await read(JsonlSource(path)))))
    resumed = await read(JsonlSource(path), {partition: position})
    assert ids(resumed) == ["1"]


async def test_a_line_too_long_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1) + b'{"id":"' + b"x" * 3_000_000 + b'"}\n' + lines(2))
    (batch,) = await read(JsonlSource(path))
    assert ids([batch]) == ["1", "2"]
    assert [(one.reason, one.line) for one in batch.rejected] == [(RejectReason.TOO_LARGE, 2)]


async def test_blank_lines_marks_and_windows_endings_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + lines(1) + b"\n  \r\n" + lines(2).replace(b"\n", b"\r\n"))
    (batch,) = await read(JsonlSource(path))
    assert ids([batch]) == ["1", "2"]
    assert batch.rejected == ()


@pytest.mark.parametrize("pack", ["gzip", "zstd"])
async def test_a_cut_file_gives_its_whole_lines_and_then_says_so(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "a.jsonl.misnamed"
    content = b"".join(
        json.dumps({"id": n, "text": os.urandom(300).hex()}).encode() + b"\n" for n in range(1_500)
    )
    packed = gzip.compress(content) if pack == "gzip" else zstandard.compress(content)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    taken: list[Batch] = []
    with pytest.raises(Unreadable, match="ends in the middle"):
        await _take(JsonlSource(path), taken)
    found = ids(taken)
    assert found == [str(n) for n in range(len(found))]
    assert len(found) > 700
    assert not any(batch.rejected for batch in taken)


async def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        await read(JsonlSource(tmp_path / "none.jsonl"))
    with pytest.raises(Unreadable, match="Is a directory"):
        await read(JsonlSource(tmp_path))


async def test_progress_is_told_in_bytes_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines(*range(3_000))))
    source = JsonlSource(path)
    await read(source)
    assert source.reading.total_bytes == path.stat().st_size
    assert source.reading.bytes_read == path.stat().st_size


async def test_a_pipe_gives_what_it_has_before_it_ends() -> None:
    receiving, sending = os.pipe()
    with os.fdopen(receiving, "rb") as pipe:
        stream = JsonlSource(pipe).batches({})
        os.write(sending, lines(1) + b'{"id": 2,')
        assert ids([await anext(stream)]) == ["1"]
        os.write(sending, b'"text": "late"}')
        os.close(sending)
        assert ids([batch async for batch in stream]) == ["2"]


async def test_waiting_for_a_silent_pipe_can_be_given_up() -> None:
    receiving, sending = os.pipe()
    with os.fdopen(receiving, "rb") as pipe:
        reading = asyncio.create_task(read(JsonlSource(pipe)))
        await asyncio.sleep(0)
        reading.cancel()
        done, _ = await asyncio.wait([reading], timeout=60)
        assert done
        os.close(sending)


async def test_bytes_in_memory_are_read_like_a_pipe() -> None:
    batches = await read(JsonlSource(io.BytesIO(gzip.compress(lines(1, 2)))))
    assert ids(batches) == ["1", "2"]
    assert batches[0].cursor is None


async def test_a_request_body_arrives_in_pieces_of_any_size(clock: FakeClock) -> None:
    content = lines(*range(900)) + b"?\n" + lines(900)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 777):
            yield content[start : start + 777]

    batches = await read(JsonlStream(pieces(), source="http", trust=Trust.CLIENT, clock=clock))
    assert ids(batches) == [str(n) for n in range(901)]
    assert [one.line for batch in batches for one in batch.rejected] == [901]
    event = batches[0].events[0]
    assert isinstance(event, PostEvent)
    assert event.post is not None
    assert (event.post.placed_at, event.post.placed_by) == (clock.now(), PlacedBy.WITNESSED)


async def test_giving_up_a_file_early_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*range(5_000)))
    for _ in range(5):
        async with aclosing(JsonlSource(path).batches({})) as batches:
            await anext(batches)
    assert path not in _open_files()


def _open_files() -> list[Path]:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed in between
            found.append(descriptor.readlink())
    return found


async def _take(adapter: SourceAdapter, taken: list[Batch]) -> None:
    async for batch in adapter.batches({}):
        taken.append(batch)  # noqa: PERF401 -- a comprehension would lose what came before


async def test_a_line_per_source_wins_over_the_default(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id":1,"text":"a","source":"ira"}\n{"id":2,"text":"b"}\n')
    (batch,) = await read(JsonlSource(path, source="mine"))
    assert [e.post_id for e in batch.events if isinstance(e, PostEvent)] == ["ira:1", "mine:2"]
