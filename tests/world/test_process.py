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
from siyaq.testing.world.dishes import MAPPING
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


def network(seed: int = SEED, *, paused: bool = True) -> SimulatedNetwork:
    return SimulatedNetwork(seed, START, history=timedelta(minutes=3), paused=paused)


def test_one_line_of_addresses_then_history_and_live_events() -> None:
    with process("--seed", "5", "--speed", "20", "--history", "60") as (_, addresses):
        port = int(addresses["jetstream"].rpartition(":")[2])

        async def scenario() -> None:
            async with client(port, V2, "cursor=1") as connection:
                past = [read_v2(message) for message in await take(connection, 500)]
            assert past[-1].time_us - past[0].time_us > 10_000_000
            async with client(port, V1) as connection:
                assert await take(connection, 3)
            async with httpx2.AsyncClient(timeout=60) as web:
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
        async with network() as net, httpx2.AsyncClient(timeout=60) as web:
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
        async with network() as net, httpx2.AsyncClient(timeout=60) as web:

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
        async with network() as net, httpx2.AsyncClient(timeout=60) as web:
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


def test_other_platforms_are_disturbed_over_http() -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient(timeout=60) as web:
            told = net.addresses
            server = told["mastodon"].replace("mastodon", "http", 1)
            timeline = f"{server}/api/v1/timelines/public"
            token = {"Authorization": f"Bearer {told['mastodon_token']}"}
            assert (await web.get(timeline, headers=token)).json(), "it has a past"
            body = {"do": "rest_error", "at": "mastodon", "status": 502}
            status = (await web.post(told["control"], json=body)).json()
            assert status["mastodon"]["waiting"] == ["rest_error"]
            assert (await web.get(timeline, headers=token)).status_code == 502
            body = {"do": "refuse", "at": "x", "status": 429}
            await web.post(told["control"], json=body)
            await web.post(told["control"], json={"do": "reset", "at": "x"})
            stream = f"{told['x'].removeprefix('x+')}/2/tweets/search/stream"
            answer = await web.get(stream, headers={"Authorization": f"Bearer {told['x_token']}"})
            assert answer.status_code == 429
            status = (await web.get(told["control"])).json()
            assert status["mastodon"]["fired"] == {"rest_error": 1}
            assert status["x"]["fired"] == {"refuse": 1}

    run(scenario())


def test_dishes_measured_outages_as_far_as_they_have_come() -> None:
    async def scenario() -> None:
        async with network(seed=3) as net, httpx2.AsyncClient(timeout=60) as web:
            told = net.addresses
            assert (await web.get(told["dishes"])).content == b"", "there was none yet"
            net.pace.step(9 * 60)
            begun = (await web.get(told["dishes"])).content.splitlines()
            newest = max(json.loads(line)["time"] for line in begun)
            assert newest <= net.pace.now().timestamp() * 1000
            net.pace.step(20 * 60)
            whole = (await web.get(told["dishes"])).content.splitlines()
            assert 0 < len(begun) < len(whole)
            assert whole[: len(begun)] == begun
            assert len({json.loads(line)["where"] for line in whole}) > 2, (
                "and elsewhere all is well"
            )
            assert (await web.get(told["dishes_map"])).text == MAPPING

    run(scenario())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"do": 5}', b'{"do": "tea"}', b'{"do": "stall", "seconds": "long"}',
     b'{"do": "step", "seconds": -1}', b'{"do": "speed", "value": 0}',
     b'{"do": "close", "times": 100000}', b'{"do": "close", "colour": "red"}', b"\xff",
     b'{"do": "freeze", "at": "x"}', b'{"do": "reset", "at": "y"}',
     b'{"do": "reset", "at": "x", "times": 0}', b'{"do": "reset", "at": "x", "colour": "red"}'],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(body: bytes) -> None:
    async def scenario() -> None:
        async with network() as net, httpx2.AsyncClient(timeout=60) as web:
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
