"""A WebSub hub (W3C WebSub) for the newspapers: verifies intent, signs what it brings."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import httpx2
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

LEASE_SECONDS = 3_600


@dataclass(slots=True)
class Subscription:
    """Who wants to hear of a topic, where, and what both sides know."""

    topic: str
    callback: str
    secret: str
    lease_seconds: int


class Hub:
    """Subscriptions by callback. `refuses` denies them; `asked` keeps every request that came."""

    def __init__(self, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.asked: list[dict[str, str]] = []
        self.refuses = False
        self._lease_seconds = lease_seconds
        self._verifying: set[asyncio.Task[None]] = set()

    async def subscribe(self, request: Request) -> Response:
        """Take a request to subscribe or unsubscribe; its intent is verified afterwards."""
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(form)
        if not {"hub.mode", "hub.topic", "hub.callback"} <= form.keys():
            return PlainTextResponse("something is missing", 400)
        task = asyncio.create_task(self._verify(form))
        self._verifying.add(task)
        task.add_done_callback(self._verifying.discard)
        return Response(status_code=202)

    async def publish(
        self, topic: str, document: bytes, *, forge: Callable[[str], str] = lambda told: told
    ) -> list[int]:
        """Bring `document` to the topic's subscribers; return their statuses.

        `forge` changes the signature. A subscriber who says that it is gone is forgotten.
        """
        statuses: list[int] = []
        for one in [one for one in self.subscriptions.values() if one.topic == topic]:
            signed = hmac.new(one.secret.encode(), document, hashlib.sha256).hexdigest()
            async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
                answer = await client.post(
                    one.callback,
                    content=document,
                    headers={
                        "Content-Type": "application/xml",
                        "X-Hub-Signature": forge(f"sha256={signed}"),
                        "Link": f'<{topic}>; rel="self"',
                    },
                )
            statuses.append(answer.status_code)
            if answer.status_code == 410:
                del self.subscriptions[one.callback]
        return statuses

    async def _verify(self, form: dict[str, str]) -> None:
        callback, topic, mode = form["hub.callback"], form["hub.topic"], form["hub.mode"]
        if self.refuses:
            asked = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": "not you"}
        else:
            asked = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": secrets.token_hex(8)}
            if mode == "subscribe":
                asked["hub.lease_seconds"] = str(self._lease_seconds)
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
                answer = await client.get(callback, params=asked)
        except httpx2.HTTPError:
            return
        if answer.status_code != 200 or answer.text != asked.get("hub.challenge"):
            return
        if mode == "unsubscribe":
            self.subscriptions.pop(callback, None)
        else:
            secret = form.get("hub.secret", "")
            self.subscriptions[callback] = Subscription(
                topic, callback, secret, self._lease_seconds
            )
