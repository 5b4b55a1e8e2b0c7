"""Whom the work of a run is charged to: the key that it was begun with, in the book of all routes.

A run's own budget is what its user allows it; the limits of a key are what its operator allows.
Both are set aside before a call and settled after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from siyaq.access import Account, Budget, Owners, Principal, Role
from siyaq.access.account import Work
from siyaq.access.collections import SEES_ALL
from siyaq.agents.journal import Journal, Run
from siyaq.core.errors import QuotaExhausted

RETRY_SECONDS = 15
"""How often a run asks for room at least: its key may have been given more."""

Reserve = Callable[[str, Work], Awaitable[Account]]
"""Sets aside what work may come to in the limits of a key. Raises QuotaExhausted, KeyGone."""

Rests = Callable[[], AbstractAsyncContextManager[None]]
"""What a run does nothing in but wait: its place is somebody else's meanwhile."""


class Paused(Exception):
    """Somebody has paused a run that waited for room."""


def charged_to(owners: Owners, budget: Budget) -> Reserve:
    """Return what sets work aside in a book of limits."""

    async def reserve(key_id: str, work: Work) -> Account:
        account = Account(budget, owners.of(key_id))
        await account.reserve(work)
        return account

    return reserve


async def charged_to_nobody(_: str, work: Work) -> Account:
    """Set nothing aside: no limits apply."""
    account = Account(None, Principal("", Role.ADMIN, collections=SEES_ALL))
    await account.reserve(work)
    return account


class Room:
    """Room for calls in the limits of keys: a run for which there is none rests until there is."""

    def __init__(self, journal: Journal, reserve: Reserve, rests: Rests) -> None:
        self._journal = journal
        self._reserve = reserve
        self._rests = rests

    async def of(self, run: Run, works: Sequence[Work]) -> list[Account]:
        """Set aside what calls may come to: of as many as there is room for, at least of one.

        A run that rests says so (`stopped_by`). Raises KeyGone, and Paused.
        """
        accounts: list[Account] = []
        try:
            await self._fill(accounts, run, works)
        except BaseException:  # none of them is made
            for account in accounts:
                await account.settle()
            raise
        return accounts

    async def _fill(self, accounts: list[Account], run: Run, works: Sequence[Work]) -> None:
        while len(accounts) < len(works):
            try:
                accounts.append(await self._reserve(run.key_id, works[len(accounts)]))
            except QuotaExhausted as error:
                if accounts:
                    return
                await self._wait(run, error)

    async def _wait(self, run: Run, error: QuotaExhausted) -> None:
        self._journal.note(run.id, f"quota: {error.resource}")
        async with self._rests():
            for _ in range(min(error.retry_after, RETRY_SECONDS)):
                await asyncio.sleep(1)
                if self._journal.standing(run.id)[0] == "paused":
                    raise Paused
        self._journal.note(run.id, "")
