"""Serving an app on a socket until told to stop, then ending well."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from siyaq.core.errors import ConfigError
from siyaq.serve.app import streams_of
from siyaq.serve.patience import patient
from siyaq.serve.sse import Streams

GRACE_SECONDS = 10
"""How long requests under way may take to end once the server is told to stop."""


async def run(app: FastAPI, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT, SIGTERM or cancellation; then end open streams and return.

    `on_ready` is called with the URL, its real port in it, once requests are taken. Raises
    ConfigError where the address cannot be had.
    """
    listener = bind(host, port)
    streams = streams_of(app)
    try:
        config = uvicorn.Config(
            app,
            http=patient(streams.settings, streams.metrics),
            log_config=None,
            access_log=False,  # paths and queries are what people ask: metrics count them instead
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = _Server(config, streams, lambda: on_ready(_url(host, listener)))
        serving = asyncio.ensure_future(server.serve([listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True
            await serving
            raise
    finally:
        listener.close()


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, streams: Streams, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._streams = streams
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.close()  # first: open streams would keep the rest waiting
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, without raising it again: our caller still has work to finish."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address. Raises ConfigError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"host {host!r} cannot be resolved", hint="give --host") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _refusal(host, port, error) from error
    return listener


def _refusal(host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"port {port} on {host!r} is in use", hint="give another with --port, or --port 0"
        )
    if error.errno == errno.EACCES:
        return ConfigError(
            f"port {port} on {host!r} is not ours to take", hint="give a --port above 1023"
        )
    return ConfigError(f"cannot listen on {host!r} port {port}: {error.strerror}")


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"
