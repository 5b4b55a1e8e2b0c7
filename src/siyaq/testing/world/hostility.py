"""How a web server misbehaves: each answer here is one that some server really gives."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from siyaq.testing.world.faults import Fault

PRIVATE = "http://169.254.169.254/latest/meta-data/"
_BOMB_BYTES = 64 * 2**20
_ENDLESS_PIECE = b"<!-- and so on -->" * 3_000
_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 12))
    + b']><rss version="2.0"><channel><item><title>&l;</title></item></channel></rss>'
)


async def misbehave(
    fault: Fault, request: Request, document: bytes, headers: Mapping[str, str], media_type: str
) -> Response:
    """Answer as the fault has it, in place of `document` with `headers`."""
    kind = fault.name.partition("_")[2]
    if kind == "stall":
        await asyncio.sleep(fault.seconds)
        return Response(document, 200, dict(headers), media_type)
    if kind == "error":
        wait = {"Retry-After": str(round(fault.seconds))}
        return PlainTextResponse("not now", fault.status, wait)
    if kind == "moved":
        return RedirectResponse(f"{request.url.path}?moved", 301)
    if kind == "private":
        return RedirectResponse(PRIVATE, 302)
    if kind == "endless":
        return StreamingResponse(_endlessly(document), 200, media_type=media_type)
    if kind == "cut":  # under the validators of the whole, as caches have it that were cut off
        return Response(document[: len(document) // 2], 200, dict(headers), media_type)
    body, more = _spoiled(kind, document)
    return Response(body, 200, more, media_type)


def _spoiled(kind: str, document: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a body that is not what it should be, and the headers that go with it."""
    if kind == "short":
        return document[: len(document) // 2], {"Content-Length": str(len(document))}
    if kind == "bomb":
        return _bomb(), {"Content-Encoding": "gzip"}
    if kind == "entities":
        return _ENTITIES, {}
    if kind == "charset":
        text = document.decode()
        return text.encode("cp1256" if _is_arabic(text) else "cp1252", errors="replace"), {}
    return b"\x00\xff<rss><channel><item>&nope;", {}


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES))


async def _endlessly(document: bytes) -> AsyncIterator[bytes]:
    yield document
    while True:
        yield _ENDLESS_PIECE
        await asyncio.sleep(0)  # whoever hangs up must be noticed


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= char <= "\u06ff" for char in text)
