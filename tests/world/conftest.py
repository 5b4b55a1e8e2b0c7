"""Seeds of the worlds that tests look at: two fixed ones, and a fresh one that is printed."""

from __future__ import annotations

import pytest

from tests.conftest import FRESH_SEED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [11, 2024, FRESH_SEED], ids=["11", "2024", "fresh"])


@pytest.fixture(autouse=True)
def _say_the_seed(request: pytest.FixtureRequest) -> None:
    if "seed" in request.fixturenames:
        print(f"world seed: {request.getfixturevalue('seed')}")
