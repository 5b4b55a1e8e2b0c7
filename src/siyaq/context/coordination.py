"""Who shares the same things within seconds of one another, over a window that slides.

The definition is that of CooRTweet (Righetti and Balluff 2023, `detect_groups`): a pair is two
contents of two accounts that share one object within `time_window` seconds. Accounts with fewer
than `min_participation` shares are left out first; then a pair stays where at least one of its
contents is of an account that has `min_participation` shares or more in such pairs. What comes
out is a function of the set of shares held, whatever order they came in.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Final, NamedTuple

CAPACITY: Final = 1_000_000
"""Shares held unless told otherwise."""
PAIRS_AT_MOST: Final = 2_000_000
"""Pairs looked at in one go. Beyond, each share is compared with its nearest neighbors only."""


class Share(NamedTuple):
    """One account's post that carries one object, at a moment in seconds. Ordered by time."""

    t: float
    object_id: str
    content_id: str
    account_id: str
    nth: int = 0  # tells rows apart that are equal and are meant to count twice


class Pair(NamedTuple):
    """Two contents on one object; `x` is the older, `time_delta` in seconds."""

    object_id: str
    x: Share
    y: Share

    @property
    def time_delta(self) -> float:
        """Seconds from the older to the newer."""
        return self.y.t - self.x.t


class Shares:
    """The newest shares, as they come and go. One thread at a time.

    Holds those at most `horizon` seconds older than the newest, and at most `capacity`.
    """

    def __init__(self, *, horizon: float | None = None, capacity: int = CAPACITY) -> None:
        self._horizon = horizon
        self._capacity = capacity
        self._by_object: dict[str, list[Share]] = {}
        self._by_content: dict[str, set[Share]] = {}
        self._of_account: Counter[str] = Counter()
        self._oldest: list[Share] = []
        self._newest = float("-inf")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, share: Share) -> None:
        """Take in a share; one that is held already changes nothing."""
        of_content = self._by_content.setdefault(share.content_id, set())
        if share in of_content:
            return
        of_content.add(share)
        insort(self._by_object.setdefault(share.object_id, []), share)
        self._of_account[share.account_id] += 1
        self._count += 1
        self._newest = max(self._newest, share.t)
        heappush(self._oldest, share)
        self._shrink()

    def forget(self, content_id: str) -> None:
        """Forget what one content shared, as when its post is deleted."""
        for share in [*self._by_content.get(content_id, ())]:
            self._drop(share)

    def pairs(self, *, min_participation: int, time_window: float) -> list[Pair]:
        """Return the coordinated pairs, by object and time."""
        enough = {name for name, n in self._of_account.items() if n >= min_participation}
        raw = [*self._raw(enough, time_window)]
        paired = {share.content_id for pair in raw for share in (pair.x, pair.y)}
        shares = [
            share
            for content in paired
            for share in self._by_content[content]
            if share.account_id in enough
        ]
        taking_part = Counter(share.account_id for share in shares)
        kept = {
            share.content_id
            for share in shares
            if taking_part[share.account_id] >= min_participation
        }
        return [pair for pair in raw if pair.x.content_id in kept or pair.y.content_id in kept]

    def _raw(self, accounts: set[str], time_window: float) -> Iterator[Pair]:
        lists = [
            [share for share in shares if share.account_id in accounts]
            for shares in self._by_object.values()
        ]
        reach = _reach(lists, time_window)
        for shares in lists:
            for place, x in enumerate(shares):
                for after in range(place + 1, min(place + 1 + reach, len(shares))):
                    y = shares[after]  # no slice: of a crowd each would copy all who came later
                    if y.t - x.t > time_window:
                        break
                    if _make_a_pair(x, y):
                        yield Pair(x.object_id, x, y)

    def _shrink(self) -> None:
        while self._oldest and (
            self._count > self._capacity
            or (self._horizon is not None and self._oldest[0].t < self._newest - self._horizon)
        ):
            share = heappop(self._oldest)
            if share in self._by_content.get(share.content_id, ()):
                self._drop(share)

    def _drop(self, share: Share) -> None:
        of_content = self._by_content[share.content_id]
        of_content.discard(share)
        if not of_content:
            del self._by_content[share.content_id]
        of_object = self._by_object[share.object_id]
        del of_object[bisect_left(of_object, share)]
        if not of_object:
            del self._by_object[share.object_id]
        self._of_account[share.account_id] -= 1
        if not self._of_account[share.account_id]:
            del self._of_account[share.account_id]
        self._count -= 1


def _make_a_pair(x: Share, y: Share) -> bool:
    """Say whether these are two contents of two accounts, neither of them the object itself."""
    return (
        x.account_id != y.account_id
        and x.content_id != y.content_id
        and x.object_id not in (x.content_id, y.content_id)
        and x.nth == y.nth == 0
    )


def _reach(lists: Iterable[list[Share]], time_window: float) -> int:
    """Return with how many of its followers in time each share is compared."""
    pairs = shares = longest = 0
    for one in lists:
        start = 0
        for place, share in enumerate(one):
            while share.t - one[start].t > time_window:
                start += 1
            pairs += place - start
        shares += len(one)
        longest = max(longest, len(one))
    return longest if pairs <= PAIRS_AT_MOST else max(1, PAIRS_AT_MOST // shares)
