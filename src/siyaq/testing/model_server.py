"""A server that speaks OpenAI's chat completions on loopback, and misbehaves on request.

What it says is a function of what it was asked; how it says it (slowly, half, not at all, not in
the protocol) is part of the reply. Every request is kept for the test to look at.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer. `pieces` are streamed one chunk each.

    `dies_after` pieces the connection is cut; `stalls_after` pieces nothing comes for
    `stall_seconds`; `raw` is sent instead of any protocol.
    """

    pieces: Sequence[str] = ()
    status: int = 200
    location: str = ""
    finish: str | None = "stop"
    dies_after: int | None = None
    stalls_after: int | None = None
    stall_seconds: float = 5.0
    raw: bytes | None = None
    tool_calls: Sequence[Mapping[str, object]] = ()
    seconds_a_piece: float = 0.0

    @classmethod
    def of(cls, text: str, size: int = 7) -> Reply:
        """Reply with `text`, in pieces of `size` characters."""
        return cls(pieces=[text[at : at + size] for at in range(0, len(text), size)])


Behavior = Callable[[Mapping[str, Any]], Reply]
"""From the body of a request to what is answered."""


@dataclass
class ModelServer:
    """Serves until it is left. `requests` and `headers` are what came, in order."""

    behavior: Behavior
    requests: list[Mapping[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # a client hung up
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False  # on leaving, every reply is over and its socket closed
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"


def says(text: str) -> Behavior:
    """Answer the same to everything."""
    return lambda _: Reply.of(text)


def in_turn(*replies: Reply) -> Behavior:
    """Answer the first request with the first reply, and so on; the last one from then on."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = json.loads(body)
            server.requests.append(asked)
            server.headers.append({key.lower(): value for key, value in self.headers.items()})
            reply = server.behavior(asked)
            self.close_connection = True
            try:
                self._answer(reply)
            except OSError:  # the client hung up
                server.left.set()

        def _answer(self, reply: Reply) -> None:
            if reply.raw is not None or reply.status != 200:
                told = b'{"error": {"message": "refused, key sk-echo"}}'
                self._whole(reply, told if reply.raw is None else reply.raw)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            for at, chunk in enumerate(_chunks(reply)):
                if at == reply.dies_after:
                    return
                if at == reply.stalls_after:
                    server.closing.wait(reply.stall_seconds)
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.flush()
                if reply.seconds_a_piece:
                    time.sleep(reply.seconds_a_piece)
            self.wfile.write(b"data: [DONE]\n\n")

        def _whole(self, reply: Reply, body: bytes) -> None:
            self.send_response(reply.status)
            if reply.location:
                self.send_header("location", reply.location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            """Say nothing."""

    return Handler


def _chunks(reply: Reply) -> Iterator[Mapping[str, object]]:
    for piece in reply.pieces:
        yield _chunk({"content": piece}, None)
    if reply.tool_calls:
        yield _chunk({"tool_calls": list(reply.tool_calls)}, None)
    if reply.finish is not None:
        usage = {"prompt_tokens": 11, "completion_tokens": len(reply.pieces), "total_tokens": 0}
        yield {**_chunk({}, reply.finish), "usage": usage}


def _chunk(delta: Mapping[str, object], finish: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "reply", "object": "chat.completion.chunk", "created": 0, "model": "stub"}
    return {**head, "choices": [choice]}
