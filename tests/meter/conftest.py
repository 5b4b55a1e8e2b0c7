"""Loads of a known size, and a powercap tree like the one Linux shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from siyaq.meter.energy import Rapl


def burn(seconds: float) -> None:
    """Keep this thread's processor busy for so many of its own seconds."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    """One package with its memory, the cores inside it, and the platform around it."""
    zones = {
        "intel-rapl:0": "package-0",
        "intel-rapl:0:0": "dram",
        "intel-rapl:0:1": "core",
        "intel-rapl:1": "psys",
    }
    for folder, name in zones.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "name").write_text(f"{name}\n")
        (tmp_path / folder / "energy_uj").write_text("1000000\n")
        (tmp_path / folder / "max_energy_range_uj").write_text("262143328850\n")
    return tmp_path


@pytest.fixture
def draw(powercap: Path) -> Callable[[str, int], None]:
    """Return what sets the microjoules of one zone."""

    def setting(folder: str, microjoules: int) -> None:
        (powercap / folder / "energy_uj").write_text(f"{microjoules}\n")

    return setting


@pytest.fixture
def rapl(powercap: Path) -> Rapl:
    found = Rapl.find(powercap)
    assert found is not None
    return found
