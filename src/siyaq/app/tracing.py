"""Traces as the settings want them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from siyaq import __version__
from siyaq.config import Config
from siyaq.obs import Metrics
from siyaq.traces import Tracer, TraceSettings, headers_in, open_tracer


@contextmanager
def open_traces(config: Config, metrics: Metrics) -> Iterator[Tracer]:
    """Lend what traces this process.

    Raises ConfigError: OpenTelemetry is not installed, a header cannot be read.
    """
    values = {key: str(value) for key, value in config.values.items() if key.startswith("traces.")}
    settings = None
    if values["traces.endpoint"]:
        settings = TraceSettings(
            endpoint=values["traces.endpoint"],
            headers=headers_in(values["traces.headers"], values["traces.headers_file"]),
            sample_rate=float(values["traces.sample_rate"]),
            version=__version__,
        )
    with open_tracer(settings, lambda what, n: metrics.spans.labels(what).inc(n)) as tracer:
        yield tracer
