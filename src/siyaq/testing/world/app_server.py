"""A web application of the world on loopback, beside whatever else runs on the event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette


class _Server(uvicorn.Server):
    """uvicorn inside somebody else's program: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class AppServer:
    """Serves `app`, WebSockets included. An async context manager; a restart keeps the port.

    What is being answered when it stops has `graceful_seconds` to end.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        graceful_seconds: int = 0,
    ) -> None:
        self._app = app
        self._host = host
        self._graceful_seconds = graceful_seconds
        self.port = port
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Listen; connections made from now on are answered once the loop runs."""
        listener = socket.create_server((self._host, self.port))
        self.port = listener.getsockname()[1]
        settings = uvicorn.Config(
            self._app,
            log_level="critical",  # answers that are cut short on purpose are errors to it
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            ws_ping_interval=None,  # clients ping; the server answers
            timeout_graceful_shutdown=self._graceful_seconds,
        )
        self._server = _Server(settings)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening and end what is being answered."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None
