"""A sender of signed deliveries, as Standard Webhooks and GitHub sign them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from siyaq.core.errors import Overloaded
from siyaq.core.ports import Batch
from siyaq.sources.credential import Credential
from siyaq.sources.webhook import WebhookSource

KEY = b"thirty-two bytes of a secret key"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
URL = "webhook://orders"


def credential(secret: str = SECRET) -> Credential:
    return Credential(["SIYAQ_WEBHOOK_SECRET"], environ={"SIYAQ_WEBHOOK_SECRET": secret})


def signed(
    body: bytes, native_id: str, at: datetime | None = None, *, key: bytes = KEY
) -> dict[str, str]:
    """Return the headers of one attempt, in lower case."""
    told = str(int((at or datetime.now(UTC)).timestamp()))
    made = hmac.digest(key, f"{native_id}.{told}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": native_id,
        "webhook-timestamp": told,
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }


class DeliveredTo(WebhookSource):
    """A hook with a sender that sends each message until it is told that it is durable."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        super().__init__(URL, credential())
        self._messages = messages

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        sending = asyncio.create_task(self._send())
        try:
            async with aclosing(super().batches(resume)) as taken:
                async for batch in taken:
                    yield batch
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self) -> None:
        for number, message in enumerate(self._messages):
            while True:
                try:
                    await self.receive(signed(message, f"msg_{number}"), message)
                    break
                except Overloaded:
                    await asyncio.sleep(0)
