"""A sender of signed deliveries, as Standard Webhooks and GitHub sign them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from siyaq.core.errors import Overloaded
from siyaq.core.ports import Batch
from siyaq.sources.credential import Credential
from siyaq.sources.webhook import WebhookSource
from siyaq.testing.hooked import KEY, SECRET, signed

URL = "webhook://orders"
__all__ = ["KEY", "SECRET", "URL", "DeliveredTo", "credential", "signed"]


def credential(secret: str = SECRET) -> Credential:
    return Credential(["SIYAQ_WEBHOOK_SECRET"], environ={"SIYAQ_WEBHOOK_SECRET": secret})


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
