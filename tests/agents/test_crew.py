"""Runs that are done again, and the crew that carries on what waits: once each, and fairly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from siyaq.access import Account, Budget, Limits, Principal, Role
from siyaq.access.account import Work
from siyaq.agents import AnyTool, Gone, Journal, Run, Runner, act_of
from siyaq.agents.charging import Reserve, charged_to_nobody
from siyaq.agents.crew import Crew
from siyaq.agents.desk import Desk
from siyaq.agents.rhythm import Rhythm, fire, read_every, rhythms, said_in, schedule
from siyaq.core.errors import NotFound, QueryError, UsageError
from tests.agents.toys import Toys, begun, call

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ["note", "read", "send", "fetch", "finish", "wait"]


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


class Posts:
    """Moments at which a post came."""

    def __init__(self) -> None:
        self.came_at: list[datetime] = []

    async def __call__(self, words: str, since: datetime) -> bool:
        return any(at > since for at in self.came_at)


def crew_of(
    journal: Journal,
    toys: Toys,
    clock: Clock,
    posts: Posts | None = None,
    gone: Gone = lambda _: "",
    reserve: Reserve = charged_to_nobody,
) -> Crew:
    @asynccontextmanager
    async def lend(_: Run) -> AsyncIterator[Sequence[AnyTool]]:
        yield toys.tools()

    return Crew(journal, lend, posts or Posts(), now=clock, parallel=1, gone=gone, reserve=reserve)


def works(crew: Crew, until: Callable[[], bool]) -> None:
    """Let a crew work until something holds."""

    async def run() -> None:
        working = asyncio.create_task(crew.keep())
        try:
            async with asyncio.timeout(120):
                while not until():
                    await asyncio.wait([working], timeout=0.01)
                    if working.done():
                        break
        finally:
            working.cancel()
            await asyncio.wait([working])
        if not working.cancelled():
            working.result()

    asyncio.run(run())


def ended(journal: Journal, parent: str) -> int:
    return sum(run.status == "done" for run in journal.runs(parent=parent))


@pytest.mark.parametrize(
    ("task", "seconds", "rest"),
    [
        ("follow the outage and brief me every 10 minutes, please", 600, "brief me please"),
        ("اكتب موجزًا عن انقطاع الكهرباء كل 10 دقائق", 600, "اكتب موجزًا عن انقطاع الكهرباء"),
        ("لخّص كل ١٥ دقيقة", 900, "لخّص"),
        ("لخّص كل ساعتين", 7200, "لخّص"),
        ("What happens every day in Overlune?", 0, "What happens every day in Overlune?"),
        ("everyone left every 2 nights", 0, "everyone left every 2 nights"),
    ],
)
def test_how_often_is_read_from_the_task(task: str, seconds: float, rest: str) -> None:
    found, left = said_in(task)
    assert found == seconds
    assert " ".join(left.split()).endswith(rest)


def test_a_rhythm_that_cannot_be_is_refused() -> None:
    assert [read_every(text) for text in ("30s", "10 m", "2 hours", "1d")] == [30, 600, 7200, 86400]
    for text in ("", "ten minutes", "-5m", "5 fortnights", "1.5h"):
        with pytest.raises(QueryError):
            read_every(text)
    for made in ({}, {"every": 0.5}, {"every": 1e9}, {"every": 60, "times": -1}, {"words": "  "}):
        with pytest.raises(QueryError):
            Rhythm(**made)


def test_it_is_done_at_once_and_then_at_each_moment_and_ends_after_the_last(
    journal: Journal,
) -> None:
    toys, clock = Toys(), Clock()
    parent = begun(journal, call("note", text="brief"))
    schedule(journal, parent, Rhythm(every=600, times=2), START)
    works(crew_of(journal, toys, clock), lambda: ended(journal, parent) == 1)
    clock.at += timedelta(seconds=599)
    asyncio.run(crew_of(journal, toys, clock).look())
    assert journal.runs(parent=parent)[0].id == f"{parent}-1"
    clock.at += timedelta(seconds=1)
    works(crew_of(journal, toys, clock), lambda: journal.run(parent).status == "done")
    run = journal.run(parent)
    assert [key for _, key, _ in toys.done] == [f"{parent}-1/s1", f"{parent}-2/s1"]
    assert run.result == {"text": "brief", "number": 0}
    assert run.spent["steps"] == 2


def test_what_was_due_is_made_once_whatever_was_missed_or_broke(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    parent = begun(journal, call("note", text="brief"))
    schedule(journal, parent, Rhythm(every=600), START)
    (due,) = rhythms(journal)
    child = fire(journal, due, START)
    assert fire(journal, due, START) == child  # as another process would, or one that crashed
    journal.close()
    journal = Journal(tmp_path)  # hours later
    toys, clock = Toys(), Clock()
    clock.at += timedelta(hours=3, minutes=5)
    works(crew_of(journal, toys, clock), lambda: ended(journal, parent) == 2)
    assert [run.id for run in journal.runs(parent=parent)] == [f"{parent}-2", f"{parent}-1"]
    assert rhythms(journal)[0].next_at == START + timedelta(hours=3, minutes=10)
    journal.close()


def test_a_post_that_came_while_nobody_looked_is_seen(journal: Journal) -> None:
    toys, clock, posts = Toys(), Clock(), Posts()
    parent = begun(journal, call("note", text="brief"))
    schedule(journal, parent, Rhythm(words="outage", times=1), START)
    asyncio.run(crew_of(journal, toys, clock, posts).look())
    assert journal.runs(parent=parent) == []
    posts.came_at.append(START + timedelta(minutes=1))
    clock.at += timedelta(hours=1)
    works(crew_of(journal, toys, clock, posts), lambda: journal.run(parent).status == "done")
    assert len(toys.done) == 1


def test_the_time_of_looking_is_its_keys_and_without_room_nothing_is_missed(
    journal: Journal, tmp_path: Path
) -> None:
    toys, clock = Toys(), Clock()
    parent = begun(journal, call("note", text="brief"), key_id="k")
    schedule(journal, parent, Rhythm(words="outage", times=1), START)

    class Slow(Posts):
        async def __call__(self, words: str, since: datetime) -> bool:
            await asyncio.sleep(0.02)
            return await super().__call__(words, since)

    posts = Slow()
    with closing(Budget(tmp_path, defaults=Limits())) as budget:

        def looked(seconds: int) -> float:
            caller = Principal("k", Role.WRITER, limits=Limits(seconds=seconds))

            async def reserve(key_id: str, work: Work) -> Account:
                assert key_id == "k"
                account = Account(budget, caller)
                await account.reserve(work)
                return account

            asyncio.run(crew_of(journal, toys, clock, posts, reserve=reserve).look())
            return budget.used("k").seconds

        used = looked(1000)
        assert used > 0
        posts.came_at.append(START + timedelta(minutes=1))
        assert looked(1) == used  # no room: it has not looked
        assert journal.runs(parent=parent) == []
        assert looked(1000) > used
        assert len(journal.runs(parent=parent)) == 1


def test_all_of_a_rhythms_runs_spend_from_one_purse(journal: Journal) -> None:
    toys, clock = Toys(), Clock()
    parent = begun(journal, [call("note", text="a"), call("note", text="b")], caps={"steps": 5})
    schedule(journal, parent, Rhythm(every=1), START)

    def over() -> bool:
        clock.at += timedelta(seconds=1)
        return journal.run(parent).status == "stopped"

    works(crew_of(journal, toys, clock), over)
    run = journal.run(parent)
    assert (run.stopped_by, run.spent["steps"], len(toys.done)) == ("budget: steps", 5, 5)


def test_users_take_turns_however_much_one_of_them_asks_for(journal: Journal) -> None:
    toys = Toys()
    desk = Desk(journal)
    for number in range(6):
        run_id = begun(journal, call("note", text=f"many{number}"))
        desk.queue(run_id)
    other = journal.begin_run(user="w", task="do", model="", caps={"steps": 5}, allowed=())
    journal.fix_plan(other, journal.plan(journal.run(run_id), NAMES))
    desk.queue(other)
    works(crew_of(journal, toys, Clock()), lambda: len(toys.done) == 7)
    places = [key.partition("/")[0] for _, key, _ in toys.done]
    assert places.index(other) <= 1


def test_a_run_whose_tools_cannot_be_lent_for_a_fault_of_ours_fails_once(journal: Journal) -> None:
    lent: list[str] = []

    @asynccontextmanager
    async def lend(run: Run) -> AsyncIterator[Sequence[AnyTool]]:
        lent.append(run.id)
        if run.task:
            raise TypeError(run.task)
        yield ()

    run_id = begun(journal, call("note", text="x"))
    works(Crew(journal, lend, Posts()), lambda: journal.run(run_id).status == "failed")
    assert lent == [run_id]
    assert journal.run(run_id).stopped_by == "it broke down (TypeError)"


@pytest.mark.parametrize("what", ["cancel", "pause"])
def test_what_is_ended_or_paused_elsewhere_while_its_tools_are_fetched_is_not_begun(
    what: str, journal: Journal
) -> None:
    toys, desk = Toys(), Desk(journal)

    @asynccontextmanager
    async def lend(run: Run) -> AsyncIterator[Sequence[AnyTool]]:
        if run.id == first:
            getattr(desk, what)(run)
        yield toys.tools()

    first, second = (begun(journal, call("note", text=text)) for text in ("first", "second"))
    desk.queue(first)
    desk.queue(second)
    works(
        Crew(journal, lend, Posts(), parallel=1),
        lambda: journal.run(second).status == "done",
    )
    assert journal.run(first).status == {"cancel": "stopped", "pause": "paused"}[what]
    assert [text for _, _, text in toys.done] == ["second"]


def test_what_was_under_way_goes_on_with_the_next_crew(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(journal, call("note", text="x"))
    assert journal.run(run_id).status == "running"
    works(crew_of(journal, toys, Clock()), lambda: journal.run(run_id).status == "done")


def test_paused_it_rests_and_another_plan_can_be_given(journal: Journal) -> None:
    toys, desk = Toys(), Desk(journal)
    run_id = begun(journal, call("note", "a", text="x"), call("send", "b", to="amal"))
    desk.queue(run_id)
    works(crew_of(journal, toys, Clock()), lambda: journal.run(run_id).status == "waiting")
    run = desk.run(run_id)
    lines = list(run.plan)
    with pytest.raises(QueryError, match="'a' was made already"):
        desk.edit(run, [lines[0].replace('"x"', '"y"'), lines[1]], NAMES)
    desk.edit(run, [lines[0], '{"tool": "note", "id": "c", "arguments": {"text": "z"}}'], NAMES)
    with pytest.raises(UsageError, match="does not wait with 'b'"):
        desk.decide(desk.run(run_id), "b", given=True)
    desk.resume(desk.run(run_id))
    desk.pause(desk.run(run_id))
    asyncio.run(crew_of(journal, toys, Clock()).look())
    assert desk.run(run_id).status == "paused"
    desk.resume(desk.run(run_id))
    works(crew_of(journal, toys, Clock()), lambda: journal.run(run_id).status == "done")
    assert [text for _, _, text in toys.done] == ["x", "z"]
    with pytest.raises(UsageError, match="is done"):
        desk.edit(desk.run(run_id), lines, NAMES)
    with pytest.raises(NotFound):
        desk.run(run_id, "somebody-else")


def test_cancelled_its_children_end_too(journal: Journal) -> None:
    desk = Desk(journal)
    parent = begun(journal, call("note", text="x"))
    schedule(journal, parent, Rhythm(every=60), START)
    child = fire(journal, rhythms(journal)[0], START)
    desk.cancel(desk.run(parent))
    assert [journal.run(name).stopped_by for name in (parent, child)] == ["cancelled"] * 2
    assert rhythms(journal) == []


def test_what_a_key_began_ends_with_it_and_says_why(journal: Journal) -> None:
    toys, clock, desk, gone = Toys(), Clock(), Desk(journal), set[str]()
    crew = crew_of(journal, toys, clock, gone=lambda key: "revoked" if key in gone else "")
    waits, asks, queued, again = (
        begun(journal, call(tool, text="x", to="u"), key_id="k")
        for tool in ("wait", "send", "note", "note")
    )
    other = begun(journal, call("note", text="other's"), key_id="l")
    schedule(journal, again, Rhythm(every=60), START + timedelta(hours=1))
    journal.close_run(asks, "waiting", "approval of s1")
    for run_id in (waits, queued, other):
        journal.close_run(run_id, "paused")
    desk.resume(desk.run(waits))

    def over() -> bool:
        if toys.waits and not gone:
            desk.resume(desk.run(queued))
            desk.resume(desk.run(other))
            gone.add("k")
        return journal.run(other).status == "done"

    works(crew, over)
    stopped = [journal.run(name) for name in (waits, asks, queued, again)]
    assert {(run.status, run.stopped_by) for run in stopped} == {("stopped", "key: revoked")}
    assert [text for _, _, text in toys.done] == ["other's"]
    assert rhythms(journal) == []
    desk.resume(desk.run(queued))  # whoever carries it on, it is refused again
    ran = asyncio.run(Runner(journal, toys.tools(), gone=lambda _: "revoked").go(queued))
    assert (ran.status, ran.stopped_by) == ("stopped", "key: revoked")


def test_what_a_rhythm_came_to_is_withdrawn_with_the_post_that_its_last_run_quoted(
    journal: Journal,
) -> None:
    parent = begun(journal, call("note", text="x"))
    schedule(journal, parent, Rhythm(every=60), START)
    child = fire(journal, rhythms(journal)[0], START)
    journal.begin(journal.run(child), "s", "read", {}, {}, {})
    journal.settle(child, "s", "done", value="SECRET", spent={}, cites=["net:1"])
    journal.close_run(child, "done", "", "SECRET")
    asyncio.run(crew_of(journal, Toys(), Clock()).look())
    assert journal.run(parent).result == "SECRET"
    desk = Desk(journal, live=lambda _: ())
    assert desk.run(parent).withheld
    failed = begun(journal, call("note", text="x"))
    journal.begin(journal.run(failed), "s", "read", {}, {}, {})
    journal.settle(failed, "s", "failed", problem="SECRET", spent={}, cites=["net:1"])
    journal.close_run(failed, "failed", "SECRET")
    journal.forget(["net:1"])
    assert [one.withheld for one in journal.runs()] == [True] * 3
    with journal.transaction() as db:
        assert not any("SECRET" in str(row) for row in db.iterdump())


def test_what_holds_words_of_a_deleted_post_can_be_forbidden_and_not_allowed(
    journal: Journal,
) -> None:
    run_id = begun(journal, call("send", "s", to="u"))
    journal.begin(journal.run(run_id), "r", "read", {}, {}, {})
    journal.settle(run_id, "r", "done", value="x", spent={}, cites=["net:1"])
    journal.leave(run_id, "s", "send", {"to": "u"}, "waiting", "its to was read outside")
    desk = Desk(journal, live=lambda _: ())
    assert desk.run(run_id).withheld
    with pytest.raises(UsageError, match="were deleted"):
        desk.decide(desk.run(run_id), "s", given=True)
    desk.decide(desk.run(run_id), "s", given=False)
    act = act_of(journal.run(run_id).steps[-1])
    assert journal.decision(run_id, "s", act) is False


def test_what_only_waits_ends_with_its_key_too(journal: Journal) -> None:
    again = begun(journal, call("note", text="x"), key_id="k")
    schedule(journal, again, Rhythm(words="outage"), START)
    asks = begun(journal, call("send", to="u"), key_id="k")
    journal.close_run(asks, "waiting", "approval of s1")
    crew = crew_of(journal, Toys(), Clock(), gone=lambda _: "expired")

    def over() -> bool:
        return not journal.keys_at_work()

    works(crew, over)
    assert [journal.run(name).stopped_by for name in (again, asks)] == ["key: expired"] * 2


def test_a_run_that_is_ended_in_another_process_stops_in_the_middle_of_a_call(
    tmp_path: Path,
) -> None:
    async def run() -> Run:
        toys = Toys()
        going = asyncio.create_task(Runner(here, toys.tools()).go(run_id))
        while not toys.waits:
            await asyncio.wait([going], timeout=0.01)
        Desk(there).cancel(there.run(run_id))
        return await going

    with closing(Journal(tmp_path)) as here, closing(Journal(tmp_path)) as there:
        run_id = begun(here, call("wait"))
        ended = asyncio.run(run())
    assert (ended.status, ended.stopped_by) == ("stopped", "cancelled")
