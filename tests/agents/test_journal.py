"""The purse: nothing is spent that is not there, whatever runs side by side or breaks off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyaq.agents import BudgetSpent, Journal, read_caps
from siyaq.core.errors import FormatTooNew, NotFound, QueryError
from tests.agents.toys import begun, call


def test_caps_are_read_over_the_usual_ones() -> None:
    assert read_caps("steps=3, usd=0") == {
        "steps": 3,
        "tokens": 50_000,
        "usd": 0,
        "seconds": 600,
    }
    for wrong, named in (("stps=3", "stps"), ("usd=-1", "usd"), ("usd=nan", "usd"), ("usd", "usd")):
        with pytest.raises(QueryError, match=named):
            read_caps(wrong)


@pytest.mark.crash
def test_two_hundred_calls_at_once_cannot_overspend(journal: Journal) -> None:
    run = journal.run(begun(journal, call("note"), caps={"steps": 50, "usd": 1.0}))

    def spend(number: int) -> bool:
        try:
            journal.begin(run, f"c{number}", "note", {}, {"steps": 1, "usd": 0.03}, {})
        except BudgetSpent:
            return False
        if number % 3:
            journal.settle(run.id, f"c{number}", "done", spent={"steps": 1, "usd": 0.03})
        return True

    with ThreadPoolExecutor(20) as pool:
        made = sum(pool.map(spend, range(200)))
    assert made == 33
    assert journal.run(run.id).spent["usd"] == pytest.approx(0.99)


costs = st.floats(0, 4, allow_nan=False)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(costs, costs, st.booleans()), max_size=12), st.floats(0, 10))
def test_what_is_set_aside_stays_within_the_cap(
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[tuple[float, float, bool]],
    cap: float,
) -> None:
    """Whatever is reserved, spent, or broken off: reservations never exceed the cap, and what is
    spent exceeds it by no more than the last call's own overrun."""
    journal = Journal(tmp_path_factory.mktemp("purse"))
    run = journal.run(begun(journal, call("note"), caps={"steps": 99, "usd": cap}))
    for number, (reserved, spent, breaks_off) in enumerate(calls):
        before = journal.run(run.id).spent.get("usd", 0.0)
        try:
            journal.begin(run, f"c{number}", "note", {}, {"usd": reserved}, {})
        except BudgetSpent:
            assert before + reserved > cap
            assert journal.run(run.id).spent.get("usd", 0.0) == before
            continue
        held = journal.run(run.id).spent.get("usd", 0.0)
        assert held == pytest.approx(before + reserved)
        assert held <= cap + 1e-9
        if not breaks_off:
            journal.settle(run.id, f"c{number}", "done", spent={"usd": spent})
            assert journal.run(run.id).spent.get("usd", 0.0) == pytest.approx(before + spent)
    journal.close()


def test_elastic_kinds_give_what_is_left(journal: Journal) -> None:
    run = journal.run(begun(journal, call("note"), caps={"seconds": 10}))
    assert journal.begin(run, "a", "note", {}, {"seconds": 8}, {}) == {"seconds": 8}
    assert journal.begin(run, "b", "note", {}, {"seconds": 8}, {}) == {"seconds": 2}
    with pytest.raises(BudgetSpent) as spent:
        journal.begin(run, "c", "note", {}, {"seconds": 8}, {})
    assert spent.value.cap == "seconds"


def test_a_call_begun_again_after_a_crash_pays_for_both(journal: Journal) -> None:
    run = journal.run(begun(journal, call("note"), caps={"usd": 1}))
    journal.begin(run, "a", "note", {}, {"steps": 1, "usd": 0.4}, {})
    journal.begin(run, "a", "note", {}, {"steps": 1, "usd": 0.4}, {})
    journal.settle(run.id, "a", "done", spent={"steps": 1, "usd": 0.1})
    assert journal.run(run.id).spent == {"steps": 2, "usd": pytest.approx(0.5)}


def test_a_user_has_caps_for_a_day_over_all_runs(journal: Journal) -> None:
    first = journal.run(begun(journal, call("note")))
    second = journal.run(begun(journal, call("note")))
    journal.begin(first, "a", "note", {}, {"usd": 0.6}, {"usd": 1})
    with pytest.raises(BudgetSpent) as spent:
        journal.begin(second, "a", "note", {}, {"usd": 0.6}, {"usd": 1})
    assert spent.value.cap == "day usd"


def test_a_journal_of_a_newer_siyaq_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.lent() as db:
        db.execute("PRAGMA user_version = 9")
    journal.close()
    with pytest.raises(FormatTooNew):
        Journal(tmp_path)


def test_a_run_that_is_not_there(journal: Journal) -> None:
    with pytest.raises(NotFound, match="run-x"):
        journal.run("run-x")


def test_an_end_that_comes_too_late_does_not_write_over_another(journal: Journal) -> None:
    run_id = begun(journal, call("note"))
    journal.close_run(run_id, "stopped", "key: revoked")
    journal.close_run(run_id, "done", result="never", was="running")
    run = journal.run(run_id)
    assert (run.status, run.stopped_by, run.result) == ("stopped", "key: revoked", None)


def test_what_is_forgotten_leaves_no_byte(journal: Journal) -> None:
    run_id = begun(journal, call("note"))
    run = journal.run(run_id)
    other = journal.run(begun(journal, call("note")))
    for one in (run, other):
        journal.begin(one, "a", "note", {"text": "canary-4711"}, {"steps": 1}, {})
    journal.settle(run_id, "a", "done", value="canary-4711", spent={}, cites=["t:1", "t:2"])
    journal.settle(other.id, "a", "done", value="bird", spent={}, cites=["t:3"])
    journal.close_run(run_id, "done", result="canary-4711")
    journal.close_run(other.id, "done", result="bird")
    (journal.workspace(run_id) / "brief.md").write_text("canary-4711")
    assert sorted(journal.cited()) == ["t:1", "t:2", "t:3"]
    journal.leave(other.id, "a", "note", {}, "done")
    journal.forget(["t:2"])
    left = b"".join(path.read_bytes() for path in journal.folder.rglob("*") if path.is_file())
    assert b"canary-4711" not in left
    assert "withdrawn" in str(journal.run(run_id).result)
    assert journal.run(other.id).result == "bird"
    assert journal.cited() == ["t:3"]


def test_runs_of_the_format_before_get_the_key_that_they_were_begun_with(tmp_path: Path) -> None:
    with closing(Journal(tmp_path)) as journal:
        mine, keyed = (
            journal.begin_run(user=user, task="x", model="", caps={}, allowed=())
            for user in ("amal", "AbCdEf12")
        )
        with journal.transaction() as db:
            db.execute("DROP INDEX runs_by_status")
            db.execute("DROP INDEX cited_by_run")
            db.execute("ALTER TABLE runs DROP COLUMN key_id")
            db.execute("PRAGMA user_version = 2")
    with closing(Journal(tmp_path)) as journal:
        journal.adopt(["AbCdEf12", "other"])
        assert [journal.run(name).key_id for name in (mine, keyed)] == ["", "AbCdEf12"]
        assert journal.keys_at_work() == ["AbCdEf12"]
