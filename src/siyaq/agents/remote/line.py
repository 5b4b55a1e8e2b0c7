"""A connection to an MCP server, by the official client, opened when it is first needed."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from siyaq.agents.remote.servers import Server, filled
from siyaq.core.errors import SourceUnavailable

if TYPE_CHECKING:
    from mcp import Client

logger = logging.getLogger("siyaq.agents")

OPEN_SECONDS = 30.0
_TIMEOUT = httpx2.Timeout(OPEN_SECONDS, read=300.0)  # a call may take its time


class Line:
    """One run's connection to one server. It belongs to one event loop.

    The client lives in a task of its own, since it must be closed where it was opened, and calls
    come from many.
    """

    def __init__(self, name: str, server: Server) -> None:
        self._name = name
        self._server = server
        self._over = asyncio.Event()
        self._ready: asyncio.Future[Client] | None = None
        self._task: asyncio.Task[None] | None = None

    async def client(self) -> Client:
        """Return the client, connected. Raises SourceUnavailable."""
        if self._over.is_set():
            await self.close()
        if self._ready is None or self._task is None or self._task.done():
            self._ready, self._over = asyncio.get_running_loop().create_future(), asyncio.Event()
            holding = self._hold(self._ready, self._over)
            self._task = asyncio.create_task(holding, name=f"mcp {self._name}")
        return await asyncio.shield(self._ready)

    async def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """Call a tool and return what comes back. Raises SourceUnavailable."""
        client = await self.client()
        try:
            return await client.call_tool(tool, arguments)
        except asyncio.CancelledError:  # nobody knows what the server is at now
            self._over.set()
            raise
        except Exception as error:  # the client tells of a bad server in many ways
            self._over.set()  # the next call opens a new one
            raise self._unavailable(error) from error

    async def close(self) -> None:
        """Close the connection; a program that was started for it ends."""
        self._over.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _hold(self, ready: asyncio.Future[Client], over: asyncio.Event) -> None:
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(OPEN_SECONDS):
                    ready.set_result(await self._opened(stack))
                await over.wait()
        except Exception as error:  # noqa: BLE001  # it tells of a closed line in many ways
            if ready.done():
                logger.warning("an MCP server broke off", extra={"server": self._name})
            else:
                ready.set_exception(self._unavailable(error))
        finally:
            ready.cancel()

    async def _opened(self, stack: AsyncExitStack) -> Client:
        from mcp import Client, StdioServerParameters  # loaded where a server is used
        from mcp.client.stdio import stdio_client
        from mcp.client.streamable_http import streamable_http_client

        server = self._server
        if server.command:
            quiet = stack.enter_context(Path(os.devnull).open("w"))  # noqa: ASYNC230, SIM115  # no disk
            env = {name: filled(value) for name, value in server.env.items()}
            program = StdioServerParameters(
                command=server.command, args=list(server.args), env=env or None
            )
            transport = stdio_client(program, errlog=quiet)
        else:
            headers = {name: filled(value) for name, value in server.headers.items()}
            http = await stack.enter_async_context(
                httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT, trust_env=False)
            )
            transport = streamable_http_client(server.url, http_client=http)
        client = await stack.enter_async_context(Client(transport))
        # Not held to the schema of the server's own making: a pattern in it can take for ever.
        client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]
        return client

    def _unavailable(self, error: Exception) -> SourceUnavailable:
        return SourceUnavailable(
            f"MCP server {self._name!r} does not answer ({type(error).__name__})"
        )


async def _unchecked(name: str, result: Any) -> None:
    """Take what a tool brings as it is: words from outside."""
