"""What the tests of sources share: an event loop for each, and a clock."""

from __future__ import annotations

import pytest

from siyaq.testing.clock import FakeClock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
