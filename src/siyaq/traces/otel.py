"""The door to OpenTelemetry: spans in its data model, sent as OTLP over HTTP.

Nothing waits for the receiver. Spans that end are put into a bounded queue, from which a thread
sends them in batches; where the receiver is down, slow or answers nonsense, batches are lost and
counted, and a full queue lets its oldest go. OpenTelemetry's own global tracer is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace import Tracer as OtelTracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from siyaq.traces.settings import TraceSettings
from siyaq.traces.span import Attributes, Kind, Span, Tracer
from siyaq.traces.tracer import Count

QUEUE = 2_048
"""Spans that wait at most."""

BATCH = 256
EVERY_MILLISECONDS = 1_000
SEND_SECONDS = 5.0
"""How long a batch is tried, and a receiver may be silent."""

CLOSE_SECONDS = 2.0
ATTRIBUTE_CHARS = 200

_KINDS: Final = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
}
_CONTEXT: Final = TraceContextTextMapPropagator()

logger = logging.getLogger("siyaq.traces")


@contextmanager
def otel_tracer(settings: TraceSettings, count: Count) -> Iterator[Tracer]:
    """Lend a tracer that sends its spans to a receiver."""
    exporter = _Exporter(settings, count)
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.sample_rate)),
        resource=Resource.create({"service.name": "siyaq", "service.version": settings.version}),
        span_limits=SpanLimits(max_span_attribute_length=ATTRIBUTE_CHARS, max_span_attributes=32),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(_Counting(count))
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=QUEUE,
            schedule_delay_millis=EVERY_MILLISECONDS,
            max_export_batch_size=BATCH,
        )
    )
    try:
        yield _Tracer(provider.get_tracer("siyaq", settings.version))
    finally:
        closing = Thread(target=provider.shutdown, name="traces end", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)
        exporter.give_up()
        closing.join(CLOSE_SECONDS)


class _Tracer(Tracer):
    def __init__(self, tracer: OtelTracer) -> None:
        self._tracer = tracer

    def root(self, name: str, attributes: Attributes, kind: Kind, traceparent: str) -> Span:
        context = Context()
        if traceparent:
            context = _CONTEXT.extract({"traceparent": traceparent}, context)
        return _begun(self._tracer, context, name, attributes, kind)


class _Told(Span):
    """A span of OpenTelemetry's."""

    def __init__(self, tracer: OtelTracer, span: OtelSpan) -> None:
        self._tracer = tracer
        self._span = span

    def child(self, name: str, attributes: Attributes, kind: Kind = "internal") -> Span:
        return _begun(self._tracer, self._context(), name, attributes, kind)

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def named(self, name: str) -> None:
        self._span.update_name(name)

    def failed(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR))

    def headers(self) -> Mapping[str, str]:
        carrier: dict[str, str] = {}
        _CONTEXT.inject(carrier, self._context())
        return carrier

    def end(self) -> None:
        self._span.end()

    def _context(self) -> Context:
        return set_span_in_context(self._span, Context())


def _begun(
    tracer: OtelTracer, context: Context, name: str, attributes: Attributes, kind: Kind
) -> Span:
    begun = tracer.start_span(name, context=context, kind=_KINDS[kind], attributes=attributes)
    return _Told(tracer, begun)


class _Counting(SpanProcessor):
    """Counts the spans that are to be sent."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is not None and span.context.trace_flags.sampled:
            self._count("made", 1)


class _Session(requests.Session):
    """Reads the head of an answer alone, and takes a redirect for a refusal."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request; its answer is closed, however much more the receiver would say."""
        options["stream"] = True
        response = super().send(request, **options)
        response.close()
        if response.is_redirect:  # headers go where they were meant to go
            raise requests.TooManyRedirects(response=response)
        return response


class _Exporter(SpanExporter):
    """OpenTelemetry's exporter, whatever the receiver does to it. Counts what arrives."""

    def __init__(self, settings: TraceSettings, count: Count) -> None:
        self._exporter = OTLPSpanExporter(
            endpoint=settings.address,
            headers=settings.headers,
            timeout=SEND_SECONDS,
            session=_Session(),
        )
        self._address = settings.address
        self._count = count
        self._given_up = False
        self._failed = 0
        # it would tell what a receiver answers, once for each batch
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch; a failure is counted, and told the 1st, 10th, 100th … time."""
        try:
            result = SpanExportResult.FAILURE if self._given_up else self._exporter.export(spans)
        except Exception:  # noqa: BLE001  # of a library that met something odd
            result = SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self._count("sent", len(spans))
            return result
        self._count("lost", len(spans))
        self._failed += 1
        if self._failed == 10 ** (len(str(self._failed)) - 1):
            logger.warning("traces lost", extra={"to": self._address, "times": self._failed})
        return result

    def give_up(self) -> None:
        """Send no more, and wait no longer before the next try."""
        self._given_up = True
        if not self._exporter._shutdown:  # noqa: SLF001  # it complains of a second time
            self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def shutdown(self) -> None:
        """Called by the library once its queue is empty."""
        self.give_up()
