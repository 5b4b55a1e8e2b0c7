"""siyaq opened for real, on a directory of its own, with the built-in embedder."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from siyaq.app.siyaq import Siyaq
from siyaq.config import Config, load
from siyaq.core.reports import IngestReport


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a fresh data directory, with vectors made in this process."""
    return load(environ={}, flags={"data": str(tmp_path / "data"), "embed.processes": 0})


async def send(siyaq: Siyaq, *lines: Mapping[str, object], imported: bool = True) -> IngestReport:
    """Send posts in, and return once they can be found by word and by meaning."""

    async def pieces() -> AsyncIterator[bytes]:
        for line in lines:
            yield json.dumps(dict(line)).encode() + b"\n"

    report = await siyaq.ingest(pieces(), imported=imported)
    assert await siyaq.wait_searchable(vectors=True, within=timedelta(seconds=60))
    return report
