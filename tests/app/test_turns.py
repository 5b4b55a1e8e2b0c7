"""A model's time in the whole product: lent by turns, charged as it flows, or done without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from siyaq import config
from siyaq.access import Limits, Role, account_of
from siyaq.access.roles import Principal
from siyaq.app import models
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.core.answer import Answer, AnswerStatus, Finished, Question
from siyaq.testing.model_server import ModelServer, Reply
from siyaq.testing.writers import faithful

POST = b'{"id": "a:1", "text": "The fire at the quay of Tyre burned 14 boats, nobody was hurt."}\n'
QUESTION = Question(text="How many boats burned in the fire at the quay?")


async def answered(siyaq: Siyaq) -> Answer:
    async for event in siyaq.ask(QUESTION):
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("an answer always finishes")


async def _lines() -> AsyncIterator[bytes]:
    yield POST


def opened(tmp_path: Path, **flags: int) -> config.Config:
    return config.load(
        environ={}, flags={"data": str(tmp_path / "d"), "embed.processes": 0, **flags}
    )


async def filled(siyaq: Siyaq) -> None:
    await siyaq.ingest(_lines(), imported=True)
    assert siyaq.indexer is not None
    await asyncio.to_thread(siyaq.indexer.wait_embedded, siyaq.log.head(), 60)


def test_what_a_model_reads_and_writes_is_charged_to_whoever_asked(tmp_path: Path) -> None:
    settings = opened(tmp_path)

    async def run(url: str) -> None:
        models.use(settings, url, model="stub", key_env="")
        async with open_siyaq(settings, write=True) as siyaq:
            await filled(siyaq)
            caller = Principal("desk", Role.READER, limits=Limits(weight=2))
            async with account_of(None, caller) as account:
                answer = await answered(siyaq)
            assert answer.model == "server:stub"
            # the sums that the server gives at the end take the place of what was guessed
            assert account.tokens == answer.usage.input_tokens + answer.usage.output_tokens
            assert account.tokens > 11

    with ModelServer(faithful) as server:
        asyncio.run(run(server.url))


def test_whoever_waits_too_long_gets_quotes(tmp_path: Path) -> None:
    settings = opened(tmp_path, **{"models.parallel": 1, "models.wait_seconds": 1})

    async def run(server: ModelServer) -> None:
        models.use(settings, server.url, model="stub", key_env="")
        async with open_siyaq(settings, write=True) as siyaq:
            await filled(siyaq)
            first = asyncio.ensure_future(answered(siyaq))
            async with asyncio.timeout(60):
                while not server.requests:  # noqa: ASYNC110  # nothing tells
                    await asyncio.sleep(0.01)
            second = await answered(siyaq)
            assert second.model == "extractive"
            assert second.status is AnswerStatus.ANSWERED
            assert siyaq.metrics.model_gave_up._value.get() == 1
            server.closing.set()  # let the first one go on
            await first

    def stuck(asked: object) -> Reply:
        del asked
        return Reply(pieces=["{"], stalls_after=0, stall_seconds=15)

    with ModelServer(stuck) as server:
        asyncio.run(run(server))


def test_each_model_has_a_health_of_its_own(tmp_path: Path) -> None:
    settings = opened(tmp_path)

    async def run(well: str, ill: str) -> None:
        models.use(settings, ill, model="gone", key_env="")
        models.use(settings, well, model="stub", key_env="")
        async with open_siyaq(settings, write=True) as siyaq:
            await filled(siyaq)

            async def states() -> dict[str, str]:
                return {one.name: one.state for one in await siyaq.models() if "server" in one.name}

            assert set((await states()).values()) == {"untried"}
            for name in ("server:stub", "server:gone"):
                async for _ in siyaq.ask(replace(QUESTION, model=name)):
                    pass
            assert await states() == {"server:stub": "well", "server:gone": "ill"}
            problems = {one.name: one.problem for one in await siyaq.models()}
            assert problems["server:gone"]
            assert "127.0.0.1" not in problems["server:gone"]
            assert not problems["server:stub"]

    with ModelServer(faithful) as gone:
        ill = gone.url
    with ModelServer(faithful) as server:
        asyncio.run(run(server.url, ill))
