"""The best source of energy that this machine has, and what it is called.

In order: a power meter over MQTT (it sees the whole machine), RAPL for the processor and NVML for
the graphics cards (each sees its own part), and where the processor has no counter, an estimate
from processor seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.meter.energy import Counter, Machine, Rapl
from siyaq.meter.nvml import Nvml
from siyaq.meter.power_meter import MqttMeter

CORE_WATTS = 3.5
"""Watts of one busy virtual core, its share of the server with it.

The average of Amazon's servers at full load, from SPECpower results: Cloud Carbon Footprint,
methodology, appendix I (2024-05; 0.74 W idle, 3.5 W at full load a virtual core).
"""


@dataclass(slots=True)
class Sources:
    """What is read. With `metering` off, nothing is, and joules are not told."""

    machine: Machine
    cpu: Counter | None = None  # joules of processors and memory, or of the whole machine
    gpu: Nvml | None = None
    core_watts: float = CORE_WATTS
    metering: bool = True

    @property
    def name(self) -> str:
        """What stands in `energy_source` when every counter can be read."""
        return self.named(counted=self.cpu is not None)

    def named(self, *, counted: bool) -> str:
        """Return "rapl", "mqtt", "rapl+nvml", "estimate", "estimate+nvml" or "none".

        `counted`: the processor's joules came from its counter, which may fail at times.
        """
        if not self.metering:
            return "none"
        cpu = self.cpu.name if counted and self.cpu is not None else "estimate"
        whole = cpu == "mqtt" or self.gpu is None
        return cpu if whole else f"{cpu}+nvml"

    def close(self) -> None:
        """Leave what was connected to."""
        if isinstance(self.cpu, MqttMeter):
            self.cpu.close()


def open_sources(
    *, energy: str = "auto", mqtt: str = "", core_watts: float = CORE_WATTS
) -> Sources:
    """Find what this machine has. `energy`: "auto", "estimate" (no counter), or "none".

    Raises ConfigError for a power meter that cannot be connected to.
    """
    machine = Machine()
    if energy == "none":
        return Sources(machine, metering=False)
    if energy == "estimate":
        return Sources(machine, core_watts=core_watts)
    cpu: Counter | None = MqttMeter.connect(mqtt) if mqtt else Rapl.find()
    return Sources(machine, cpu=cpu, gpu=Nvml.find(), core_watts=core_watts)
