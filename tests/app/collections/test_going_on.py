"""Streams, gRPC, runs and watches go by what the key behind them sees."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, closing
from pathlib import Path

import grpc
import pytest

from siyaq.access import account_of
from siyaq.agents import USUAL
from siyaq.agents.agency import Task
from siyaq.agents.plan import read_plan
from siyaq.app.agency import agents_at_work
from siyaq.app.agents import open_agents
from siyaq.app.alerts import alerting
from siyaq.app.keys import budget
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.serve.grpc import grpc_serving
from siyaq.serve.grpc.messages import CLASSES, PACKAGE, USER
from siyaq.watches import Draft
from tests.app.collections.world import CANARY, PRIVATE, PUBLIC, World, post, world
from tests.app.conftest import send

pytestmark = pytest.mark.anyio


async def test_what_goes_on_by_itself_goes_by_what_its_key_sees(tmp_path: Path) -> None:
    async with world(tmp_path / "both", *PUBLIC, *PRIVATE) as both:
        for number, caller in enumerate(("public", "nobody", "all")):
            heard = await _heard(both, caller, f"n{number}")
            private = [f"qzxtips:n{number}"] if caller == "all" else []
            public = [f"wire:n{number}"]
            assert sorted(heard) == sorted(2 * private + 2 * public)  # told, and withdrawn
        for caller in ("public", "all"):
            told = CANARY in await _spoken(both, caller)
            assert told == (caller == "all")
            for run in (_run, _run_at_a_terminal):
                told = CANARY in await run(both, caller)
                assert told == (caller == "all")
        await _watched(both)


async def _heard(both: World, name: str, fresh: str) -> list[str]:
    """Return the posts that a stream tells of: one new one of each source, then their ends."""
    heard: list[str] = []
    told = 2 if name == "all" else 1

    async def listen() -> None:
        async with aclosing(both.product.live("", Filters())) as items:
            async for item in items:
                heard.append(item.id if isinstance(item, Post) else item)
                if len(heard) == 2 * told:
                    return

    if name == "nobody":
        listening = asyncio.create_task(listen())
    else:
        async with account_of(None, both.caller(name)):
            listening = asyncio.create_task(listen())
    await asyncio.sleep(0)  # it has asked by now
    names = (f"qzxtips:{fresh}", f"wire:{fresh}")
    await send(both.siyaq, *(post(one, "new", "Fog at sea.", "15:00:00") for one in names))
    async with asyncio.timeout(300):
        while len(heard) < told:  # noqa: ASYNC110  # and whatever else comes
            await asyncio.sleep(0.01)
        await send(both.siyaq, *({"op": "delete", **_named(one)} for one in names))
        await listening
    return heard


def _named(name: str) -> dict[str, str]:
    source, _, native_id = name.partition(":")
    return {"source": source, "id": native_id}


async def _spoken(both: World, name: str) -> str:
    """Return what is answered over gRPC."""
    said = CLASSES["Content"](text="What sank, by the qzxcaptain?")
    request = CLASSES["GetCompletionsRequest"](
        model="siyaq", messages=[CLASSES["Message"](role=USER, content=[said])]
    )
    metadata = (("authorization", f"Bearer {both.keys[name]}"),)
    async with (
        grpc_serving(both.product, both.settings, 0) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        call = channel.unary_unary(
            f"/{PACKAGE}.Chat/GetCompletion",
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=CLASSES["GetChatCompletionResponse"].FromString,
        )
        return str((await call(request, metadata=metadata)).outputs)


PLAN = "\n".join(
    map(
        json.dumps,
        (
            {"tool": "search", "id": "s", "arguments": {"text": "night ferry"}},
            {"tool": "context", "id": "c", "arguments": {"post_id": "wire:1"}},
            {"tool": "finish", "arguments": {"result": {"$from": "s"}}},
        ),
    )
)


async def _run(both: World, name: str) -> str:
    """Return what a run of an agent has read and come to."""
    config, ring = both.config, both.ring
    with closing(budget(config)) as book:
        async with agents_at_work(config, both.siyaq, both.product, ring, book) as agency:
            task = Task(words="ferry", plan=PLAN, caps={})
            run_id = await agency.begin(task, both.caller(name).key_id)
            journal = agency.desk.journal
            async with asyncio.timeout(300):
                while journal.standing(run_id)[0] != "done":  # noqa: ASYNC110  # it is a file
                    await asyncio.sleep(0.05)
            return str(agency.desk.run(run_id))


async def _run_at_a_terminal(both: World, name: str) -> str:
    """Return the same of a run of the key that whoever is at the machine carries on."""
    async with open_agents(both.config, "", ()) as terminal:
        journal, key_id = terminal.journal, both.caller(name).key_id
        run_id = journal.begin_run(
            user=key_id, task="ferry", model="", caps=USUAL, allowed=(), key_id=key_id
        )
        tools = ("search", "context", "finish")
        journal.fix_plan(run_id, read_plan(PLAN.splitlines(), tools))
        run = await terminal.go(run_id)
        assert run.status == "done"
        return str(run)


async def _watched(both: World) -> None:
    """A saved question is answered from what its key sees, and so is its alert."""
    desk, public = both.settings.watches, both.caller("public")
    assert desk is not None
    watch = desk.save(public.key_id, Draft(question="What sank, by the qzxcaptain?"))
    arguments = (both.config, both.product, both.siyaq.metrics, both.store, desk, both.ring, None)
    async with alerting(*arguments), asyncio.timeout(300):
        while not desk.find(public, watch.id).answer_id:  # noqa: ASYNC110  # it is a file
            await asyncio.sleep(0.05)
        answer_id = desk.find(public, watch.id).answer_id
        told = await both.clients["public"].get(f"/v1/answers/{answer_id}")
        assert (told.status_code, told.json()["references"]) == (200, [])
        token = desk.feed_token(watch)
        feed = await both.clients["public"].get(f"/v1/feeds/{token}")
        assert (feed.status_code, feed.text.count(CANARY)) == (200, 1)  # its own question
