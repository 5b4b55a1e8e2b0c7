"""A run that only waits holds up nobody: its place, and the limits of its key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path

import pytest

from siyaq.access import Account, Budget, KeyRing, Limits, Owners, Role
from siyaq.access.account import Work
from siyaq.agents import AnyTool, Journal, Run, charging
from siyaq.agents.charging import Reserve, charged_to, charged_to_nobody
from siyaq.agents.crew import RESTING, Crew
from siyaq.agents.desk import Desk
from siyaq.agents.places import Places
from siyaq.core.errors import StorageError
from tests.agents.test_crew import NAMES, Posts
from tests.agents.toys import Toys, begun, call


class Shop:
    """A crew with two places, its desk, and its tools."""

    def __init__(self, journal: Journal, reserve: Reserve = charged_to_nobody) -> None:
        self.journal, self.toys, self.desk = journal, Toys(), Desk(journal)
        self._reserve = reserve

    def queue(self, *turns: object, key_id: str = "") -> str:
        run_id = begun(self.journal, *turns, key_id=key_id)
        self.desk.queue(run_id)
        return run_id

    def done(self, *run_ids: str) -> bool:
        return all(self.journal.standing(one)[0] == "done" for one in run_ids)

    def open(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Let the crew work while something is done."""

        @asynccontextmanager
        async def lend(_: Run) -> AsyncIterator[Sequence[AnyTool]]:
            yield self.toys.tools()

        async def run() -> None:
            crew = Crew(self.journal, lend, Posts(), parallel=2, reserve=self._reserve)
            working = asyncio.create_task(crew.keep())
            try:
                async with asyncio.timeout(120):
                    await doing()
            finally:
                working.cancel()
                await asyncio.wait([working])

        asyncio.run(run())


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what is waited for stands in a database
        await asyncio.sleep(0.01)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyRing]:
    with closing(KeyRing(tmp_path)) as ring:
        yield ring


@pytest.fixture
def budget(tmp_path: Path, clock: list[float]) -> Iterator[Budget]:
    with closing(Budget(tmp_path, defaults=Limits(), now=lambda: clock[0])) as budget:
        yield budget


@pytest.fixture
def clock() -> list[float]:
    """The moment by the clock of the book."""
    return [1e9]


def test_runs_that_wait_leave_their_places_to_others_and_go_on_after(journal: Journal) -> None:
    shop = Shop(journal)
    both = [call("wait", "w"), call("note", "beside", text="beside")]
    waits = [shop.queue(both, call("note", text="after")) for _ in range(3)]

    async def day() -> None:
        await until(lambda: len(shop.toys.waits) == 3)
        other = shop.queue(call("note", text="other"))
        await until(lambda: shop.done(other))
        assert not shop.done(*waits[:1])
        shop.toys.comes.set()
        await until(lambda: shop.done(*waits))

    shop.open(day)
    texts = [text for _, _, text in shop.toys.done]
    assert sorted(texts) == ["after"] * 3 + ["beside"] * 3 + ["other"]
    assert texts.index("other") < texts.index("after")


def test_one_user_can_have_so_many_waiting_and_others_begin_all_the_same(journal: Journal) -> None:
    shop = Shop(journal)
    many = [shop.queue(call("wait"), key_id="many") for _ in range(RESTING + 2)]

    async def day() -> None:
        await until(lambda: len(shop.toys.waits) == RESTING)
        other = shop.queue(call("note", text="x"), key_id="few")
        await until(lambda: shop.done(other))
        assert len(shop.toys.waits) == RESTING
        shop.toys.comes.set()
        await until(lambda: shop.done(*many))

    shop.open(day)


