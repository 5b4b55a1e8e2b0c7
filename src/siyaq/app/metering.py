"""The meter where every answer, card and search passes, and what becomes of its figures."""

from __future__ import annotations

import asyncio
import collections
import weakref
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from prometheus_client import Counter

from siyaq.config import Config
from siyaq.core.answer import Usage
from siyaq.core.event import PostEvent
from siyaq.core.ports import Batch
from siyaq.core.reports import Totals
from siyaq.meter import Ledger, Meter, MeteredExecutor, Prices, Sources, Spent, open_sources
from siyaq.meter.meter import Call
from siyaq.meter.prices import amount, post_prices, token_prices
from siyaq.obs import Metrics

_metered_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


class Metering:
    """Meters calls, writes them on the bill of the data directory, and exports their sums."""

    def __init__(self, meter: Meter, ledger: Ledger, metrics: Metrics) -> None:
        self.meter = meter
        self.ledger = ledger
        self._metrics = metrics
        self._by_kind: dict[str, tuple[Counter, ...]] = {}

    def begin(self) -> Call:
        """Begin to meter a call of this event loop."""
        return self.meter.begin()

    def end(self, kind: str, call: Call, usage: Usage, model: str = "") -> Usage:
        """Put what a call has cost on the bill, and return its usage with it."""
        spent = call.spent(
            model=model, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens
        )
        self._count(kind, spent, usage)
        return replace(
            usage,
            seconds=spent.seconds,
            cpu_seconds=spent.cpu_seconds,
            gpu_seconds=spent.gpu_seconds,
            energy_joules=spent.energy_joules,
            energy_source=spent.energy_source,
            bytes=spent.bytes,
            feed_usd=spent.feed_usd,
            cost_usd=spent.cost_usd,
        )

    def taken(self, batches: Iterable[Batch]) -> None:
        """Put on the bill what platforms charge for the posts of some batches."""
        prices = self.meter.prices.posts
        if not prices:
            return
        charged = collections.Counter(
            event.post.source
            for batch in batches
            for event in batch.events
            if isinstance(event, PostEvent) and event.post and event.post.source in prices
        )
        for source, posts in charged.items():
            usd = posts * prices[source]
            self._metrics.feed_usd.labels(source).inc(usd)
            self.ledger.add("ingest", Totals(calls=posts, feed_usd=usd, usd=usd))

    def _counters(self, kind: str) -> tuple[Counter, ...]:
        """Return the counters of a kind of call, looked up once."""
        if kind not in self._by_kind:
            metrics = self._metrics
            self._by_kind[kind] = (
                metrics.cpu_seconds.labels(kind),
                metrics.gpu_seconds.labels(kind),
                metrics.tokens.labels(kind, "input"),
                metrics.tokens.labels(kind, "output"),
                metrics.bytes.labels(kind),
                metrics.usd.labels(kind),
            )
        return self._by_kind[kind]

    def _count(self, kind: str, spent: Spent, usage: Usage) -> None:
        cpu, gpu, read, written, bytes_read, usd = self._counters(kind)
        cpu.inc(spent.cpu_seconds)
        gpu.inc(spent.gpu_seconds)
        read.inc(usage.input_tokens)
        written.inc(usage.output_tokens)
        bytes_read.inc(spent.bytes)
        usd.inc(spent.cost_usd or 0.0)
        joules = self._metrics.joules.labels(kind, spent.energy_source)
        joules.inc(spent.energy_joules or 0.0)
        totals = Totals(
            calls=1,
            seconds=spent.seconds,
            cpu_seconds=spent.cpu_seconds,
            gpu_seconds=spent.gpu_seconds,
            joules=spent.energy_joules or 0.0,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            bytes=spent.bytes,
            feed_usd=spent.feed_usd,
            usd=spent.cost_usd or 0.0,
        )
        self.ledger.add(kind, totals)


@asynccontextmanager
async def open_metering(config: Config, metrics: Metrics) -> AsyncIterator[Metering]:
    """Open the meter of a data directory; on leaving, its bill is written.

    From here on the threads of this event loop are metered. Raises ConfigError for a price or a
    power meter that cannot be understood.
    """
    sources = await asyncio.to_thread(_sources, config)
    ledger = Ledger(config.data)
    _meter_threads()
    try:
        yield Metering(Meter(sources, _prices(config)), ledger, metrics)
    finally:
        sources.close()
        await asyncio.to_thread(ledger.flush)


def _meter_threads() -> None:
    """Let the event loop run blocking work in threads that know whose it is."""
    loop = asyncio.get_running_loop()
    if loop not in _metered_loops:
        loop.set_default_executor(MeteredExecutor(thread_name_prefix="siyaq"))
        _metered_loops.add(loop)


def _sources(config: Config) -> Sources:
    values = config.values
    return open_sources(
        energy=str(values["meter.energy"]),
        mqtt=str(values["meter.mqtt"]),
        core_watts=amount(str(values["meter.core_watts"]), "meter.core_watts"),
    )


def _prices(config: Config) -> Prices:
    values = {key: str(value) for key, value in config.values.items()}
    return Prices(
        kwh=amount(values["prices.kwh"], "prices.kwh"),
        cpu_hour=amount(values["prices.cpu_hour"], "prices.cpu_hour"),
        gpu_hour=amount(values["prices.gpu_hour"], "prices.gpu_hour"),
        models=token_prices(values["prices.models"], "prices.models"),
        posts=post_prices(values["prices.posts"], "prices.posts"),
    )
