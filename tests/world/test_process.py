"""The network as a process of its own, and its control room."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx2
import pytest

from siyaq.testing.world import SimulatedNetwork
from tests.world.reading import START, V1, V2, client, eventually, read_v2, run, take, truth_of

SEED = 11


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    command = [sys.executable, "-m", "siyaq.testing.world", *options]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        yield child, json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            assert pipe is not None
            pipe.close()


def network(**options: bool) -> SimulatedNetwork:
    return SimulatedNetwork(
        SEED, START, history=timedelta(minutes=3), paused=options.get("paused", True)
    )


def test_one_line_of_addresses_then_history_and_live_events() -> None:
    with process("--seed", "5", "--speed", "20", "--history", "60") as (_, addresses):
        port = int(addresses["jetstream"].rpartition(":")[2])

        async def scenario() -> None:
            async with client(port, V2, "cursor=1") as connection:
                past = [read_v2(message) for message in await take(connection, 500)]
            assert past[-1].time_us - past[0].time_us > 10_000_000
            async with client(port, V1) as connection:
                assert await take(connection, 3)
            async with httpx2.AsyncClient() as web:
                for name in ("rss", "rss_ar", "atom", "atom_ar"):
                    response = await web.get(addresses[name].removeprefix("rss+"))
                    assert response.status_code == 200

        run(scenario())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quietly(number: signal.Signals) -> None:
    with process("--history", "5") as (child, _):
        child.send_signal(number)
        assert child.wait(timeout=60) == 0
        assert child.stderr is not None
        assert child.stderr.read() == ""


def test_it_ends_with_its_parent_where_asked_to() -> None:
    with process("--history", "5", "--with-parent") as (child, _):
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(timeout=60) == 0


def test_truth_over_http_is_the_truth() -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient() as web:
            control = net.addresses["control"]
            at = START + timedelta(minutes=3)
            told = (await web.get(f"{control}/truth")).json()
            truth = truth_of(SEED, 3)
            assert datetime.fromisoformat(told["at"]) == at
            assert {uri: post["text"] for uri, post in told["posts"].items()} == {
                uri: post.text for uri, post in truth.posts.items()
            }
            assert [question["text"] for question in told["questions"]] == [
                question.text for question in truth.questions
            ]
            early = await web.get(
                f"{control}/truth", params={"at": (START + timedelta(seconds=30)).isoformat()}
            )
            assert 0 < len(early.json()["posts"]) < len(told["posts"])
            assert (await web.get(f"{control}/truth", params={"at": "noon"})).status_code == 400

    run(scenario())


def test_time_is_paused_stepped_and_resumed_over_http() -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient() as web:

            async def order(**body: object) -> dict[str, object]:
                response = await web.post(net.addresses["control"], json=body)
                assert response.status_code == 200, response.text
                return dict(response.json())

            before = datetime.fromisoformat(str((await order(do="pause"))["now"]))
            after = datetime.fromisoformat(str((await order(do="step", seconds=45))["now"]))
            assert after - before == timedelta(seconds=45)
            assert (await order(do="speed", value=50))["speed"] == 50
            assert (await order(do="resume"))["paused"] is False
            await eventually(lambda: net.pace.now() > after + timedelta(seconds=1))
            assert (await order(do="pause"))["paused"] is True
            still = net.pace.now()
            await asyncio.sleep(0)
            assert net.pace.now() == still

    run(scenario())


def test_faults_are_ordered_and_counted_over_http() -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient() as web:
            control = net.addresses["control"]
            body = {"do": "refuse", "status": 503, "times": 2}
            waiting = (await web.post(control, json=body)).json()["waiting"]
            assert waiting == ["refuse", "refuse"]
            await web.post(control, json={"do": "restart", "seconds": 0})
            await web.post(control, json={"do": "forget", "seconds": 20})
            status = (await web.get(control)).json()
            assert status["fired"] == {"restart": 1}
            assert datetime.fromisoformat(status["floor"]) == net.pace.now() - timedelta(seconds=20)

    run(scenario())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"do": 5}', b'{"do": "tea"}', b'{"do": "stall", "seconds": "long"}',
     b'{"do": "step", "seconds": -1}', b'{"do": "speed", "value": 0}',
     b'{"do": "close", "times": 100000}', b'{"do": "close", "colour": "red"}', b"\xff"],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(body: bytes) -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient() as web:
            response = await web.post(net.addresses["control"], content=body)
            assert response.status_code == 400
            assert response.json()["error"]
            assert net.faults.waiting == ()

    run(scenario())


def test_trouble_comes_by_itself_where_asked_for() -> None:
    async def scenario() -> None:
        troubled = SimulatedNetwork(SEED, START, paused=True, fault_every_seconds=0.01)
        async with troubled as net:
            await eventually(lambda: len(net.faults.waiting) >= 5)

    run(scenario())
