"""Opening a tracer: OpenTelemetry's where a receiver is set, else none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from siyaq.core.errors import ConfigError
from siyaq.traces.settings import TraceSettings
from siyaq.traces.span import Tracer

Count = Callable[[str, int], None]
"""Hears of spans: so many "made", "sent", or "lost" on the way."""


@contextmanager
def open_tracer(settings: TraceSettings | None, count: Count) -> Iterator[Tracer]:
    """Lend a tracer; leaving hands over what waits, within seconds, or lets it go.

    Raises ConfigError where a receiver is set and OpenTelemetry is not installed.
    """
    if settings is None:
        yield Tracer()
        return
    try:
        from siyaq.traces.otel import otel_tracer  # an optional extra
    except ImportError as error:
        raise ConfigError(
            f"traces.endpoint is set, and OpenTelemetry is not installed ({error.name})",
            hint="pip install 'siyaq[otel]', or leave traces.endpoint empty",
        ) from error
    with otel_tracer(settings, count) as tracer:
        yield tracer
