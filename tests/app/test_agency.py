"""Agents in a server: what a key's run does with siyaq is charged to the key, by the same book."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from siyaq.access import Budget, KeyRing, Limits, Role
from siyaq.agents import Run
from siyaq.agents.agency import Task
from siyaq.app import keys, models
from siyaq.app.agency import agents_at_work
from siyaq.app.opening import open_siyaq
from siyaq.config import Config, load
from siyaq.core.errors import Overloaded
from siyaq.testing.model_server import ModelServer, says
from siyaq.testing.serving import wait_until
from tests.agents import town_server
from tests.app.conftest import send

FERRY = {
    "id": "1",
    "source": "bay",
    "author": {"id": "u1", "handle": "norra"},
    "text": "The night ferry to Sandholm leaves from pier four at 23:15.",
    "created_at": "2026-11-20T10:00:00Z",
}
PLAN = "\n".join(
    (
        '{"calls": [{"tool": "ask", "id": "a", "arguments": {"question": "When does it leave?"}},'
        ' {"tool": "wait", "id": "w", "arguments": {"text": "Sandholm", "seconds": 1}}]}',
        '{"tool": "finish", "arguments": {"result": {"$from": "a"}}}',
    )
)


def test_a_question_of_a_run_counts_in_its_keys_limits_and_a_wait_counts_once(
    config: Config,
) -> None:
    with closing(KeyRing(config.data)) as ring, closing(keys.budget(config)) as budget:
        key, _ = ring.create(Role.WRITER, limits=Limits(requests=100, seconds=1000))
        asyncio.run(_worked(config, ring, budget, key.id, PLAN))
        used = budget.used(key.id)
        assert used.requests == 2
        assert used.seconds > 0


async def _worked(config: Config, ring: KeyRing, budget: Budget, key_id: str, plan: str) -> Run:
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, FERRY)
        async with agents_at_work(config, siyaq, siyaq, ring, budget) as agency:
            run_id = await agency.begin(Task(words="x", plan=plan, caps={}), key_id)
            journal = agency.desk.journal
            assert journal.run(run_id).key_id == key_id
            await asyncio.to_thread(
                wait_until, lambda: journal.standing(run_id)[0] == "done", "the run is done"
            )
            return journal.run(run_id)


def test_a_plan_waits_for_its_turn_at_the_model_and_is_charged_to_its_key(tmp_path: Path) -> None:
    lines = [{"id": "a", "tool": "ask", "arguments": {"question": "When does it leave?"}}]
    settings = load(
        environ={},
        flags={
            "data": str(tmp_path / "data"),
            "embed.processes": 0,
            "models.parallel": 1,
            "models.wait_seconds": 1,
        },
    )

    async def run(server: ModelServer, ring: KeyRing, budget: Budget) -> None:
        models.use(settings, server.url, model="planner", key_env="")
        key, _ = ring.create(Role.WRITER, limits=Limits(requests=100, tokens=100_000))
        task = Task(words="ferry", model="server:planner", caps={})
        async with (
            open_siyaq(settings, write=True) as siyaq,
            agents_at_work(settings, siyaq, siyaq, ring, budget) as agency,
        ):
            async with siyaq.lending.lent("server:planner"):  # somebody else's turn
                with pytest.raises(Overloaded):
                    await agency.begin(task, key.id)
            (failed,) = agency.desk.journal.runs(10)
            assert (failed.status, failed.spent.get("model_calls", 0)) == ("failed", 0)
            assert server.requests == []
            await agency.begin(task, key.id)
            assert len(server.requests) == 1
        assert budget.used(key.id).tokens > 0

    with (
        ModelServer(says(json.dumps({"turns": lines}))) as server,
        closing(KeyRing(settings.data)) as ring,
        closing(keys.budget(settings)) as budget,
    ):
        asyncio.run(run(server, ring, budget))


def test_a_servers_agents_use_the_mcp_servers_of_its_settings(config: Config) -> None:
    told = {
        "town": {
            "command": sys.executable,
            "args": [str(Path(town_server.__file__)), os.devnull],
            "tools": {"lookup": {"about": "Who lives in a street.", "reads": True}},
        }
    }
    path = config.data.parent / "mcp.json"
    path.write_text(json.dumps({"mcpServers": told}))
    flags: dict[str, str | int | None] = {
        "data": str(config.data),
        "embed.processes": 0,
        "agents.mcp": str(path),
    }
    settings = load(environ={}, flags=flags)
    with closing(KeyRing(config.data)) as ring, closing(keys.budget(config)) as budget:
        key, _ = ring.create(Role.WRITER)
        lines = PLAN.replace('"ask"', '"town__lookup"').replace('"question"', '"street"')
        run = asyncio.run(_worked(settings, ring, budget, key.id, lines))
    assert [step.state for step in run.steps] == ["done"] * 3
    assert "When does it leave?" in str(run.result)
