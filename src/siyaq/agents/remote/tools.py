"""Tools made of what MCP servers offer: no word of a server reaches a planner, and none is obeyed.

Of what a server says of itself only the names and types of arguments are taken; what a tool does
is told in the operator's words. What it brings back is text from outside. Every argument is a
sink, since all of them leave; and whatever is not said to only read is asked about each time.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import msgspec

from siyaq.agents.remote.line import OPEN_SECONDS, Line
from siyaq.agents.remote.servers import Allowed, Server
from siyaq.agents.tool import Act, AnyTool, Done, Tool
from siyaq.core.errors import QueryError, SourceRefused, SourceUnavailable

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import ListToolsResult

logger = logging.getLogger("siyaq.agents")

CALL_SECONDS = 60.0
AGAIN_SECONDS = 30.0
"""How long a server that did not answer is not asked again what it offers."""

MOST_ARGUMENTS = 100
"""Arguments of a tool that are known; a server that has more of them means no good."""

MOST_PAGES = 50
"""Pages of tools that a server is asked for: one that says that there are more may say so for ever.
"""
MAX_TEXT_CHARS = 1_000_000
_ARGUMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})

Schema = Mapping[str, Any]


class Given(msgspec.Struct):
    """Arguments as they are sent."""

    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTool(Tool[Given]):
    """A tool of a server. `takes` is the schema of its arguments, without a word of the server."""

    takes: Schema = field(default_factory=dict[str, Any])

    def read(self, arguments: Mapping[str, object]) -> Given:
        """Take arguments that it has, all that it needs; their types are the server's affair."""
        known, needed = self.takes["properties"], self.takes["required"]
        for name in arguments:
            if name not in known:
                raise QueryError(f"{self.name}: there is no argument {name!r}")
        for name in needed:
            if name not in arguments:
                raise QueryError(f"{self.name}: argument {name!r} is missing")
        return Given(dict(arguments))

    def schema(self) -> dict[str, object]:
        """Return the JSON schema of the arguments."""
        return dict(self.takes)


class Servers:
    """The MCP servers of one process. It belongs to one event loop."""

    def __init__(self, servers: Mapping[str, Server]) -> None:
        self._servers = servers
        self._takes: dict[str, Mapping[str, Schema]] = {}  # by server: its tools' arguments
        self._ill_until: dict[str, float] = {}

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[list[AnyTool], None]:
        """Lend the tools to one run, over connections of its own.

        A server that does not answer has none, which is logged.
        """
        lines = {name: Line(name, server) for name, server in self._servers.items()}
        try:
            for name, line in lines.items():
                await self._learn(name, line)
            yield [
                tool
                for name, line in lines.items()
                for tool in _tools(name, self._servers[name], self._takes.get(name, {}), line)
            ]
        finally:
            for line in lines.values():
                await line.close()

    async def _learn(self, name: str, line: Line) -> None:
        """Ask a server once what its tools take."""
        if name in self._takes or time.monotonic() < self._ill_until.get(name, 0.0):
            return
        try:
            self._takes[name] = await _offered(line)
        except SourceUnavailable as error:
            self._ill_until[name] = time.monotonic() + AGAIN_SECONDS
            logger.warning("tools are missing", extra={"why": str(error)})
            return
        for tool in self._servers[name].tools.keys() - self._takes[name].keys():
            logger.warning("an MCP server has no such tool", extra={"server": name, "tool": tool})


async def _offered(line: Line) -> Mapping[str, Schema]:
    """Return what the tools of a server take. Raises SourceUnavailable."""
    takes: dict[str, Schema] = {}
    cursor: str | None = None
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            for _ in range(MOST_PAGES):
                page = await line.asked(partial(_page, cursor))
                takes |= {tool.name: plain(tool.input_schema) for tool in page.tools}
                cursor = page.next_cursor
                if not cursor:
                    break
    except TimeoutError as error:
        raise SourceUnavailable("an MCP server does not come to the end of its tools") from error
    except SourceRefused as error:
        raise SourceUnavailable(str(error)) from error
    return takes


async def _page(cursor: str | None, client: Client) -> ListToolsResult:
    return await client.list_tools(cursor=cursor)


def plain(told: Mapping[str, Any]) -> Schema:
    """Return a schema's names and types of arguments, and nothing that was written in it.

    No more than MOST_ARGUMENTS: all of them stand in what a planner is told.
    """
    said, needed = told.get("properties"), told.get("required")
    properties = cast("Mapping[str, Any]", said) if isinstance(said, Mapping) else {}
    fit = (name for name in properties if _ARGUMENT.fullmatch(name))
    names = dict.fromkeys(islice(fit, MOST_ARGUMENTS))
    required = needed if isinstance(needed, list) else []
    return {
        "type": "object",
        "properties": {name: _typed(properties[name]) for name in names},
        "required": [name for name in required if name in names],
    }


def _typed(told: object) -> dict[str, object]:
    if not isinstance(told, Mapping):
        return {}
    said = cast("Mapping[str, object]", told)
    typed: dict[str, object] = {}
    if isinstance(kind := said.get("type"), str) and kind in _TYPES:
        typed["type"] = kind
    if "items" in said:
        typed["items"] = _typed(said["items"])
    return typed


def _tools(server: str, told: Server, takes: Mapping[str, Schema], line: Line) -> Iterator[AnyTool]:
    for name, allowed in told.tools.items():
        if name in takes:
            yield _tool(f"{server}__{name}", name, allowed, takes[name], line)


def _tool(name: str, remote: str, allowed: Allowed, takes: Schema, line: Line) -> AnyTool:
    async def run(asked: Given, _: Act) -> Done:
        return Done(_brought(await line.call(remote, asked.arguments)))

    return RemoteTool(
        name=name,
        about=allowed.about,
        arguments=Given,
        takes=takes,
        run=run,
        outside=True,
        acts=not allowed.reads,
        again=allowed.reads,
        sinks=frozenset(takes["properties"]),
        seconds=CALL_SECONDS,
    )


def _brought(result: Any) -> dict[str, object]:
    """Return what came back as JSON: its text, its data, whether it is an error."""
    texts = [part.text for part in result.content if part.type == "text"]
    text = "\n".join(texts)
    if len(text) > MAX_TEXT_CHARS:
        raise SourceUnavailable(f"it sent more than {MAX_TEXT_CHARS} characters")
    return {
        "text": text,
        "data": result.structured_content,
        "error": bool(result.is_error),
        "left_out": len(result.content) - len(texts),  # pictures, sounds, links
    }
