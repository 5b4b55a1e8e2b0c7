"""Asking for a feed: what each answer of its server means for whoever polls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.sources.fetch import Fetched, Fetcher
from siyaq.sources.manners import retry_after_seconds
from siyaq.sources.visitor import host_of

_NO = frozenset({401, 403, 404, 451})
_GONE = 410
_UNCHANGED = 304
_OK = 200


class Gone(SourceRefused):
    """The feed was taken away for good."""


class Later(SourceUnavailable):
    """The server asks to be left alone for `seconds`."""

    def __init__(self, message: str, *, status: int, seconds: float) -> None:
        super().__init__(message)
        self.status = status
        self.seconds = seconds


async def ask(
    fetcher: Fetcher, url: str, validators: Mapping[str, str], now: datetime
) -> Fetched | None:
    """Return a document; None for one that has not changed.

    Raises SourceUnavailable (Later where the server answered), SourceRefused, Gone.
    """
    answer = await fetcher.get(url, headers=validators)
    if answer.status == _UNCHANGED:
        return None
    told = f"{host_of(url)!r} answered {answer.status}"
    if answer.status == _GONE:
        raise Gone(f"{told}: the feed is gone for good", hint="stop following it")
    if answer.status in _NO:
        raise SourceRefused(told)
    if answer.status != _OK:
        seconds = retry_after_seconds(answer.headers, now)
        raise Later(told, status=answer.status, seconds=seconds)
    return answer
