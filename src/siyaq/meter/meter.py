"""What one call cost: its own seconds, and its share of the machine's joules meanwhile."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from siyaq.meter.prices import Prices
from siyaq.meter.sources import Sources
from siyaq.meter.tally import Tally, current, timed

T = TypeVar("T")

RESOLUTION_SECONDS = 0.25
"""The machine's counters are read at most so often: they move in steps of up to 10 ms."""

LOOK_BACK_SECONDS = 2.0
"""A call shorter than the resolution takes the machine's state from at most so long before it."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a call cost. Seconds of processor and card, joules and where they come from, bytes."""

    seconds: float  # wall time
    cpu_seconds: float
    gpu_seconds: float
    energy_joules: float | None
    energy_source: str
    bytes: int
    feed_usd: float
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    busy: float  # processor seconds of the whole machine
    cpu_joules: float | None
    gpu_joules: float | None


@dataclass(frozen=True, slots=True)
class _Share:
    joules: float
    gpu_seconds: float
    counted: bool  # by a counter, not estimated


class Call:
    """One call being metered. Its steps are run through `timed`."""

    def __init__(self, meter: Meter, began: _Reading) -> None:
        self.tally = Tally(current())
        self._meter = meter
        self._began = began
        self._started = time.perf_counter()

    def timed(self, work: Awaitable[T]) -> timed[T]:
        """Await something as the work of this call."""
        return timed(self.tally, work)

    def spent(self, *, model: str = "", input_tokens: int = 0, output_tokens: int = 0) -> Spent:
        """Return what it has cost so far."""
        seconds = time.perf_counter() - self._started
        tokens = (input_tokens, output_tokens)
        return self._meter.spent(self.tally, self._began, seconds, model, *tokens)


class Meter:
    """Meters calls. A second of a processor costs its share of what the machine drew meanwhile.

    The machine's joules between two readings are split by processor seconds: a call that did all
    of the machine's work in that time bears all of it, idle power included; two calls at once
    share it. Cards are shared by the seconds in which a model computed for each.
    """

    def __init__(self, sources: Sources, prices: Prices) -> None:
        self.sources = sources
        self.prices = prices
        self._lock = threading.Lock()
        self._readings: deque[_Reading] = deque([self._read(time.monotonic())], maxlen=64)

    def begin(self) -> Call:
        """Begin to meter a call."""
        return Call(self, self._reading())

    def spent(
        self,
        tally: Tally,
        began: _Reading,
        seconds: float,
        model: str,
        input_tokens: int,
        output_tokens: int,
    ) -> Spent:
        """Return what a call has cost that began at a reading."""
        share = self._share(tally, began)
        joules = share.joules if self.sources.metering else None
        cost = self.prices.of(
            cpu_seconds=tally.cpu_seconds,
            gpu_seconds=share.gpu_seconds,
            joules=joules,
            model=model,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            feed_usd=tally.feed_usd,
        )
        return Spent(
            seconds=seconds,
            cpu_seconds=tally.cpu_seconds,
            gpu_seconds=share.gpu_seconds,
            energy_joules=joules,
            energy_source=self.sources.named(counted=share.counted),
            bytes=tally.bytes,
            feed_usd=tally.feed_usd,
            cost_usd=cost,
        )

    def _share(self, tally: Tally, began: _Reading) -> _Share:
        sources = self.sources
        estimate = tally.cpu_seconds * sources.core_watts
        if sources.cpu is None and sources.gpu is None:
            return _Share(estimate, 0.0, counted=False)
        first, last = self._window(began)
        counted = first.cpu_joules is not None and last.cpu_joules is not None
        joules = estimate
        if first.cpu_joules is not None and last.cpu_joules is not None:
            busy = max(last.busy - first.busy, tally.cpu_seconds)
            part = tally.cpu_seconds / busy if busy > 0 else 0.0
            joules = (last.cpu_joules - first.cpu_joules) * part
        elapsed = last.at - first.at
        if sources.gpu is None or not tally.model_seconds or elapsed <= 0:
            return _Share(joules, 0.0, counted=counted)
        part = min(1.0, tally.model_seconds / elapsed)
        most = tally.model_seconds * sources.gpu.cards
        gpu_seconds = min(most, sources.gpu.busy_seconds(elapsed))
        whole = sources.cpu is not None and sources.cpu.name == "mqtt"  # it saw the cards too
        if first.gpu_joules is not None and last.gpu_joules is not None and not whole:
            joules += (last.gpu_joules - first.gpu_joules) * part
        return _Share(joules, gpu_seconds, counted=counted)

    def _window(self, began: _Reading) -> tuple[_Reading, _Reading]:
        """Return two readings around a call, further apart than the counters' steps if may be."""
        last = self._reading()
        if last.at - began.at >= RESOLUTION_SECONDS:
            return began, last
        with self._lock:
            earlier = [
                one
                for one in self._readings
                if last.at - LOOK_BACK_SECONDS <= one.at <= last.at - RESOLUTION_SECONDS
            ]
        if earlier:
            return earlier[-1], last
        return began, self._read(time.monotonic())

    def _reading(self) -> _Reading:
        """Return the newest reading, taking one where the last is too old."""
        if self.sources.cpu is None and self.sources.gpu is None:
            return self._readings[-1]
        now = time.monotonic()
        with self._lock:
            if now - self._readings[-1].at >= RESOLUTION_SECONDS:
                self._readings.append(self._read(now))
            return self._readings[-1]

    def _read(self, now: float) -> _Reading:
        cpu, gpu = self.sources.cpu, self.sources.gpu
        return _Reading(
            at=now,
            busy=self.sources.machine.busy_seconds(),
            cpu_joules=cpu.joules() if cpu is not None else None,
            gpu_joules=gpu.joules() if gpu is not None else None,
        )
