from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from siyaq.serve import ServeSettings, create_app
from siyaq.testing.product import FakeProduct

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def product() -> FakeProduct:
    return FakeProduct(now=NOW)


@pytest.fixture
async def client(product: FakeProduct) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(product, ServeSettings()) as client:
        yield client


def client_of(
    product: FakeProduct, settings: ServeSettings, *, raise_app_exceptions: bool = True
) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(
        create_app(product, settings), raise_app_exceptions=raise_app_exceptions
    )
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
