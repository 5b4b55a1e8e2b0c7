"""What is ordered to be erased is erased, by whoever writes; what is old enough goes by itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from siyaq import config
from siyaq.app import janitor, orders, upkeep
from siyaq.app.erasing import Eraser, Order
from siyaq.app.opening import open_siyaq
from siyaq.app.orders import Done, Orders
from siyaq.config import Config
from siyaq.core.errors import AlreadyWriting, ConfigError, StorageError
from siyaq.core.ids import PostId
from siyaq.core.query import Filters
from siyaq.log import LogWriter

WITHIN_SECONDS = 60


def settings(directory: Path, **given: str | int) -> Config:
    flags = {name.replace("__", "."): value for name, value in given.items()}
    return config.load(environ={}, flags={"data": str(directory), "embed.processes": 0, **flags})


async def lines(count: int, source: str = "town") -> AsyncIterator[bytes]:
    for number in range(count):
        author = {"id": f"a{number % 2}"}
        text = f"canary{number} in the rain"
        told = {"id": str(number), "source": source, "author": author, "text": text}
        yield json.dumps(told).encode() + b"\n"


def name(number: int, source: str = "town") -> PostId:
    return PostId(f"{source}:{number}")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        while not condition():  # noqa: ASYNC110 -- of another thread
            await asyncio.sleep(0.02)


def holds(directory: Path, word: str) -> list[Path]:
    return [
        path
        for path in directory.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes()
    ]


def test_an_order_is_carried_out_by_the_one_that_writes(tmp_path: Path) -> None:
    chosen = settings(tmp_path / "data")

    async def living() -> None:
        async with open_siyaq(chosen, write=True) as siyaq:
            await siyaq.ingest(lines(6), imported=False)
            assert await siyaq.wait_searchable(
                vectors=True, within=timedelta(seconds=WITHIN_SECONDS)
            )
            watching = siyaq.live("", Filters())
            told = asyncio.ensure_future(anext(watching))
            await asyncio.sleep(0)
            order = Order(posts=(name(0),), authors=(("town", "a1"),))
            assert await asyncio.to_thread(upkeep.purge, chosen, order) == 4
            assert await asyncio.wait_for(told, WITHIN_SECONDS) == name(0)
            seen = {await asyncio.wait_for(anext(watching), WITHIN_SECONDS) for _ in range(3)}
            assert seen == {name(1), name(3), name(5)}
            await watching.aclose()
            assert [siyaq.log.state(name(number)) for number in range(6)] == [
                *("deleted", "deleted", "live", "deleted", "live", "deleted")
            ]
            for gone in (0, 1, 3, 5):
                assert holds(chosen.data, f"canary{gone}") == []
            assert holds(chosen.data, "canary2")
            again = await siyaq.ingest(lines(6), imported=False)
            assert (again.created, again.stale) == (0, 4)

    asyncio.run(asyncio.wait_for(living(), 120))


def test_what_is_ordered_is_hidden_while_bytes_of_an_earlier_order_are_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(tmp_path / "data")
    box = Orders(chosen.data)
    purging, go_on = threading.Event(), threading.Event()
    whole = Eraser.purge

    def slowly(eraser: Eraser) -> None:
        purging.set()
        assert go_on.wait(WITHIN_SECONDS)
        whole(eraser)

    monkeypatch.setattr(Eraser, "purge", slowly)

    async def living() -> None:
        async with open_siyaq(chosen, write=True) as siyaq:
            try:
                await siyaq.ingest(lines(4), imported=False)
                first = box.leave(Order(posts=(name(0),)))
                await until(purging.is_set)
                second = box.leave(Order(posts=(name(1), name(2))))
                await until(lambda: siyaq.log.state(name(2)) == "deleted")
            finally:
                go_on.set()
            assert await asyncio.to_thread(box.wait, first, WITHIN_SECONDS) == 1
            assert await asyncio.to_thread(box.wait, second, WITHIN_SECONDS) == 2
            assert [gone for gone in range(4) if holds(chosen.data, f"canary{gone}")] == [3]

    asyncio.run(asyncio.wait_for(living(), 120))
    assert list((chosen.data / "orders").iterdir()) == []


def test_a_source_is_erased_up_to_a_moment(tmp_path: Path) -> None:
    chosen = settings(tmp_path / "data")

    async def living() -> None:
        async with open_siyaq(chosen, write=True) as siyaq:
            await siyaq.ingest(lines(3), imported=False)
            await siyaq.ingest(lines(2, "village"), imported=False)

    asyncio.run(asyncio.wait_for(living(), 120))
    ago = datetime.now(UTC) - timedelta(days=1)
    assert upkeep.purge(chosen, Order(source="town", before=ago)) == 0
    assert upkeep.purge(chosen, Order(source="town")) == 3
    assert holds(chosen.data, "canary2") == []
    assert holds(chosen.data, "canary1")  # of the village


def test_an_order_to_one_who_takes_none_is_withdrawn_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_TAKEN_WITHIN_SECONDS", 0.1)
    with LogWriter.open(tmp_path / "data"):
        with pytest.raises(AlreadyWriting, match="takes no orders"):
            upkeep.purge(settings(tmp_path / "data"), Order(posts=("town:1",)))
        assert list((tmp_path / "data" / "orders").iterdir()) == []


def test_an_order_that_its_taker_did_not_live_to_carry_out_is_taken_again(tmp_path: Path) -> None:
    box = Orders(tmp_path)
    left = box.leave(Order(posts=("town:1",)))
    assert [taken for taken, _ in box.take()] == [left]
    assert list(box.take(but_for={left})) == []  # its taker is about it
    assert list(Orders(tmp_path).take()) == [(left, Order(posts=("town:1",)))]
    box.finish(left, Done(3))
    assert list(box.take()) == []
    assert box.wait(left, 1) == 3
    (tmp_path / "orders" / "x.order").write_bytes(b"\xff")
    assert list(box.take()) == []
    with pytest.raises(StorageError, match="cannot be read"):
        box.wait("x", 1)


def test_posts_go_when_they_have_been_kept_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(tmp_path / "data", keep__days="town=30")
    monkeypatch.setattr(janitor, "AGE_SECONDS", 0.05)
    looked = Mock(side_effect=Eraser.age, autospec=True)
    monkeypatch.setattr(Eraser, "age", lambda *given: looked(*given))
    later = datetime.now(UTC) + timedelta(days=29)

    async def living() -> None:
        monkeypatch.setattr("siyaq.core.clock.SystemClock.now", lambda _: later)
        async with open_siyaq(chosen, write=True) as siyaq:
            await until(lambda: looked.call_count >= 2)
            assert siyaq.log.counts().posts == 5

        monkeypatch.setattr("siyaq.core.clock.SystemClock.now", lambda _: later + timedelta(days=2))
        async with open_siyaq(chosen, write=True) as siyaq:
            await until(lambda: siyaq.log.counts().posts == 2)
            assert siyaq.log.state(name(0)) == "deleted"
            assert siyaq.log.state(name(0, "village")) == "live"

    async def filling() -> None:
        async with open_siyaq(chosen, write=True) as siyaq:
            await siyaq.ingest(lines(3), imported=False)
            await siyaq.ingest(lines(2, "village"), imported=False)

    asyncio.run(asyncio.wait_for(filling(), 120))
    asyncio.run(asyncio.wait_for(living(), 120))


def test_the_bytes_of_deleted_posts_are_taken_out_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Config, "purge_seconds", 0.2)
    chosen = settings(tmp_path / "data")

    async def gone() -> AsyncIterator[bytes]:
        yield b'{"op":"delete","id":"0","source":"town"}\n'

    async def living() -> None:
        async with open_siyaq(chosen, write=True) as siyaq:
            await siyaq.ingest(lines(3), imported=False)
            await siyaq.wait_searchable(vectors=True, within=timedelta(seconds=WITHIN_SECONDS))
            await siyaq.ingest(gone(), imported=False)
            await until(lambda: not holds(chosen.data, "canary0"))
            assert holds(chosen.data, "canary1")

    asyncio.run(asyncio.wait_for(living(), 120))


@pytest.mark.parametrize("wrong", ["town", "town=", "town=x", "=3", "town=0", "town=-1"])
def test_a_wrong_time_to_keep_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"keep\.days"):
        settings(tmp_path, keep__days=wrong)
