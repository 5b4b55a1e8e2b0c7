"""A receiver of OTLP over HTTP on loopback, which reads what it gets with OpenTelemetry's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

Manner = Literal["well", "silent", "garbage", "busy", "endless", "elsewhere"]


@dataclass(frozen=True)
class Received:
    """A span as it arrived."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: Mapping[str, object]
    words: str  # all that it says, for a look at what it must not say


@dataclass
class Receiver:
    """What has arrived; `manner` is how it answers."""

    manner: Manner = "well"
    url: str = ""
    spans: list[Received] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    resource: dict[str, object] = field(default_factory=dict)
    asked: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def named(self, name: str) -> Received:
        """Return the one span of a name."""
        (found,) = (one for one in self.spans if one.name == name)
        return found

    def below(self, parent: Received) -> list[Received]:
        """Return the spans within one, in the order that they began in."""
        return [one for one in self.spans if one.parent == parent.id]


@contextmanager
def receiving(manner: Manner = "well") -> Iterator[Receiver]:
    """Receive until the block ends."""
    receiver = Receiver(manner)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.headers.append({key.lower(): value for key, value in self.headers.items()})
            receiver.asked.set()
            with suppress(OSError):  # the client hung up
                _answer(receiver, self, body if self.path == "/v1/traces" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    return Handler


def _answer(receiver: Receiver, http: BaseHTTPRequestHandler, body: bytes) -> None:
    match receiver.manner:
        case "silent":
            receiver.closing.wait(60)
        case "garbage":
            http.wfile.write(b"\xff\xfe nonsense \r\n\r\n")
        case "busy":
            _whole(http, 503, b"", retry_after="86400")
        case "elsewhere":
            _whole(http, 307, b"", location="http://127.0.0.1:1/stolen")
        case "endless":
            _whole(http, 500, b"", length=2**40)
            while not receiver.closing.wait(0.01):
                http.wfile.write(b"x" * 4_096)
        case "well":
            receiver.spans += _read(body, receiver.resource)
            _whole(http, 200, ExportTraceServiceResponse().SerializeToString())


def _whole(
    http: BaseHTTPRequestHandler, status: int, body: bytes, *, length: int = 0, **headers: str
) -> None:
    http.send_response(status)
    for name, value in headers.items():
        http.send_header(name.replace("_", "-"), value)
    http.send_header("content-length", str(length or len(body)))
    http.end_headers()
    http.wfile.write(body)


def _read(body: bytes, resource: dict[str, object]) -> Iterator[Received]:
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource |= {one.key: _value(one.value) for one in group.resource.attributes}
        for scope in group.scope_spans:
            for one in scope.spans:
                yield Received(
                    name=one.name,
                    kind=SpanMessage.SpanKind.Name(one.kind).removeprefix("SPAN_KIND_").lower(),
                    trace=one.trace_id.hex(),
                    id=one.span_id.hex(),
                    parent=one.parent_span_id.hex(),
                    failed=one.status.code == 2,
                    attributes={each.key: _value(each.value) for each in one.attributes},
                    words=str(one),
                )


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, str(kind))
