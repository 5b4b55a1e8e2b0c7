"""Requests to X's API: one host, one token, JSON both ways."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from siyaq.core.errors import SourceUnavailable
from siyaq.core.ports import Clock
from siyaq.sources.decode import decode_value
from siyaq.sources.fetch import BODY_BYTES, Fetcher
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost

FIELDS: Mapping[str, str] = {
    "tweet.fields": "author_id,created_at,lang,conversation_id,referenced_tweets,"
    "in_reply_to_user_id,entities,public_metrics,possibly_sensitive,edit_history_tweet_ids,"
    "note_tweet,attachments,withheld",
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id,"
    "attachments.media_keys",
    "user.fields": "username,name,public_metrics",
    "media.fields": "type,url,alt_text,preview_image_url",
}
"""What is asked for with each post. No place is: siyaq keeps none."""

_LONGEST_WAIT_SECONDS = 960.0


class Api:
    """The API at `base`. The token goes there and to nobody else."""

    def __init__(self, fetcher: Fetcher, base: str, token: str, clock: Clock) -> None:
        self.base = base
        self.fetcher = fetcher
        self.headers = {"Authorization": f"Bearer {token}"}
        self._clock = clock

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Return the address of a resource."""
        return f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, object]:
        """Return what a resource holds. Raises Lost, Answered."""
        return await self._ask("GET", self.url(path, query))

    async def post(self, path: str, body: object) -> dict[str, object]:
        """Send `body` as JSON, and return the answer. Raises Lost, Answered."""
        return await self._ask("POST", self.url(path), msgspec.json.encode(body))

    async def raw(self, method: str, url: str, body: bytes = b"") -> bytes:
        """Send or fetch a file at an address that X named, without the token.

        Raises Lost, Answered, SourceRefused for an address that must not be reached.
        """
        headers = {"Content-Type": "text/plain"} if body else {}
        try:
            answer = await self.fetcher.send(method, url, headers=headers, body=body)
        except SourceUnavailable as error:
            raise Lost(str(error)) from error
        if answer.status not in (200, 201):
            raise Answered.read(answer.status, answer.headers, answer.body)
        return answer.body

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> Answered:
        """Return an answer as trouble; X says in seconds since 1970 until when to wait."""
        answer = Answered.read(status, headers, body)
        reset = headers.get("x-rate-limit-reset", "")
        if status == 429 and reset.isdecimal() and len(reset) < 12:
            left = int(reset) - self._clock.now().timestamp()
            answer.retry_after_seconds = min(max(left, 0.0), _LONGEST_WAIT_SECONDS)
        return answer

    async def _ask(self, method: str, url: str, body: bytes = b"") -> dict[str, object]:
        headers = dict(self.headers)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            answer = await self.fetcher.send(method, url, headers=headers, body=body)
        except SourceUnavailable as error:
            raise Lost(str(error)) from error
        if answer.status not in (200, 201):
            raise self.refused(answer.status, answer.headers, answer.body)
        try:
            told = decode_value(answer.body, limit=BODY_BYTES)
        except Refusal as refusal:
            raise Lost(f"the answer is not JSON: {refusal}") from refusal
        return told if isinstance(told, dict) else {}
