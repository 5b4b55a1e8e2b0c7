"""A newsroom for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.retrieval.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """Return an empty newsroom."""
    room = Newsroom(tmp_path)
    yield room
    room.close()
