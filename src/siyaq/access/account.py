"""Who is behind the work that runs now, and what it uses.

A request's account travels with its task (`contextvars`), into threads and tasks that it starts:
what is below the protocols charges it without knowing any of them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Literal

from siyaq.access.budget import Budget, Reservation
from siyaq.access.limits import Amount
from siyaq.access.roles import Principal
from siyaq.core.errors import StorageError

logger = logging.getLogger("siyaq.access")

Work = Literal["ask", "card", "search", "embed", "act"]

MOST: dict[Work, Amount] = {
    "ask": Amount(requests=1, tokens=6_000, seconds=30.0),
    "card": Amount(requests=1, seconds=2.0),
    "search": Amount(requests=1, seconds=1.0),
    "embed": Amount(requests=1, seconds=5.0),
    "act": Amount(seconds=5.0),  # of an agent, by a tool that asks siyaq nothing
}
"""What is reserved for one piece of work. What it uses beyond that is owed: it counts all the
same once it is settled."""


class Account:
    """What one request reserves and uses. It belongs to one event loop."""

    def __init__(self, budget: Budget | None, caller: Principal) -> None:
        self.caller = caller
        self.tokens = 0
        self._budget = budget
        self._requests = 0
        self._seconds = 0.0
        self._reserved: list[Reservation] = []
        self._open: list[Work] = []  # reserved, and not begun

    async def reserve(self, work: Work) -> None:
        """Reserve what a piece of work may come to. Raises QuotaExhausted, StorageError."""
        if self._budget is not None and self.caller.key_id:
            made = await asyncio.to_thread(
                self._budget.reserve, self.caller.key_id, self.caller.limits, MOST[work]
            )
            if made is not None:
                self._reserved.append(made)
        self._open.append(work)

    async def begin(self, work: Work) -> None:
        """Note that work begins, reserving it unless that was done. Raises as `reserve`."""
        if work not in self._open:
            await self.reserve(work)
        self._open.remove(work)
        self._requests += MOST[work].requests

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that the block takes."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds += time.perf_counter() - started

    async def settle(self) -> None:
        """Put what was used in the place of what was reserved."""
        if not self._reserved or self._budget is None:
            return
        used = Amount(requests=self._requests, tokens=self.tokens, seconds=self._seconds)
        first, *rest = self._reserved
        self._reserved = []
        await asyncio.shield(asyncio.to_thread(_settle, self._budget, first, rest, used))


def _settle(budget: Budget, first: Reservation, rest: list[Reservation], used: Amount) -> None:
    try:
        budget.settle(first, used)
        for one in rest:
            budget.settle(one, Amount())
    except StorageError as error:  # what was reserved goes on counting
        logger.warning("what a key used was not written down", extra={"why": str(error)})


_current: ContextVar[Account | None] = ContextVar("siyaq_account", default=None)


def current() -> Account | None:
    """Return the account of the work that runs now, None for work of nobody's."""
    return _current.get()


@asynccontextmanager
async def account_of(budget: Budget | None, caller: Principal) -> AsyncIterator[Account]:
    """Let what runs in the block be charged to a caller, and settle it at the end."""
    async with charging(Account(budget, caller)) as account:
        yield account


@asynccontextmanager
async def charging(account: Account) -> AsyncIterator[Account]:
    """Let what runs in the block be charged to an account, and settle it at the end."""
    before = _current.get()
    _current.set(account)
    try:
        yield account
    finally:
        _current.set(before)  # by value: a stream may be closed in another task than it began in
        await account.settle()
