"""An MCP server whose results break the schema that it has given them itself, or never end.

Over stdio; `flood` as an argument has results never end, a port after it is for HTTP.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOOL = {"name": "lookup", "inputSchema": {"type": "object", "properties": {}}}
LIED = {"type": "object", "properties": {"found": {"type": "integer"}}}
WELCOME = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "hostile", "version": "1"},
}
PIECE = b"x" * (1 << 20)
PIECES = 1024
FLOODS = sys.argv[1:2] == ["flood"]


def reply(method: str) -> dict[str, Any]:
    """Return what is said to a request."""
    said: dict[str, dict[str, Any]] = {
        "initialize": WELCOME,
        "tools/list": {"tools": [TOOL | {"outputSchema": LIED}]},
        "tools/call": {"content": [], "structuredContent": {"found": "words"}},
    }
    return said.get(method, {})


def answer(asked: dict[str, Any], write: Callable[[bytes], object]) -> None:
    """Answer a request, or say a gigabyte that is none as far as anybody hears it."""
    if FLOODS and asked["method"] == "tools/call":
        for _ in range(PIECES):
            write(PIECE)
    told = {"jsonrpc": "2.0", "id": asked["id"], "result": reply(asked["method"])}
    write(json.dumps(told).encode() + b"\n")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if "id" in asked else 202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")  # which ends the answer
        self.end_headers()
        if "id" in asked:
            answer(asked, self.wfile.write)

    def do_GET(self) -> None:
        self.send_error(405)

    def log_message(self, *_: object) -> None:
        pass


def say(text: bytes) -> None:
    """Say something over stdio."""
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            answer(request, say)