def test_a_place_is_taken_back_before_anybody_new_comes() -> None:
    async def day() -> None:
        places = Places(1)
        places.take("a")
        came = asyncio.Event()

        async def waits() -> None:
            async with places.given_up("a"):
                await came.wait()

        waiting = asyncio.create_task(waits())
        await asyncio.sleep(0)
        assert (places.free, list(places.resting)) == (True, ["a"])
        places.take("b")
        came.set()
        await asyncio.wait([waiting], timeout=0.01)
        assert not waiting.done()
        assert not places.free
        places.leave("b")
        await waiting
        assert (places.free, list(places.resting)) == (False, [])
        places.leave("a")
        assert places.free

    asyncio.run(day())


def test_paused_in_the_middle_of_a_wait_another_plan_can_be_given(journal: Journal) -> None:
    shop = Shop(journal)
    run_id = shop.queue(call("wait", "w"), call("note", "n", text="x"))
    kept = '{"tool": "wait", "id": "w"}'
    note = '{"tool": "note", "id": "n", "arguments": {"text": "y"}}'

    async def day() -> None:
        await until(lambda: bool(shop.toys.waits))
        since = journal.run(run_id).steps[0].began_at
        shop.desk.pause(journal.run(run_id))
        run = await shop.desk.rested(journal.run(run_id))
        assert shop.toys.waits == []
        assert run.spent.get("seconds", 0) == 0
        shop.desk.edit(run, [kept, note], NAMES)
        shop.desk.resume(journal.run(run_id))
        await until(lambda: bool(shop.toys.waits))
        assert journal.run(run_id).steps[0].began_at == since
        shop.desk.pause(journal.run(run_id))
        run = await shop.desk.rested(journal.run(run_id))
        shop.desk.edit(run, [note], NAMES)  # it waits no more
        shop.desk.resume(journal.run(run_id))
        await until(lambda: shop.done(run_id))

    shop.open(day)
    assert [step.call for step in journal.run(run_id).steps] == ["n"]
    assert [text for _, _, text in shop.toys.done] == ["y"]


def test_calls_are_charged_to_the_key_and_wait_for_room_in_its_limits(
    journal: Journal,
    ring: KeyRing,
    budget: Budget,
    clock: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charging, "RETRY_SECONDS", 1)
    key, _ = ring.create(Role.WRITER, limits=Limits(requests=2))
    shop = Shop(journal, charged_to(Owners(ring), budget))
    asks = [call("question", text=str(number)) for number in range(3)]
    run_id = shop.queue(asks, key_id=key.id)
    free = shop.queue(asks)
    said: list[str] = []

    async def day() -> None:
        await until(lambda: journal.standing(run_id)[1] != "")
        said.append(journal.standing(run_id)[1])
        used = budget.used(key.id)
        assert (used.requests, used.tokens, used.seconds > 0) == (2, 14, True)
        assert sum(key.startswith(run_id) for _, key, _ in shop.toys.done) == 2
        await until(lambda: shop.done(free))
        assert not shop.done(run_id)
        clock[0] += 3700
        await until(lambda: shop.done(run_id))
        assert budget.used(key.id).requests == 1

    shop.open(day)
    assert said == ["quota: requests"]
    assert journal.run(run_id).stopped_by == ""
    assert len(shop.toys.done) == 6


def test_room_that_was_set_aside_for_calls_that_are_not_made_is_given_back(
    journal: Journal, ring: KeyRing, budget: Budget
) -> None:
    key, _ = ring.create(Role.WRITER, limits=Limits(requests=9))
    reserve, made = charged_to(Owners(ring), budget), list[Account]()

    async def breaks(key_id: str, work: Work) -> Account:
        if len(made) == 2:
            raise StorageError("the disk is gone")
        made.append(await reserve(key_id, work))
        return made[-1]

    run = journal.run(begun(journal, call("note"), key_id=key.id))
    room = charging.Room(journal, breaks, nullcontext)
    with pytest.raises(StorageError):
        asyncio.run(room.of(run, ["search"] * 3))
    assert len(made) == 2
    assert budget.used(key.id).requests == 0
