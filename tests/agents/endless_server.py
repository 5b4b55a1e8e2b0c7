"""A real MCP server over stdio that never comes to the end of its tools."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import ListToolsResult, Tool


async def told(_: object, __: object) -> ListToolsResult:
    """Tell of one tool, and that there are more."""
    takes = {"type": "object", "properties": {"street": {"type": "string"}}}
    return ListToolsResult(tools=[Tool(name="lookup", input_schema=takes)], next_cursor="more")


async def main() -> None:
    """Serve until the other side hangs up."""
    server: Server[Any] = Server("endless", on_list_tools=told)
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(main)
