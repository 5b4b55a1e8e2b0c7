"""Seeds of the worlds that tests look at: two fixed ones, and a fresh one that is printed."""

from __future__ import annotations

import secrets

import pytest

FRESH_SEED = secrets.randbelow(10**6)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [11, 2024, FRESH_SEED], ids=["11", "2024", "fresh"])


def pytest_report_header() -> str:
    return f"fresh world seed: {FRESH_SEED}"


@pytest.fixture(autouse=True)
def _say_the_seed(request: pytest.FixtureRequest) -> None:
    if "seed" in request.fixturenames:
        print(f"world seed: {request.getfixturevalue('seed')}")
