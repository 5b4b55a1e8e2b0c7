"""A model in the whole product: chosen on the command line or over HTTP, told in the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from siyaq import config
from siyaq.app import models
from siyaq.app.opening import open_siyaq
from siyaq.app.siyaq import Siyaq
from siyaq.core.answer import Answer, Finished, Question
from siyaq.core.errors import QueryError
from siyaq.testing.model_server import ModelServer, Reply
from siyaq.testing.writers import faithful, reply_of, sentence

POSTS = b"""\
{"id": "a:1", "text": "The fire at the quay of Tyre burned 14 boats, nobody was hurt."}
{"id": "a:2", "text": "The market of Sidon opens at nine."}
"""
QUESTION = "How many boats burned in the fire at the quay?"


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    """Return the settings of an empty directory."""
    return config.load(environ={}, flags={"data": str(tmp_path / "d"), "embed.processes": 0})


async def _lines() -> AsyncIterator[bytes]:
    yield POSTS


async def _answer(siyaq: Siyaq, model: str = "") -> Answer:
    async for event in siyaq.ask(Question(text=QUESTION, model=model)):
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("an answer always finishes")


def test_the_default_a_named_model_and_none(settings: config.Config) -> None:
    async def run(url: str) -> list[Answer]:
        async with open_siyaq(settings, write=True) as siyaq:
            await siyaq.ingest(_lines(), imported=True)
            assert siyaq.indexer is not None
            await asyncio.to_thread(siyaq.indexer.wait_embedded, siyaq.log.head(), 60)
            answers = [await _answer(siyaq)]
            models.use(settings, url, model="org/stub", key_env="")
            answers += [await _answer(siyaq), await _answer(siyaq, "extractive")]
            models.use(settings, "extractive", model="", key_env="")
            answers += [await _answer(siyaq), await _answer(siyaq, "server:org-stub")]
            with pytest.raises(QueryError, match="no such model: 'gpt'"):
                await _answer(siyaq, "gpt")
            shown = siyaq.metrics.model_sentences.labels("shown")
            assert shown._value.get() == 2
            return answers

    with ModelServer(faithful) as server:
        answers = asyncio.run(run(server.url))
    assert [answer.model for answer in answers] == [
        *("extractive", "server:org-stub", "extractive", "extractive", "server:org-stub")
    ]
    written, quoted = answers[1], answers[0]
    assert "14 boats" in written.sentences[0].text
    assert written.sentences[0].text != quoted.sentences[0].text
    assert written.references == quoted.references
    assert written.usage.output_tokens > 0
    assert quoted.usage.output_tokens == 0


def test_a_server_that_is_down_is_no_outage(settings: config.Config) -> None:
    async def run() -> Answer:
        async with open_siyaq(settings, write=True) as siyaq:
            await siyaq.ingest(_lines(), imported=True)
            assert siyaq.indexer is not None
            await asyncio.to_thread(siyaq.indexer.wait_embedded, siyaq.log.head(), 60)
            return await _answer(siyaq)

    with ModelServer(lambda _: Reply(status=401)) as server:
        models.use(settings, server.url, model="stub", key_env="")
        answer = asyncio.run(run())
    assert answer.model == "extractive"
    assert "14 boats" in answer.sentences[0].text


SWAPPED = "The fire at the quay of Sur burned 9 boats and 14 cars."
"""Every word and number of it stands in the evidence; what each number counts is swapped."""


def test_a_sentence_that_only_the_support_check_refuses_is_not_shown(
    settings: config.Config,
) -> None:
    post = b'{"id": "a:3", "text": "The fire at the quay of Sur burned 14 boats and 9 cars."}\n'

    async def lines() -> AsyncIterator[bytes]:
        yield post

    async def run() -> tuple[Answer, float]:
        async with open_siyaq(settings, write=True) as siyaq:
            await siyaq.ingest(lines(), imported=True)
            assert siyaq.indexer is not None
            await asyncio.to_thread(siyaq.indexer.wait_embedded, siyaq.log.head(), 60)
            refused = siyaq.metrics.model_sentences.labels("unsupported")
            return await _answer(siyaq), refused._value.get()

    said = reply_of(sentence(SWAPPED, ("e1", "14 boats and 9 cars")))
    with ModelServer(lambda _: Reply.of(said)) as server:
        models.use(settings, server.url, model="stub", key_env="")
        answer, refused = asyncio.run(run())
    assert refused == 2, "refused, asked once more, refused again"
    assert answer.model == "extractive"
    assert SWAPPED not in [one.text for one in answer.sentences]
