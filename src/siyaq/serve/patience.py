"""How long a connection may keep the server waiting: for a request's head, or to take a reply.

uvicorn closes what stays idle after a reply. It waits for ever for the first byte, for the rest of
a head that comes drop by drop ("slow loris"), and for whoever does not read: that ends here.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from siyaq.serve.metrics import HttpMetrics
from siyaq.serve.settings import ServeSettings


def patient(settings: ServeSettings, metrics: HttpMetrics) -> type[H11Protocol]:
    """Return the protocol of one server's connections."""

    class Patient(H11Protocol):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self._head: asyncio.TimerHandle | None = None
            self._taking: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > settings.max_connections:
                self._drop("too_many_connections")
                return
            self._head = self._after(settings.head_seconds, "slow_head")

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                _stop(self._head)
                self._head = None
            elif self._head is None:  # something has come, and it is no request yet
                self._head = self._after(settings.head_seconds, "slow_head")

        def pause_writing(self) -> None:
            super().pause_writing()
            # an event stream ends itself before, and tells
            seconds = 1.5 * settings.slow_client_seconds
            _stop(self._taking)
            self._taking = self._after(seconds, "slow_client")

        def resume_writing(self) -> None:
            super().resume_writing()
            _stop(self._taking)

        def connection_lost(self, exc: Exception | None) -> None:
            _stop(self._head)
            _stop(self._taking)
            super().connection_lost(exc)

        def _after(self, seconds: float, reason: str) -> asyncio.TimerHandle:
            return self.loop.call_later(seconds, self._drop, reason)

        def _drop(self, reason: str) -> None:
            metrics.dropped.labels(reason).inc()
            self.transport.abort()  # closing would wait for what is not taken

    return Patient


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
