"""A connection to an MCP server, by the official client, opened when it is first needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

from siyaq.agents.remote.bounded import BoundedTransport, program
from siyaq.agents.remote.servers import Server, filled
from siyaq.core.errors import SourceRefused, SourceUnavailable

if TYPE_CHECKING:
    from mcp import Client

logger = logging.getLogger("siyaq.agents")

OPEN_SECONDS = 30.0
MOST_WORDS = 300
"""Characters of what a server says is wrong that are shown."""

_TIMEOUT = httpx2.Timeout(OPEN_SECONDS, read=300.0)  # a call may take its time
_T = TypeVar("_T")


class _Connection:
    """One connection and how many calls are on it: once it is retired, it closes with the last.

    The client lives in a task of its own, since it must be closed where it was opened, and calls
    come from many.
    """

    def __init__(self, opened: Callable[[AsyncExitStack], Awaitable[Client]], name: str) -> None:
        self.ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._calls = 0
        self._retired = False
        self._name = name
        self.task = asyncio.create_task(self._hold(opened), name=f"mcp {name}")

    @asynccontextmanager
    async def used(self) -> AsyncGenerator[Client, None]:
        """Lend the client for one call. Raises what opening it raised."""
        self._calls += 1
        try:
            yield await asyncio.shield(self.ready)
        finally:
            self._calls -= 1
            if self._retired and not self._calls:
                self._over.set()

    def retire(self) -> None:
        """Take no more calls."""
        self._retired = True
        if not self._calls:
            self._over.set()

    async def close(self) -> None:
        """Close at once; a program that was started for it ends."""
        self._over.set()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _hold(self, opened: Callable[[AsyncExitStack], Awaitable[Client]]) -> None:
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(OPEN_SECONDS):
                    self.ready.set_result(await opened(stack))
                await self._over.wait()
        except Exception as error:  # noqa: BLE001  # it tells of a closed line in many ways
            if self.ready.done():
                logger.warning("an MCP server broke off", extra={"server": self._name})
            else:
                self.ready.set_exception(_unavailable(self._name, error))
                self.ready.exception()  # whoever waits is told; nobody may be
        finally:
            self.ready.cancel()


class Line:
    """What runs reach one server over. It belongs to one event loop."""

    def __init__(self, name: str, server: Server) -> None:
        self._name = name
        self._server = server
        self._now: _Connection | None = None
        self._all: set[_Connection] = set()

    async def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """Call a tool and return what comes back. Raises SourceUnavailable, SourceRefused."""
        return await self.asked(lambda client: client.call_tool(tool, arguments))

    async def asked(self, question: Callable[[Client], Awaitable[_T]]) -> _T:
        """Ask a server something and return its answer.

        A connection on which a question failed takes no other one; those that are on it already
        have their answers over it. Raises SourceUnavailable; SourceRefused for what the server
        itself calls an error, which is an answer.
        """
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        connection = self._connection()
        try:
            async with connection.used() as client:
                return await question(client)
        except MCPError as error:
            if error.code in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                self._retire(connection)
                raise _unavailable(self._name, error) from error
            words = " ".join(error.message.split())[:MOST_WORDS]
            raise SourceRefused(f"MCP server {self._name!r} says: {words}") from error
        except SourceUnavailable:
            self._retire(connection)
            raise
        except asyncio.CancelledError:  # nobody knows what the server is at now
            self._retire(connection)
            raise
        except Exception as error:  # the client tells of a bad server in many ways
            self._retire(connection)
            raise _unavailable(self._name, error) from error

    async def close(self) -> None:
        """Close every connection."""
        self._now = None
        for connection in list(self._all):
            await connection.close()

    def _connection(self) -> _Connection:
        if self._now is None or self._now.task.done():
            self._now = _Connection(self._opened, self._name)
            self._all.add(self._now)
            self._now.task.add_done_callback(
                lambda _, ended=self._now: self._all.discard(ended)  # type: ignore[misc]
            )
        return self._now

    def _retire(self, connection: _Connection) -> None:
        connection.retire()
        if self._now is connection:
            self._now = None

    async def _opened(self, stack: AsyncExitStack) -> Client:
        from mcp import Client  # loaded where a server is used
        from mcp.client.streamable_http import streamable_http_client

        server = self._server
        if server.command:
            env = {name: filled(value) for name, value in server.env.items()}
            transport = program(server.command, server.args, env)
        else:
            headers = {name: filled(value) for name, value in server.headers.items()}
            http = await stack.enter_async_context(
                httpx2.AsyncClient(
                    headers=headers, timeout=_TIMEOUT, transport=BoundedTransport(trust_env=False)
                )
            )
            transport = streamable_http_client(server.url, http_client=http)
        client = await stack.enter_async_context(Client(transport))
        # Not held to the schema of the server's own making: a pattern in it can take for ever.
        client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]
        return client


def _unavailable(name: str, error: Exception) -> SourceUnavailable:
    return SourceUnavailable(f"MCP server {name!r} does not answer ({type(error).__name__})")


async def _unchecked(name: str, result: Any) -> None:
    """Take what a tool brings as it is: words from outside."""
