"""Asking for a feed: what each answer of its server means for whoever polls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.sources.fetch import Fetched, Fetcher
from siyaq.sources.manners import retry_after_seconds
from siyaq.sources.visitor import Forbidden, Unread, Visitor, host_of

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
    return judged(await fetcher.get(url, headers=validators), url, now)


async def visit(
    visitor: Visitor, url: str, validators: Mapping[str, str], now: datetime
) -> Fetched | None:
    """Do the same with a page of a site, whose robots.txt has a say in it and whose turn it is."""
    try:
        answer = await visitor.get(url, validators)
    except Forbidden as error:
        raise SourceRefused(str(error), hint="ask its owner for a feed") from error
    except Unread as error:
        raise SourceUnavailable(str(error)) from error
    return judged(answer, url, now)


def judged(answer: Fetched, url: str, now: datetime) -> Fetched | None:
    """Return an answer that is a document; None for one that has not changed."""
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
