"""An endless answer of X: one JSON object a line, and an empty line as a sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping

from siyaq.core.errors import SourceUnavailable
from siyaq.core.event import Rejected, RejectReason
from siyaq.sources.limits import LINE_BYTES
from siyaq.sources.trouble import Answered, Lost
from siyaq.sources.x.api import Api

Line = bytes | Rejected


async def read_lines(
    api: Api, path: str, query: Mapping[str, str], *, silence_seconds: float
) -> AsyncGenerator[list[Line]]:
    """Yield the lines of a stream as they arrive, none at first, once it is open.

    An empty list is a sign of life. Raises Lost when the stream ends or is silent, Answered when
    it is not opened.
    """
    try:
        async with api.fetcher.open(api.url(path, query), headers=api.headers) as answer:
            if answer.status != 200:
                async with asyncio.timeout(silence_seconds):
                    body = await anext(answer.pieces, b"")
                raise api.refused(answer.status, answer.headers, body)
            yield []
            lines = _Lines()
            while True:
                async with asyncio.timeout(silence_seconds):
                    piece = await anext(answer.pieces, b"")
                if not piece:
                    raise Lost("the stream ended")
                yield lines.feed(piece)
    except TimeoutError as error:
        raise Lost(f"no word for {silence_seconds:g} seconds") from error
    except SourceUnavailable as error:
        raise Lost(str(error)) from error


def require_data(message: Mapping[str, object]) -> None:
    """Raise Lost or Answered for a message that says why the stream is about to end."""
    if "data" in message:
        return
    errors = message.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else message
    told = first if isinstance(first, dict) else {}
    title = str(told.get("title") or told.get("type") or "")[:100]
    if not title:
        return
    if "operational-disconnect" in (title, told.get("type")) or "operational" in title.lower():
        raise Lost(f"X ended the stream: {title}")
    raise Answered(
        503, error=title, message=str(told.get("detail") or "")[:160], retry_after_seconds=None
    )


class _Lines:
    """Cuts pieces into lines. A line that is too long is told of, once, and passed over."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skipping = False

    def feed(self, piece: bytes) -> list[Line]:
        found: list[Line] = []
        *whole, rest = (bytes(self._rest) + piece).split(b"\n")
        for line in whole:
            body = line.strip()
            if self._skipping:
                self._skipping = False
            elif len(body) > LINE_BYTES:
                found.append(_too_large())
            elif body:
                found.append(body)
        self._rest = bytearray(rest)
        if len(self._rest) > LINE_BYTES:
            found += [] if self._skipping else [_too_large()]
            self._skipping = True
            self._rest.clear()
        return found


def _too_large() -> Rejected:
    return Rejected(reason=RejectReason.TOO_LARGE, detail=f"line longer than {LINE_BYTES} bytes")
