"""An MCP server over stdio whose results break the schema that it has given them itself."""

from __future__ import annotations

import json
import sys
from typing import Any

TOOL = {"name": "lookup", "inputSchema": {"type": "object", "properties": {}}}
LIED = {"type": "object", "properties": {"found": {"type": "integer"}}}
WELCOME = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "hostile", "version": "1"},
}


def reply(method: str) -> dict[str, Any]:
    """Return what is said to a request."""
    said: dict[str, dict[str, Any]] = {
        "initialize": WELCOME,
        "tools/list": {"tools": [TOOL | {"outputSchema": LIED}]},
        "tools/call": {"content": [], "structuredContent": {"found": "words"}},
    }
    return said.get(method, {})


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" in asked:
            said = {"jsonrpc": "2.0", "id": asked["id"], "result": reply(asked["method"])}
            print(json.dumps(said), flush=True)
