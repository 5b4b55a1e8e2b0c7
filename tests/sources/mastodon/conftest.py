"""A Mastodon server of a small fediverse."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from siyaq.testing.world.mastodon import MastodonServer
from tests.sources.mastodon.listener import servers


@pytest.fixture
async def server() -> AsyncIterator[MastodonServer]:
    async with servers("alpha.example") as (server,):
        yield server
