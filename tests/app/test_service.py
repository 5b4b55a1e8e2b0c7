"""Everything in one process: when it says that it is ready."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from siyaq.app import service
from siyaq.core.reports import Status
from siyaq.testing.product import FakeProduct


class Quiet(FakeProduct):
    """Its source was read late, and has sent nothing since."""

    async def status(self) -> Status:
        told = await super().status()
        return replace(told, sources=tuple(replace(one, lag_seconds=300) for one in told.sources))


class Behind(FakeProduct):
    """It cannot yet find by meaning what it holds."""

    async def status(self) -> Status:
        return replace(await super().status(), embedded_seq=0)


def told(product: FakeProduct, seconds: float) -> list[str]:
    urls: list[str] = []

    async def waiting() -> None:
        telling = service._tell_later(product, "http://here", urls.append)
        await asyncio.wait_for(telling, seconds)

    try:
        asyncio.run(waiting())
    except TimeoutError:
        assert not urls
    return urls


def test_a_source_that_has_nothing_more_to_send_is_not_waited_for() -> None:
    assert told(Quiet(now=datetime.now(UTC)), service.CATCH_UP_SECONDS / 2) == ["http://here"]


def test_what_cannot_be_found_yet_is_waited_for() -> None:
    assert told(Behind(now=datetime.now(UTC)), 1) == []
