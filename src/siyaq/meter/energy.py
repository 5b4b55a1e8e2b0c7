"""Energy that the machine has used, read from counters that only grow. Joules and seconds."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

POWERCAP = Path("/sys/class/powercap")
_STAT = Path("/proc/stat")


class Counter(Protocol):
    """Joules since some moment; never falls."""

    @property
    def name(self) -> str:
        """What it is called in `energy_source`."""
        ...

    def joules(self) -> float | None:
        """Return the count, None while it cannot be read."""
        ...


@dataclass(slots=True)
class _Zone:
    path: Path
    wraps_at: int  # microjoules
    last: int
    turns: int = 0

    def microjoules(self) -> int:
        value = int(self.path.read_text())
        if value < self.last:  # the counter began anew
            self.turns += 1
        self.last = value
        return self.turns * (self.wraps_at + 1) + value


class Rapl:
    """Intel's and AMD's own counters, as Linux's powercap framework shows them.

    Packages and their memory are added up (a package does not hold its memory's; `core` and
    `uncore` are inside it). `psys`, where there is one, holds the whole platform and is left out:
    it overlaps with the packages.
    """

    name = "rapl"

    def __init__(self, zones: list[_Zone]) -> None:
        self._zones = zones

    @classmethod
    def find(cls, root: Path = POWERCAP) -> Rapl | None:
        """Return the counters of this machine, None where there are none that we may read."""
        zones: list[_Zone] = []
        try:
            for folder in sorted(root.glob("intel-rapl:*")):
                kind = (folder / "name").read_text().strip()
                if kind.startswith("package") or kind == "dram":
                    counter = folder / "energy_uj"
                    wraps_at = int((folder / "max_energy_range_uj").read_text())
                    zones.append(_Zone(counter, wraps_at, int(counter.read_text())))
        except (OSError, ValueError):  # since 2020 only root may read it, unless allowed
            return None
        return cls(zones) if zones else None

    def joules(self) -> float | None:
        """Return the joules of packages and memory."""
        try:
            return sum(zone.microjoules() for zone in self._zones) / 1e6
        except (OSError, ValueError):
            return None


class Machine:
    """How busy the processors of the whole machine have been, in processor seconds."""

    def __init__(self, stat: Path = _STAT) -> None:
        self._stat = stat
        self._tick = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01

    def busy_seconds(self) -> float:
        """Return what all processors worked since the start; this process's own elsewhere."""
        try:
            with self._stat.open("rb") as file:
                fields = [int(field) for field in file.readline().split()[1:9]]
        except (OSError, ValueError):
            return time.process_time()
        user, nice, system, _idle, _iowait, irq, softirq, steal = fields
        return (user + nice + system + irq + softirq + steal) * self._tick
