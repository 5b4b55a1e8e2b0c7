"""What a graphics card does here: operations, memory, a model's tokens, and the joules they take.

    python bench/gpu_rates.py [--repeats 5] [--seconds 3] [--out bench/results/gpu.json]

Needs PyTorch with CUDA for the rates and `nvidia-ml-py` for joules; says what is lacking. The model
is of Llama 3 8B's shape (arXiv 2407.21783, table 3) in bfloat16, with random weights and without
rotary positions: speed does not depend on what the weights say. It runs alone, without a serving
engine: what it reaches of the bare rates is what a plain PyTorch loop reaches.
`siyaq plan NAME --measured` reads what this prints.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measured import figure

IDLE_SECONDS = 5.0
SAMPLE_SECONDS = 0.02
SIZE = 8192  # of the square matrices
COPIED_BYTES = 4 << 30
PROMPTS, PROMPT_TOKENS = 4, 2048
READERS, CONTEXT = 64, 2048


class Power:
    """A card's own counters, through NVML: joules since the driver was loaded, watts now."""

    def __init__(self, library: Any, card: Any) -> None:
        self._library, self._card = library, card

    @classmethod
    def find(cls, number: int) -> tuple[Power | None, str]:
        """Return the card's counters, or None and why not."""
        try:
            import pynvml
        except ImportError:
            return None, "nvidia-ml-py is not installed (pip install nvidia-ml-py)"
        try:
            pynvml.nvmlInit()
            return cls(pynvml, pynvml.nvmlDeviceGetHandleByIndex(number)), ""
        except pynvml.NVMLError as error:
            return None, f"NVML does not answer: {error}"

    def facts(self) -> dict[str, object]:
        """Return what the card is, as the driver says."""
        library, card = self._library, self._card
        told: dict[str, object] = {"name": _text(library.nvmlDeviceGetName(card))}
        told["driver"] = _text(library.nvmlSystemGetDriverVersion())
        told["memory_bytes"] = int(library.nvmlDeviceGetMemoryInfo(card).total)
        with contextlib.suppress(library.NVMLError):
            told["limit_watts"] = library.nvmlDeviceGetPowerManagementLimit(card) / 1e3
        return told

    def joules(self) -> float:
        """Return the joules counted so far; nan for a card that does not count."""
        try:
            return float(self._library.nvmlDeviceGetTotalEnergyConsumption(self._card)) / 1e3
        except self._library.NVMLError:
            return float("nan")

    def watts(self) -> float:
        """Return what it draws: of this moment where told (Ampere on), else the last second's."""
        library = self._library
        with contextlib.suppress(library.NVMLError, AttributeError):
            told = library.nvmlDeviceGetFieldValues(self._card, [library.NVML_FI_DEV_POWER_INSTANT])
            if told[0].nvmlReturn == library.NVML_SUCCESS and told[0].value.uiVal:
                return float(told[0].value.uiVal) / 1e3
        return float(library.nvmlDeviceGetPowerUsage(self._card)) / 1e3


@dataclass
class Drawn:
    """What a card drew over a stretch of time, by its counter and by watts sampled meanwhile."""

    seconds: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    sampled: list[float] = field(default_factory=list)  # mean watts x seconds

    def watching(self, power: Power | None, work: Callable[[], float]) -> float:
        """Do work, and keep what was drawn meanwhile."""
        if power is None:
            return work()
        watts: list[float] = []
        over = threading.Event()

        def sample() -> None:
            while not over.wait(SAMPLE_SECONDS):
                watts.append(power.watts())

        sampler = threading.Thread(target=sample)
        before, began = power.joules(), time.perf_counter()
        sampler.start()
        done = work()
        seconds, after = time.perf_counter() - began, power.joules()
        over.set()
        sampler.join()
        if watts:
            self.seconds.append(seconds)
            self.counted.append(after - before)
            self.sampled.append(sum(watts) / len(watts) * seconds)
        return done

    def figures(self, name: str) -> list[dict[str, object]]:
        """Return mean watts, and both counts of the joules of a run."""
        if not self.seconds:
            return []
        pairs = zip(self.counted, self.seconds, strict=True)
        return [
            figure(f"{name}, drawn", [joules / seconds for joules, seconds in pairs], "W"),
            figure(
                f"{name}, joules counted",
                self.counted,
                "J",
                peer="mean of the watts sampled, times seconds",
                against=self.sampled,
            ),
        ]


