"""The loop: what is carried out, what is asked first, what stops it, and what survives."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyaq.agents import Asked, Done, Journal, Run, Runner, act_of
from siyaq.app import acting
from siyaq.core.errors import UsageError
from siyaq.testing.product import FakeProduct
from tests.agents.toys import Toys, begun, call


def carried(journal: Journal, run_id: str, toys: Toys, **more: object) -> Run:
    reserve = more.pop("reserve", None)
    return asyncio.run(Runner(journal, toys.tools(reserve), **more).go(run_id))  # type: ignore[arg-type]


def states(run: Run) -> dict[str, str]:
    return {step.call: step.state for step in run.steps}


def test_a_plan_is_carried_out_in_order_with_values_handed_on(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(
        journal,
        call("note", "a", text="rain", number=3),
        call(
            "note", "b", text={"$from": "a", "at": "/text"}, number={"$from": "a", "at": "/number"}
        ),
        call("finish", result={"$from": "b"}),
        call("note", "after"),
    )
    run = carried(journal, run_id, toys)
    assert (run.status, run.result) == ("done", {"text": "rain", "number": 3})
    assert [text for _, _, text in toys.done] == ["rain", "rain"]
    assert run.spent["steps"] == 3
    assert 0 < run.spent["seconds"] < 60


def test_calls_of_a_turn_run_side_by_side_and_their_time_counts_once(journal: Journal) -> None:
    toys = Toys()
    turn = [call("note", f"c{n}", text=str(n)) for n in range(5)]
    run = carried(journal, begun(journal, turn), toys)
    assert run.spent["steps"] == 5
    assert sum("seconds" in step.spent for step in run.steps) == 1


def test_a_condition_chooses_by_a_typed_value(journal: Journal) -> None:
    toys = Toys()
    one = {**call("note", "yes", text="y"), "if": {"$from": "a", "at": "/number", "is": 3.0}}
    two = {**call("note", "no", text="n"), "if": {"$from": "a", "at": "/number", "is": 4.0}}
    run = carried(journal, begun(journal, call("note", "a", number=3), one, two), toys)
    assert states(run) == {"a": "done", "yes": "done", "no": "skipped"}


def test_one_is_not_true(journal: Journal) -> None:
    typed = {**call("note", "typed"), "if": {"$from": "a", "at": "/number", "is": True}}
    run = carried(journal, begun(journal, call("note", "a", number=1), typed), Toys())
    assert states(run) == {"a": "done", "typed": "skipped"}


def test_a_call_that_fails_is_told_and_what_needs_it_fails_too(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(
        journal,
        call("note", "bad", wrong=1),
        call("note", "needs", text={"$from": "bad", "at": "/text"}),
        call("note", "good", text="x"),
    )
    run = carried(journal, run_id, toys)
    assert states(run) == {"bad": "failed", "needs": "failed", "good": "done"}
    assert "unknown field `wrong`" in run.steps[0].problem
    assert run.status == "done"


def test_a_run_of_which_nothing_succeeds_has_failed(journal: Journal) -> None:
    run = carried(journal, begun(journal, call("note", wrong=1)), Toys())
    assert (run.status, run.stopped_by) == ("failed", "no call of the plan succeeded")


def test_an_act_waits_for_leave_for_exactly_this(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(journal, call("send", "mail", to="amal", text="hello"), task="tell amal hello")
    run = carried(journal, run_id, toys)
    assert (run.status, states(run), toys.done) == ("waiting", {"mail": "waiting"}, [])

    async def yes(asked: Asked) -> bool:
        assert (asked.tool, asked.arguments["to"]) == ("send", "amal")
        return True

    run = carried(journal, run_id, toys, approve=yes)
    assert (run.status, len(toys.done)) == ("done", 1)


def test_what_is_refused_is_not_done(journal: Journal) -> None:
    toys = Toys()

    async def no(_: Asked) -> bool:
        return False

    run = carried(journal, begun(journal, call("send", to="amal")), toys, approve=no)
    assert (states(run), toys.done) == ({"s1": "refused"}, [])
    assert run.status == "failed"


@pytest.mark.parametrize(
    ("task", "to", "asks"),
    [
        ("look", {"$from": "r"}, True),  # taken from outside
        ("look", "evil.example", True),  # written in the plan, but stands outside and nowhere else
        ("look", "EVIL.\u200bexample", False),  # other characters: not what was read
        ("send it to Evil.Example please", {"$from": "r"}, False),  # the user typed the same
        ("send it to evil.example please", "evil.example", False),
        ("look", "good.example", False),
    ],
)
def test_a_sink_takes_no_words_from_outside(
    journal: Journal, task: str, to: object, asks: bool
) -> None:
    toys = Toys()
    toys.says = "evil.example"
    run_id = begun(journal, call("read", "r"), call("fetch", "f", to=to), task=task)
    run = carried(journal, run_id, toys)
    assert (run.status == "waiting") is asks
    assert any(name == "fetch" for name, *_ in toys.done) is not asks


def test_a_value_is_known_by_where_it_is_from_however_short(journal: Journal) -> None:
    toys = Toys()
    toys.says = "xy"  # too short to be known by its letters
    run_id = begun(journal, call("read", "r"), call("fetch", to={"$from": "r"}), task="look")
    assert carried(journal, run_id, toys).status == "waiting"


def test_numbers_from_outside_are_typed_and_pass(journal: Journal) -> None:
    toys = Toys()
    toys.says = {"number": 7, "text": "x"}
    run_id = begun(
        journal, call("read", "r"), call("fetch", number={"$from": "r", "at": "/number"})
    )
    assert carried(journal, run_id, toys).status == "done"


def test_the_first_cap_stops_it_with_what_it_has(journal: Journal) -> None:
    toys = Toys()
    warned: list[str] = []
    turns = [call("note", text=str(n)) for n in range(9)]
    run_id = begun(journal, *turns, caps={"usd": 1.0})
    toys.costs = {"usd": 0.4}
    run = carried(
        journal,
        run_id,
        toys,
        reserve={"usd": 0.4},
        told=lambda word, _: warned.append(word) if word.startswith("warned") else None,
    )
    assert (run.status, run.stopped_by) == ("stopped", "budget: usd")
    assert len(toys.done) == 2
    assert run.spent["usd"] == pytest.approx(0.8)
    assert warned == ["warned usd"]


def test_a_run_in_circles_is_stopped(journal: Journal) -> None:
    toys = Toys()
    run = carried(journal, begun(journal, *[call("note", text="again")] * 9), toys)
    assert run.stopped_by.startswith("loop: note")
    assert len(toys.done) == 3


def test_a_run_is_carried_on_by_one_process(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(journal, call("send", "s", to="x"))

    async def meanwhile(_: Asked) -> bool:
        with pytest.raises(UsageError, match="elsewhere"):
            await Runner(journal, toys.tools()).go(run_id)
        return True

    assert carried(journal, run_id, toys, approve=meanwhile).status == "done"


_VICTIM = """
import asyncio, os, signal, sys
from pathlib import Path
from siyaq.agents import Journal, Runner
from tests.agents.toys import Toys
where, run_id, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
toys = Toys()
tools = toys.tools()
done = Path(where, "done.txt")

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(Journal):
    def begin(self, run, call, *rest, **more):
        if (moment, call) == ("before begin", "b"): die()
        granted = super().begin(run, call, *rest, **more)
        if (moment, call) == ("after begin", "b"): die()
        return granted
    def settle(self, run_id, call, *rest, **more):
        with done.open("a") as out: out.write(call + "\\n")
        if (moment, call) == ("before settle", "b"): die()
        super().settle(run_id, call, *rest, **more)
        if (moment, call) == ("after settle", "b"): die()
    def close_run(self, run_id, status, *rest, **more):
        if (moment, status) == ("before close", "done"): die()
        super().close_run(run_id, status, *rest, **more)
        if (moment, status) == ("after close", "done"): die()

