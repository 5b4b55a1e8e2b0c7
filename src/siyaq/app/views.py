"""Siyaq as whoever asks may see it: the one place that knows who is asking.

Everything that serves others goes through here: routes of every protocol, streams, saved
questions, runs of agents. Whose work it is stands in the account that is charged for it
(`access.current`); work of nobody's sees what is public.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from siyaq.access import Collections, current
from siyaq.access.collections import ALL, PUBLIC
from siyaq.app.siyaq import Siyaq
from siyaq.core.product import Product
from siyaq.core.reports import Status

_METHODS = frozenset(name for name in vars(Product) if not name.startswith("_"))


def as_seen(siyaq: Siyaq, collections: Collections) -> Product:
    """Return the product so that each call is answered from what its caller may see."""
    return cast("Product", _Seen(siyaq, collections))


class _Seen:
    """Hands each call to siyaq, or to a part of it. On the event loop.

    A part is made when it is first asked for; there are as many as sets of collections that keys
    were made for.
    """

    def __init__(self, siyaq: Siyaq, collections: Collections) -> None:
        self._siyaq = siyaq
        self._collections = collections
        self._parts: dict[tuple[str, ...], Siyaq] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        return getattr(self._of_caller(), name)

    async def status(self) -> Status:
        """Say how siyaq is doing, and of each source which collections it stands in."""
        status, seen = await self._of_caller().status(), frozenset(self._seen())

        def of(source: str) -> frozenset[str]:
            held = self._collections.of(source)
            return held if ALL in seen else held & seen

        sources = (replace(one, collections=of(one.source)) for one in status.sources)
        return replace(status, sources=tuple(sources))

    def _seen(self) -> tuple[str, ...]:
        account = current()
        named = (PUBLIC,) if account is None else account.caller.collections
        return self._collections.seen(named)

    def _of_caller(self) -> Siyaq:
        account = current()
        if account is not None and account.caller.sees_all:
            return self._siyaq
        seen = self._seen()
        part = self._parts.get(seen)
        if part is None:
            shows = self._collections.shows(seen)
            part = self._siyaq if shows is None else self._siyaq.within(seen, shows)
            self._parts[seen] = part
        return part
