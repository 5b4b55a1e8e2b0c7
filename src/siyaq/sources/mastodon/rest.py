"""What is asked of a server over REST: where it streams, what was missed, what is still there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from siyaq.core.errors import SourceUnavailable
from siyaq.core.ports import Clock
from siyaq.sources import fields
from siyaq.sources.decode import decode_value
from siyaq.sources.fetch import BODY_BYTES, Fetched, Fetcher
from siyaq.sources.mastodon.address import Stream
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Answered, Lost

PAGE = 40
"""Statuses in one answer: the most that Mastodon gives."""

LOOKUP = 20
"""Statuses asked for by id at once: the most that Mastodon takes."""

_TRANSPORTS = {"https": "https", "wss": "https", "http": "http", "ws": "http"}

Page = list[dict[str, object]]


class Api:
    """One server's REST interface. `token` goes to that server and to nobody else."""

    def __init__(self, fetcher: Fetcher, base: str, token: str, clock: Clock) -> None:
        self._fetcher = fetcher
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._clock = clock

    async def streaming_base(self) -> str:
        """Return "https://HOST" of the server that streams: often another than the one asked.

        Raises Lost, Answered.
        """
        try:
            body = await self._get("/api/v2/instance", {})
        except Answered as answer:
            if answer.status != 404:
                raise
            return self._base
        configuration = body.get("configuration") if isinstance(body, dict) else None
        urls = configuration.get("urls") if isinstance(configuration, dict) else None
        told = urls.get("streaming") if isinstance(urls, dict) else None
        if not isinstance(told, str) or not fields.web_url(told.replace("ws", "http", 1)):
            return self._base
        parts = urlsplit(told)
        scheme = _TRANSPORTS.get(parts.scheme, "https")
        if self._base.startswith("https:"):
            scheme = "https"  # a token that is kept from wires does not go out in the clear
        return f"{scheme}://{parts.netloc}"

    async def newer(self, stream: Stream, after: str, pages: int) -> AsyncGenerator[Page]:
        """Yield what follows the id `after`, oldest first, at most so many pages.

        The last one is not full, unless there is more. Raises Lost, Answered.
        """
        path, only = stream.timeline
        for _ in range(pages):
            page = await self._page(path, {**only, "min_id": after, "limit": str(PAGE)})
            page.sort(key=lambda status: order(str(status.get("id"))))
            yield page
            if len(page) < PAGE:
                return
            after = str(page[-1].get("id"))

    async def latest(self, stream: Stream, after: str, pages: int) -> Page:
        """Return the newest statuses behind the id `after`, oldest first, of so many pages.

        Raises Lost, Answered.
        """
        path, only = stream.timeline
        found: Page = []
        for _ in range(pages):
            below = {"max_id": str(found[0].get("id"))} if found else {}
            page = await self._page(path, {**only, **below, "limit": str(PAGE)})
            page.sort(key=lambda status: order(str(status.get("id"))))
            new = [status for status in page if order(str(status.get("id"))) > order(after)]
            found = new + found
            if len(new) < PAGE:
                break
        return found

    async def newest(self, stream: Stream) -> str:
        """Return the id of the newest status, or "". Raises Lost, Answered."""
        path, only = stream.timeline
        page = await self._page(path, {**only, "limit": "1"})
        return str(page[0].get("id")) if page else ""

    async def first_after(self, stream: Stream, after: str) -> str:
        """Return the id of the first status after `after`, or "". Raises Lost, Answered."""
        path, only = stream.timeline
        page = await self._page(path, {**only, "min_id": after, "limit": "1"})
        return str(page[0].get("id")) if page else ""

    async def still_there(self, ids: Sequence[str]) -> Page:
        """Return those of at most 20 statuses that can be seen. Raises Lost, Answered."""
        return await self._page("/api/v1/statuses", [("id[]", one) for one in ids])

    async def _page(self, path: str, query: Mapping[str, str] | Sequence[tuple[str, str]]) -> Page:
        body = await self._get(path, query)
        if not isinstance(body, list):
            raise Lost(f"{path!r} did not answer with a list")
        return [item for item in body if isinstance(item, dict)]

    async def _get(self, path: str, query: Mapping[str, str] | Sequence[tuple[str, str]]) -> object:
        url = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer = await self._fetcher.get(url, headers=self._headers)
        except SourceUnavailable as error:
            raise Lost(str(error)) from error
        if answer.status != 200:
            raise self._refused(answer)
        try:
            return decode_value(answer.body, limit=BODY_BYTES)
        except Refusal as refusal:
            raise Lost(f"{path!r} answered with what is not JSON: {refusal}") from refusal

    def _refused(self, answer: Fetched) -> Answered:
        """Return the answer as trouble; a rate limit says until when in a header of its own."""
        refused = Answered.read(answer.status, answer.headers, answer.body)
        reset = _moment(answer.headers.get("x-ratelimit-reset"))
        if refused.status == 429 and refused.retry_after_seconds is None and reset is not None:
            left = (reset - self._clock.now()).total_seconds()
            refused.retry_after_seconds = min(max(left, 0.0), 3600.0)
        return refused


def order(status_id: str) -> tuple[int, str]:
    """Return a key by which ids sort: a longer one is the later, as Mastodon's own clients do."""
    return len(status_id), status_id


def _moment(text: str | None) -> datetime | None:
    try:
        return fields.moment(text, "reset")
    except Refusal:
        return None