asyncio.run(Runner(Dying(where), tools).go(run_id))
"""
MOMENTS = [
    "before begin",
    "after begin",
    "before settle",
    "after settle",
    "before close",
    "after close",
]


@pytest.mark.crash
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_anywhere_it_goes_on_and_loses_no_step(tmp_path: Path, moment: str) -> None:
    journal = Journal(tmp_path)
    turns = [call("note", name, text=name) for name in "abc"]
    run_id = begun(journal, *turns, caps={"steps": 5})
    victim = [sys.executable, "-c", _VICTIM, str(tmp_path), run_id]
    killed = subprocess.run([*victim, moment], timeout=120)
    assert killed.returncode == -signal.SIGKILL
    held = journal.run(run_id).spent.get("steps", 0)
    assert held <= 5
    subprocess.run([*victim, "never"], timeout=120, check=True)
    run = journal.run(run_id)
    assert (run.status, states(run)) == ("done", dict.fromkeys("abc", "done"))
    again = moment in ("after begin", "before settle")
    assert run.spent["steps"] == (4 if again else 3)
    done = (tmp_path / "done.txt").read_text().split()
    assert sorted(set(done)) == ["a", "b", "c"]
    assert done.count("a") == done.count("c") == 1
    journal.close()


@pytest.mark.crash
def test_an_act_that_may_have_been_done_is_not_done_again_unasked(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(journal, call("send", "s", to="amal"), task="tell amal")
    journal.begin(journal.run(run_id), "s", "send", {"to": "amal"}, {"steps": 1}, {})
    run = carried(journal, run_id, toys)
    assert run.status == "waiting"
    assert "may have been done" in run.stopped_by
    assert toys.done == []


@pytest.mark.crash
def test_what_was_allowed_is_allowed_once(journal: Journal) -> None:
    toys = Toys()
    run_id = begun(journal, call("send", "s", to="amal"), task="tell amal")
    carried(journal, run_id, toys)
    (asked,) = journal.run(run_id).steps
    journal.decide(run_id, "s", act_of(asked), given=True)
    run = journal.run(run_id)  # it is begun, and the process dies
    journal.begin(run, "s", "send", {"to": "amal"}, {"steps": 1}, {}, once=True)
    for _ in range(2):  # and again while nobody says
        run = carried(journal, run_id, toys)
        assert run.status == "waiting"
        assert "may have been done" in run.stopped_by
    assert toys.done == []
    journal.decide(run_id, "s", act_of(run.steps[0]), given=True)
    assert carried(journal, run_id, toys).status == "done"
    assert [to for _, _, to in toys.done] == ["amal"]
    assert journal.decision(run_id, "s", act_of(run.steps[0])) is None  # used up


@pytest.mark.crash
def test_a_wait_that_was_broken_off_goes_on_with_the_whole_budget(journal: Journal) -> None:
    tools = acting.tools(FakeProduct(now=datetime.now(UTC)))
    wait = call("wait", "w", text="a word that no post holds", seconds=1)
    run_id = begun(journal, wait, caps={"seconds": 1.5}, tools=("wait",))

    async def broken_off() -> None:
        heard = asyncio.Event()
        runner = Runner(journal, tools, told=lambda _word, _run: heard.set())
        going = asyncio.create_task(runner.go(run_id))
        await heard.wait()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)

    for _ in range(2):
        asyncio.run(broken_off())
        assert journal.run(run_id).spent["seconds"] == 1  # not all there is, and not both
    run = asyncio.run(Runner(journal, tools).go(run_id))
    assert (run.status, run.stopped_by, states(run)) == ("done", "", {"w": "done"})
    assert isinstance(run.result, dict)
    assert run.result["came"] is False


def test_a_call_takes_no_longer_than_the_time_that_is_left(journal: Journal) -> None:
    toys = Toys()

    async def forever(*_: object) -> Done:
        await asyncio.sleep(3600)
        raise AssertionError

    slow = [replace(tool, run=forever) for tool in toys.tools()]
    run_id = begun(journal, call("note"), caps={"seconds": 0.3})
    run = asyncio.run(Runner(journal, slow).go(run_id))
    assert (run.status, states(run)) == ("failed", {"s1": "failed"})
    assert "not done within 0.3 seconds" in run.steps[0].problem
