"""A log to index, and what an index answers, in a form that compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.index.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A data directory with an empty log."""
    with Desk(tmp_path) as opened:
        yield opened
