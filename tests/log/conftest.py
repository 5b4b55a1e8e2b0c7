"""Logs to test on, and how long the campaigns against them run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.log import LogReader, LogWriter, verify


@pytest.fixture(scope="session")
def campaign() -> int:
    """How many times the usual number of seeds, kills and faults: SIYAQ_CAMPAIGN=20 for hours."""
    return int(os.environ.get("SIYAQ_CAMPAIGN", "1"))


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder in memory where the machine has one: for runs that simulate their disk."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield place
    shutil.rmtree(place)


@pytest.fixture
def directory(ram: Path) -> Path:
    return ram / "data"


@pytest.fixture
def writer(directory: Path) -> Iterator[LogWriter]:
    """A writer whose log must be sound when the test is over."""
    with LogWriter.open(directory) as writer:
        yield writer
        assert verify(directory).problems == ()


@pytest.fixture
def reader(directory: Path, writer: LogWriter) -> Iterator[LogReader]:
    with LogReader.open(directory) as reader:
        yield reader
