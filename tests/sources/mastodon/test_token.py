"""The access token: asked for, refused, and written nowhere."""

from __future__ import annotations

import asyncio
import logging

import pytest

from siyaq.core.errors import SourceRefused
from siyaq.sources.credential import variable_for
from siyaq.testing.world.mastodon import MastodonServer
from tests.sources.following import until
from tests.sources.mastodon.listener import SECRET, Listener, listening

pytestmark = pytest.mark.anyio


async def test_a_wrong_token_ends_it_and_says_what_to_do(server: MastodonServer) -> None:
    listener = Listener(server.url, token="wrong")
    with pytest.raises(SourceRefused, match="answered 401") as refused:
        await asyncio.wait_for(listener.run(), 60)
    assert "TOKEN" in refused.value.hint
    assert "read:statuses" in refused.value.hint


async def test_no_token_is_said_before_anything_is_asked(server: MastodonServer) -> None:
    listener = Listener(server.url, token="")
    assert listener.adapter.lacks == "no access token in TOKEN"
    with pytest.raises(SourceRefused, match="no access token"):
        await asyncio.wait_for(listener.run(), 60)
    assert not server.requests


async def test_the_token_is_written_nowhere(
    server: MastodonServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for transport in ("ws", "sse"):
            async with listening(f"{server.url}?transport={transport}") as listener:
                await until(lambda: listener.live and server.streaming >= 1)
                server.pace.step(5)
                await until(lambda: bool(listener.uris))
                server.mischief.order("refuse", status=503)
                server.kick()
                await until(lambda: not server.mischief.waiting)
            told = [repr(listener.batches), repr(listener.adapter.condition)]
            told += [repr(listener.adapter._credential), listener.adapter.lacks]
            assert not any(SECRET in text for text in told)
    assert caplog.records, "a silent log proves nothing"
    leaks = {record.name for record in caplog.records if SECRET in record.getMessage()}
    assert leaks <= {"uvicorn.error"}, "only the simulated server may say what it was sent"


def test_each_server_has_a_variable_of_its_own() -> None:
    assert variable_for("SIYAQ_MASTODON_TOKEN", "m.example:3000") == (
        "SIYAQ_MASTODON_TOKEN_M_EXAMPLE_3000"
    )
