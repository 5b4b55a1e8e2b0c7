"""Alerts posted to an address, signed as Standard Webhooks 1.0 has it, through the one door out."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from siyaq.core.errors import SourceUnavailable
from siyaq.core.ports import Clock
from siyaq.sources.fetch import Fetcher
from siyaq.watches.model import Alert, Delivery

Written = Callable[[Alert], Awaitable[Mapping[str, object]]]


class Webhooks:
    """Posts alerts as JSON. `secret` gives the secret of a watch by its id."""

    def __init__(
        self, fetcher: Fetcher, write: Written, secret: Callable[[str], bytes], clock: Clock
    ) -> None:
        self._fetcher = fetcher
        self._write = write
        self._secret = secret
        self._clock = clock

    async def send(self, delivery: Delivery) -> None:
        """Post one alert. Raises SourceError where it was not taken with a 2xx."""
        body = msgspec.json.encode(await self._write(delivery.alert))
        headers = signed(
            body, delivery.id, self._clock.now(), self._secret(delivery.alert.watch_id)
        )
        headers["Content-Type"] = "application/json"
        answer = await self._fetcher.send("POST", delivery.target, headers=headers, body=body)
        if not 200 <= answer.status < 300:
            raise SourceUnavailable(f"it answered {answer.status}")


def signed(body: bytes, message_id: str, at: datetime, secret: bytes) -> dict[str, str]:
    """Return the headers of a signed delivery."""
    stamp = str(int(at.timestamp()))
    signature = hmac.digest(secret, b".".join((message_id.encode(), stamp.encode(), body)), sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + b64encode(signature).decode(),
    }


def shown_secret(secret: bytes) -> str:
    """Return a secret as receivers are told it."""
    return "whsec_" + b64encode(secret).decode()
