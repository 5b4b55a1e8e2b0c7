from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.agents import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path)
    yield opened
    opened.close()
