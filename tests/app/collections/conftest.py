"""Two siyaqs to be asked beside each other: one holds a private stream, one never did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.collections.world import PRIVATE, PUBLIC, REFUSED, World, world


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def worlds(tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    """A siyaq that holds the private stream too, and one that never did."""
    async with (
        world(tmp_path / "both", *PUBLIC, *PRIVATE, REFUSED) as both,
        world(tmp_path / "one", *PUBLIC) as one,
    ):
        yield both, one
