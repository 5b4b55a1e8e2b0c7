"""Traces: what each request, answer, model call and agent's step took, as spans.

Owns: the span at hand (`current`), which travels with its task, and the door to OpenTelemetry
(`open_tracer`), an optional extra that is loaded where a receiver is set and nowhere else.
Refuses: words of anybody. Attributes hold names, ids, counts and kinds of errors; what was asked,
posted, prompted or replied never stands in one.
"""

from siyaq.traces.settings import TraceSettings, headers_in
from siyaq.traces.span import (
    NOTHING,
    Attributes,
    Span,
    Tracer,
    current,
    during,
    ended,
    span,
    streamed,
)
from siyaq.traces.tracer import open_tracer

__all__ = [
    "NOTHING",
    "Attributes",
    "Span",
    "TraceSettings",
    "Tracer",
    "current",
    "during",
    "ended",
    "headers_in",
    "open_tracer",
    "span",
    "streamed",
]