def repeated(
    work: Callable[[], None], each: float, asked: argparse.Namespace, power: Power | None
) -> tuple[list[float], Drawn]:
    """Return how much of something is done a second, `each` a call of `work`, run by run."""
    import torch

    def run(seconds: float) -> float:
        calls, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            work()
            calls += 1
            torch.cuda.synchronize()
        return calls * each / (time.perf_counter() - began)

    run(1.0)  # clocks and caches
    drawn = Drawn()
    return [drawn.watching(power, lambda: run(asked.seconds)) for _ in range(asked.repeats)], drawn


class Model:
    """Decoder layers of Llama 3 8B's shape with random weights."""

    layers, width, heads, groups, head, inner, words = 32, 4096, 32, 8, 128, 14336, 128256

    def __init__(self, device: Any) -> None:
        import torch

        def weights(rows: int, columns: int) -> Any:
            made = torch.empty(rows, columns, device=device, dtype=torch.bfloat16)
            return made.normal_(0, 0.02)

        kept = self.groups * self.head
        self.blocks = [
            (
                weights(self.width + 2 * kept, self.width),
                weights(self.width, self.width),
                weights(2 * self.inner, self.width),
                weights(self.width, self.inner),
            )
            for _ in range(self.layers)
        ]
        self.last = weights(self.words, self.width)
        self.of_layers = sum(one.numel() for block in self.blocks for one in block)
        self.weights = self.of_layers + self.last.numel()

    def forward(self, x: Any, kept: Any = None) -> Any:
        """Return the last token's scores. `kept`: keys and values before it, a pair a layer."""
        from torch.nn import functional as f

        batch, length, _ = x.shape
        parts = [self.width, self.groups * self.head, self.groups * self.head]
        for number, (attend, out, up, down) in enumerate(self.blocks):
            query, key, value = f.linear(f.rms_norm(x, x.shape[-1:]), attend).split(parts, -1)
            key = key.view(batch, length, self.groups, self.head).transpose(1, 2)
            value = value.view(batch, length, self.groups, self.head).transpose(1, 2)
            if kept is None:
                query = query.view(batch, length, self.heads, self.head).transpose(1, 2)
                mixed = f.scaled_dot_product_attention(
                    query, key, value, is_causal=True, enable_gqa=True
                ).transpose(1, 2)
            else:  # one token: the heads of a group are its queries
                keys, values = kept[number]
                keys[:, :, -1:], values[:, :, -1:] = key, value
                query = query.view(batch, self.groups, self.heads // self.groups, self.head)
                mixed = f.scaled_dot_product_attention(query, keys, values)
            x = x + f.linear(mixed.reshape(batch, length, self.width), out)
            gate, inner = f.linear(f.rms_norm(x, x.shape[-1:]), up).chunk(2, -1)
            x = x + f.linear(f.silu(gate) * inner, down)
        return f.linear(x[:, -1], self.last)


def bare(asked: argparse.Namespace, power: Power | None) -> list[dict[str, object]]:
    """Return what matrix products and copies reach."""
    import torch

    device = f"cuda:{asked.device}"
    a, b = (torch.randn(SIZE, SIZE, device=device, dtype=torch.bfloat16) for _ in range(2))
    c = torch.empty_like(a)

    def multiply() -> None:
        for _ in range(20):
            torch.matmul(a, b, out=c)

    products, products_drawn = repeated(multiply, 20 * 2 * SIZE**3 / 1e12, asked, power)
    source = torch.zeros(COPIED_BYTES, device=device, dtype=torch.uint8)
    target = torch.empty_like(source)

    def copy() -> None:
        for _ in range(10):
            target.copy_(source)

    copies, copies_drawn = repeated(copy, 10 * 2 * COPIED_BYTES / 1e9, asked, power)
    return [
        figure("matrix products, bfloat16", products, "TFLOP/s", note=f"{SIZE} x {SIZE}, random"),
        *products_drawn.figures("matrix products"),
        figure("memory, read and written", copies, "GB/s"),
        *copies_drawn.figures("memory"),
    ]


def model(asked: argparse.Namespace, power: Power | None) -> list[dict[str, object]]:
    """Return the tokens a second of a model of 8 B weights, reading prompts and writing."""
    import torch

    device = f"cuda:{asked.device}"
    model, made = Model(device), {"device": device, "dtype": torch.bfloat16}
    prompts = torch.randn(PROMPTS, PROMPT_TOKENS, model.width, **made)
    read, read_drawn = repeated(
        lambda: model.forward(prompts), PROMPTS * PROMPT_TOKENS, asked, power
    )
    token = torch.randn(READERS, 1, model.width, **made)
    shape = (READERS, model.groups, CONTEXT, model.head)
    kept = [(torch.randn(shape, **made), torch.randn(shape, **made)) for _ in range(model.layers)]
    step = _graph(lambda: model.forward(token, kept))
    written, written_drawn = repeated(step, READERS, asked, power)
    bytes_a_step = 2 * (model.weights + 2 * model.layers * READERS * CONTEXT * 1024)
    return [
        figure("prompts read", read, "tokens/s", note=f"{PROMPTS} of {PROMPT_TOKENS} tokens"),
        *read_drawn.figures("prompts"),
        figure("tokens written", written, "tokens/s", note=f"{READERS} readers of {CONTEXT}"),
        *written_drawn.figures("writing"),
        figure("operations while reading", _times(read, 2e-12 * model.of_layers), "TFLOP/s"),
        figure("bytes read while writing", _times(written, 1e-9 * bytes_a_step / READERS), "GB/s"),
    ]


def _graph(work: Callable[[], object]) -> Callable[[], None]:
    """Return work recorded once and replayed, so that starting kernels costs nothing."""
    import torch

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def _times(values: list[float], factor: float) -> list[float]:
    return [value * factor for value in values]


def _text(told: object) -> str:
    return told.decode() if isinstance(told, bytes) else str(told)


def idle(power: Power) -> list[dict[str, object]]:
    """Return what the card draws with a program open on it and nothing to do."""

    def nothing() -> float:
        time.sleep(IDLE_SECONDS / 3)
        return 0.0

    drawn = Drawn()
    time.sleep(2.0)
    for _ in range(3):
        drawn.watching(power, nothing)
    return drawn.figures("idle")


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one run")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    asked = parser.parse_args()
    power, why_not = Power.find(asked.device)
    try:
        import torch
    except ImportError:
        sys.exit("gpu_rates: PyTorch is not installed here: without it no rate can be measured")
    if not torch.cuda.is_available():
        sys.exit("gpu_rates: PyTorch sees no NVIDIA card here: run this where nvidia-smi shows one")
    torch.cuda.set_device(asked.device)
    torch.set_grad_enabled(False)
    facts: dict[str, object] = {
        "name": torch.cuda.get_device_name(asked.device),
        "memory_bytes": torch.cuda.get_device_properties(asked.device).total_memory,
        "torch": torch.__version__,
    }
    figures = []
    if power is not None:
        facts |= power.facts()
        figures += idle(power)
    figures += bare(asked, power)
    torch.cuda.empty_cache()
    lacks = [why_not] if why_not else []
    try:
        figures += model(asked, power)
    except torch.cuda.OutOfMemoryError as error:
        lacks.append(f"the model needs 40 GB of the card's memory: {error}")
    told = {
        "question": "a graphics card",
        "date": datetime.now(UTC).date().isoformat(),
        "facts": facts,
        "lacks": lacks,
        "figures": figures,
    }
    text = json.dumps(told, indent=1)
    print(text)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
