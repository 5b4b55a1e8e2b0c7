"""Runs over HTTP: whose they are, what can be done to them, and no file beside them."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Never

import httpx2
import pytest

from siyaq.access import AuditLog, KeyRing, Role
from siyaq.agents import Journal, Run, act_of, read_plan
from siyaq.agents.agency import Agency, Task
from siyaq.agents.desk import Desk
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct

from .conftest import client_of
from .wire import code_of

pytestmark = pytest.mark.anyio

TOOLS = ["note", "finish"]
PLAN = [{"tool": "note", "id": "n", "arguments": {"text": "x"}}]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path)) as opened:
        yield opened


def agency_of(journal: Journal) -> Agency:
    """Agents that take tasks, and nobody who carries them out. A task without a plan gets one."""

    async def begin(task: Task, user: str) -> str:
        plan = read_plan(task.plan.splitlines() or [*map(json.dumps, PLAN)], TOOLS)
        run_id = journal.begin_run(
            user=user,
            task=task.words,
            model="",
            caps=task.caps,
            allowed=task.allowed,
            key_id=user,
        )
        journal.fix_plan(run_id, plan)
        journal.close_run(run_id, "queued")
        return run_id

    async def tools(_: Run) -> Sequence[str]:
        return TOOLS

    return Agency(desk=Desk(journal), begin=begin, tools=tools)


@pytest.fixture
def agency(journal: Journal) -> Agency:
    return agency_of(journal)


@pytest.fixture
async def client(product: FakeProduct, agency: Agency) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(product, ServeSettings(agency=agency)) as client:
        yield client


async def begun(client: httpx2.AsyncClient, **more: object) -> str:
    made = await client.post("/v1/runs", json={"task": "do it", "plan": PLAN, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_task_is_taken_with_its_caps_and_shown(client: httpx2.AsyncClient) -> None:
    run = await begun(client, budget={"steps": 3})
    told = (await client.get(f"/v1/runs/{run}")).json()
    assert (told["status"], told["task"]) == ("queued", "do it")
    assert (told["budget"]["steps"], told["left"]["steps"], told["budget"]["usd"]) == (3, 3, 0.5)
    assert told["plan"] == [{"calls": PLAN}]
    assert [one["id"] for one in (await client.get("/v1/runs")).json()["runs"]] == [run]


@pytest.mark.parametrize(
    "body",
    [
        {"task": ""},
        {"task": "x", "budget": {"stps": 1}},
        {"task": "x", "budget": {"usd": -1}},
        {"task": "x", "plan": "rm"},
        {"task": "x", "plan": [{"tool": "rm"}]},
        {"task": "x", "every_seconds": 0.01, "plan": PLAN},
        {"task": "x", "shell": True},
    ],
)
async def test_a_task_that_cannot_be_is_refused(
    client: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    assert code_of(await client.post("/v1/runs", json=body))[0] in (400, 422)
    assert (await client.get("/v1/runs")).json()["runs"] == []


UNWRITABLE = ["NaN", "-Infinity", "1e400", '"\\ud800"', '{"\\udc00": 1}']


@pytest.mark.parametrize("value", UNWRITABLE)
async def test_a_plan_that_could_not_be_read_again_is_not_stored(
    client: httpx2.AsyncClient, value: str
) -> None:
    def body(**more: object) -> bytes:
        plan = [{"tool": "note", "id": "n", "arguments": {"text": "VALUE"}}]
        return json.dumps({"plan": plan, **more}).replace('"VALUE"', value).encode()

    kind = {"Content-Type": "application/json"}
    made = await client.post("/v1/runs", content=body(task="do it"), headers=kind)
    assert code_of(made)[0] == 400
    assert (await client.get("/v1/runs")).json()["runs"] == []
    run = await begun(client)
    await client.post(f"/v1/runs/{run}/pause")
    put = await client.put(f"/v1/runs/{run}/plan", content=body(), headers=kind)
    assert code_of(put)[0] == 400
    assert (await client.get(f"/v1/runs/{run}")).json()["plan"] == [{"calls": PLAN}]


@pytest.mark.parametrize("field", ['"budget": {"usd": NaN}', '"every_seconds": NaN'])
async def test_an_amount_that_is_no_number_is_refused(
    client: httpx2.AsyncClient, field: str
) -> None:
    body = f'{{"task": "x", "plan": {json.dumps(PLAN)}, {field}}}'
    kind = {"Content-Type": "application/json"}
    made = await client.post("/v1/runs", content=body.encode(), headers=kind)
    assert code_of(made)[0] in (400, 422)
    assert (await client.get("/v1/runs")).json()["runs"] == []


async def test_it_is_paused_planned_anew_resumed_and_cancelled(client: httpx2.AsyncClient) -> None:
    run = await begun(client)
    plan = [{"tool": "note", "id": "n", "arguments": {"text": "y"}}]
    assert code_of(await client.put(f"/v1/runs/{run}/plan", json={"plan": plan}))[0] == 400
    assert (await client.post(f"/v1/runs/{run}/pause")).json()["status"] == "paused"
    assert code_of(await client.put(f"/v1/runs/{run}/plan", json={"plan": []}))[0] == 400
    told = (await client.put(f"/v1/runs/{run}/plan", json={"plan": plan})).json()
    assert told["plan"] == [{"calls": plan}]
    told = (await client.post(f"/v1/runs/{run}/resume", json={"budget": {"usd": 2}})).json()
    assert (told["status"], told["budget"]["usd"]) == ("queued", 2)
    told = (await client.post(f"/v1/runs/{run}/cancel")).json()
    assert (told["status"], told["stopped_by"]) == ("stopped", "cancelled")


async def test_a_plan_is_taken_as_soon_as_a_paused_run_has_come_to_rest(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    run = await begun(client)
    await client.post(f"/v1/runs/{run}/pause")
    plan = [{"tool": "note", "id": "n", "arguments": {"text": "y"}}]
    with journal.workspace(run).with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as whoever carries it on does
        putting = asyncio.create_task(client.put(f"/v1/runs/{run}/plan", json={"plan": plan}))
        await asyncio.wait([putting], timeout=0.1)
        assert not putting.done()
    assert (await putting).json()["plan"] == [{"calls": plan}]


async def test_what_waits_is_allowed_by_name_and_goes_on(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    run = await begun(client)
    journal.leave(run, "n", "note", {"text": "x"}, "waiting", "it acts")
    journal.close_run(run, "waiting", "approval of n")
    wrong = await client.put(f"/v1/runs/{run}/calls/other", json={"allow": True})
    assert code_of(wrong)[0] == 400
    told = (await client.put(f"/v1/runs/{run}/calls/n", json={"allow": True})).json()
    assert told["status"] == "queued"


async def test_what_waits_within_a_run_is_shown_and_allowed_with_it(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    run = await begun(client)
    within = journal.begin_sub(journal.run(run), "d", "a part", {"steps": 3})
    journal.leave(within, "n", "note", {"text": "x"}, "waiting", "it acts")
    journal.close_run(within, "waiting", "approval of n")
    journal.close_run(run, "waiting", "approval of d~n")
    (part,) = (await client.get(f"/v1/runs/{run}")).json()["subs"]
    assert (part["id"], part["steps"][0]["state"]) == (f"{run}~d", "waiting")
    assert [one["id"] for one in (await client.get("/v1/runs")).json()["runs"]] == [run]
    wrong = await client.put(f"/v1/runs/{run}/calls/e~n", json={"allow": True})
    assert code_of(wrong)[0] == 404
    told = (await client.put(f"/v1/runs/{run}/calls/d~n", json={"allow": True})).json()
    assert told["status"] == "queued"
    act = act_of(journal.run(within).steps[0])
    assert journal.decision(within, "n", act) is True
    refused = await client.post(f"/v1/runs/{within}/resume", json={})
    assert (code_of(refused)[0], run in refused.text) == (400, True)


async def test_files_of_a_run_are_given_and_none_beside_it(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    run = await begun(client)
    folder = journal.workspace(run)
    (folder / "a.html").write_text("<script>alert(1)</script>")
    (folder / "shot.png").write_bytes(b"\x89PNG")
    page = await client.get(f"/v1/runs/{run}/files/a.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"].startswith("attachment")
    shot = await client.get(f"/v1/runs/{run}/files/shot.png")
    assert shot.headers["content-type"] == "image/png"
    for path in ("../journal.sqlite", "%2e%2e/journal.sqlite", "/etc/passwd", "none", "%00"):
        found = await client.get(f"/v1/runs/{run}/files/{path}")
        assert found.status_code in (400, 404), path


async def test_an_admin_sees_and_ends_the_runs_of_others_and_leaves_the_rest_to_them(
    product: FakeProduct, agency: Agency, tmp_path: Path
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        (owner, mine), (_, other) = (ring.create(Role.WRITER) for _ in range(2))
        _, admin = ring.create(Role.ADMIN)
        settings = ServeSettings(agency=agency, key_ring=ring, audit=AuditLog(tmp_path))
        async with client_of(product, settings) as client:

            def by(key: str) -> None:
                client.headers["Authorization"] = f"Bearer {key}"

            by(mine)
            run = await begun(client)
            agency.desk.journal.workspace(run).joinpath("note").write_text("x")
            by(other)
            assert (await client.get("/v1/runs")).json() == {"runs": [], "others": False}
            assert code_of(await client.get("/v1/runs?all=true")) == (403, "forbidden")
            assert code_of(await client.post(f"/v1/runs/{run}/cancel")) == (404, "not_found")
            by(admin)
            assert (await client.get("/v1/runs")).json() == {"runs": [], "others": True}
            (listed,) = (await client.get("/v1/runs?all=true")).json()["runs"]
            assert (listed["id"], listed["key_id"]) == (run, owner.id)
            assert (await client.get(f"/v1/runs/{run}")).json()["task"] == "do it"
            assert (await client.get(f"/v1/runs/{run}/files/note")).text == "x"
            paused = await client.post(f"/v1/runs/{run}/pause")
            assert paused.json()["status"] == "paused"
            for method, path, body in (
                ("POST", "/resume", {}),
                ("PUT", "/plan", {"plan": PLAN}),
                ("PUT", "/calls/n", {"allow": True}),
            ):
                found = await client.request(method, f"/v1/runs/{run}{path}", json=body)
                assert code_of(found) == (404, "not_found"), path
            ended = (await client.post(f"/v1/runs/{run}/cancel")).json()
            assert (ended["status"], ended["stopped_by"]) == ("stopped", "cancelled")
        (*_, entry) = sorted(settings.audit.newest(20), key=lambda one: one.at)  # type: ignore[union-attr]
        assert entry.action == f"POST /v1/runs/{run}/cancel"


async def test_nothing_of_a_deleted_post_is_shown_of_a_run_from_the_moment_it_is_deleted(
    product: FakeProduct, journal: Journal
) -> None:
    gone: set[str] = set()
    desk = Desk(journal, live=lambda names: set(names) - gone)

    async def nobody(*_: object) -> Never:
        raise AssertionError

    agency = Agency(desk=desk, begin=nobody, tools=nobody)
    run = journal.begin_run(user="u", task="do it", model="", caps={}, allowed=())
    journal.fix_plan(run, read_plan([json.dumps(PLAN[0])], TOOLS))
    journal.begin(journal.run(run), "s", "search", {"text": "x"}, {}, {})
    journal.settle(run, "s", "done", value="SECRET", spent={}, cites=["net:1", "net:2"])
    journal.leave(run, "n", "note", {"path": "SECRET"}, "waiting", "its path holds 'SECRET'")
    journal.close_run(run, "waiting", "approval of n: its path holds 'SECRET'", "SECRET")
    journal.workspace(run).joinpath("note").write_text("SECRET")
    other = journal.begin_run(user="u", task="other", model="", caps={}, allowed=())
    journal.close_run(other, "failed", "SECRET is no host")
    async with client_of(product, ServeSettings(agency=agency)) as client:

        async def shown() -> str:
            paths = ("", f"/{run}", f"/{run}/files/note")
            return "".join([(await client.get(f"/v1/runs{path}")).text for path in paths])

        assert (await shown()).count("SECRET") == 8
        gone.add("net:2")
        assert (await shown()).count("SECRET") == 1  # the other run cites nothing
        told = (await client.get(f"/v1/runs/{run}")).json()
        assert (told["withheld"], told["status"]) == (True, "waiting")
        allowed = await client.put(f"/v1/runs/{run}/calls/n", json={"allow": True})
        assert code_of(allowed)[0] == 400
        gone.clear()  # an account that was hidden came back
        assert (await shown()).count("SECRET") == 8


async def test_a_key_sees_its_own_runs_and_no_others(
    product: FakeProduct, agency: Agency, tmp_path: Path
) -> None:
    with closing(KeyRing(tmp_path)) as ring:
        mine, yours = (ring.create(Role.WRITER)[1] for _ in range(2))
        settings = ServeSettings(agency=agency, key_ring=ring, audit=AuditLog(tmp_path))
        async with client_of(product, settings) as client:
            client.headers["Authorization"] = f"Bearer {mine}"
            run = await begun(client)
            client.headers["Authorization"] = f"Bearer {yours}"
            assert (await client.get("/v1/runs")).json()["runs"] == []
            for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/files/x")):
                found = await client.request(method, f"/v1/runs/{run}{path}")
                assert code_of(found) == (404, "not_found")
