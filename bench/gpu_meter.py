"""siyaq's own meter on a graphics card under a known load, beside the card's watts.

    python bench/gpu_meter.py [--rounds 5] [--seconds 4]

A call multiplies matrices as a model of this process would, inside `native_work`. What the meter
puts on its bill is held against the mean of the watts that NVML tells meanwhile, times seconds: two
readings of the card, by different roads. The processor's part is estimated here, and left out.
Needs PyTorch with CUDA and `nvidia-ml-py`, and of siyaq only its source (`PYTHONPATH=src`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from gpu_rates import Drawn, Power
from measured import figure
from siyaq.meter import Meter, Prices, Sources, Spent, native_work
from siyaq.meter.energy import Machine
from siyaq.meter.nvml import Nvml


def load(seconds: float) -> float:
    """Multiply matrices for so long; return the products done."""
    import torch

    a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    done, began = 0.0, time.perf_counter()
    with native_work():
        while time.perf_counter() - began < seconds:
            for _ in range(20):
                a @ a
            torch.cuda.synchronize()
            done += 20
    return done


def metered(meter: Meter, seconds: float) -> Spent:
    """Return what the meter says of one call that loads the card for so long."""

    async def call() -> Spent:
        one = meter.begin()

        async def work() -> None:
            load(seconds)

        await one.timed(work())
        return one.spent()

    return asyncio.run(call())


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    power, why_not = Power.find(0)
    if power is None:
        sys.exit(f"gpu_meter: {why_not}")
    try:
        import torch
    except ImportError:
        sys.exit("gpu_meter: PyTorch is not installed here: there is nothing to load the card with")
    if not torch.cuda.is_available():
        sys.exit("gpu_meter: PyTorch sees no NVIDIA card here")
    cards = Nvml.find()
    if cards is None or cards.joules() is None:
        sys.exit("gpu_meter: siyaq's meter reads no joules, though NVML shows a card")
    meter = Meter(Sources(Machine(), gpu=cards), Prices())
    load(2.0)
    drawn, spent = Drawn(), []
    for _ in range(asked.rounds):
        time.sleep(0.5)
        drawn.watching(power, lambda: spent.append(metered(meter, asked.seconds)) or 0.0)
    joules = [
        (one.energy_joules or 0.0) - one.cpu_seconds * meter.sources.core_watts for one in spent
    ]
    figures = [
        figure(
            "joules of a call, the card's part",
            joules,
            "J",
            peer="mean of the watts sampled, times seconds",
            against=drawn.sampled,
        ),
        figure("joules counted by the card", drawn.counted, "J"),
        figure("seconds of the card", [one.gpu_seconds for one in spent], "s"),
        figure("seconds of the call", [one.seconds for one in spent], "s"),
        figure("processor seconds of the call", [one.cpu_seconds for one in spent], "s"),
    ]
    told = {
        "question": "the meter on a graphics card",
        "facts": power.facts() | {"energy_source": spent[-1].energy_source},
        "figures": figures,
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
