"""A webhook as a platform that campaigns disturb: its sender goes on until it is answered."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from siyaq.core.errors import Overloaded
from siyaq.sources.credential import Credential
from siyaq.sources.webhook import WebhookSource
from siyaq.testing.brokered import STREAM, Brokered, Unstopped
from siyaq.testing.world.app_server import AppServer
from siyaq.testing.world.proxy import FaultProxy

KEY = b"thirty-two bytes of a secret key"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
_TIMEOUT_SECONDS = 0.6


def signed(
    body: bytes, native_id: str, at: datetime | None = None, *, key: bytes = KEY
) -> dict[str, str]:
    """Return the headers of one attempt as Standard Webhooks has them, in lower case."""
    told = str(int((at or datetime.now(UTC)).timestamp()))
    made = hmac.digest(key, f"{native_id}.{told}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": native_id,
        "webhook-timestamp": told,
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }


class _Hook:
    """Takes deliveries for whichever source listens now."""

    def __init__(self) -> None:
        self._source: WebhookSource | None = None

    def made(self, _: int) -> WebhookSource:
        credential = Credential(["SECRET"], environ={"SECRET": SECRET})
        self._source = WebhookSource(f"webhook://{STREAM}", credential)
        return self._source

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if self._source is None:
            return Response(status_code=503)
        try:
            await self._source.receive(dict(request.headers), body)
        except Overloaded:
            return Response(status_code=503)
        return Response(status_code=200)


@asynccontextmanager
async def webhook_platform(
    seed: int, *, posts_per_second: float = 20.0, speed: float = 10.0
) -> AsyncIterator[Brokered]:
    """Run a hook behind a wire, and its sender."""
    del seed  # whatever is random here is of the wire
    hook = _Hook()
    app = Starlette(routes=[Route("/", hook.take, methods=["POST"])])
    async with (
        AppServer(app) as server,
        FaultProxy(server.port, [b"POST /"], at_once=True) as wire,
        httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
    ):

        async def send(message: bytes) -> None:
            name = hashlib.sha256(message).hexdigest()[:16]
            url = f"http://127.0.0.1:{wire.port}/"
            answer = await client.post(url, content=message, headers=signed(message, name))
            answer.raise_for_status()

        platform = Unstopped(None, wire, hook.made)
        pause_seconds = 1 / (posts_per_second * speed)
        sending = asyncio.create_task(platform.publish(send, pause_seconds))
        try:
            yield platform
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
