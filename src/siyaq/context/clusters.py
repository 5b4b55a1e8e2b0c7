"""Clusters of posts that say the same, kept as posts come and go.

What is held is a function of the set of posts alone, whatever order they came in: a stream and
a batch give the same clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Final, NamedTuple

from siyaq.context.neighbors import Neighbors
from siyaq.text.fingerprint import DISTINCTIVE, digest, normalize

CAPACITY: Final = 1_000_000
"""Posts held unless told otherwise; about 700 bytes each."""


class _Place(NamedTuple):
    """Where a post stands: order of its fields is order in time, then by name."""

    at: datetime
    post_id: str


class _Held(NamedTuple):
    key: str
    author: str
    at: datetime


@dataclass(slots=True)
class _Members:
    """The posts of one text. Equal texts of other spellings have the same `key`."""

    key: str
    text: str
    distinctive: bool
    authors: dict[str, int] = field(default_factory=dict[str, int])  # to how many of its posts
    posts: dict[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass(frozen=True, slots=True)
class Group:
    """Posts with one text, disguises of it among them, in time order."""

    key: str
    post_ids: tuple[str, ...]
    accounts: int
    distinctive: bool  # nobody writes so long a text twice by chance


class Clusters:
    """Which of the newest posts say the same. One thread at a time.

    Holds at most `capacity` posts: beyond that, the one placed earliest goes. With `near`, texts
    that are nearly the same are found too, which costs about a kilobyte for each text.
    """

    def __init__(self, *, capacity: int = CAPACITY, near: bool = True) -> None:
        self._capacity = capacity
        self._held: dict[str, _Held] = {}
        self._groups: dict[str, _Members] = {}
        self._oldest: list[_Place] = []  # a heap; posts that are gone are skipped when met
        self._neighbors = Neighbors() if near else None

    def __len__(self) -> int:
        return len(self._held)

    def add(self, post_id: str, author: str, text: str, at: datetime) -> None:
        """Take in a post, or its new version. One without words is a copy of nothing."""
        self.remove(post_id)
        plain = normalize(text)
        key = digest(plain)
        if not key:
            return
        group = self._groups.get(key)
        if group is None:
            group = _Members(key, plain, len(plain) >= DISTINCTIVE)
            self._groups[key] = group
            if self._neighbors is not None and group.distinctive:
                self._neighbors.add(key, plain)
        group.posts[post_id] = at
        group.authors[author] = group.authors.get(author, 0) + 1
        self._held[post_id] = _Held(key, author, at)
        heappush(self._oldest, _Place(at, post_id))
        self._shrink()

    def remove(self, post_id: str) -> None:
        """Forget a post, if it is held: its text is gone with the last post that said it."""
        held = self._held.pop(post_id, None)
        if held is None:
            return
        group = self._groups[held.key]
        del group.posts[post_id]
        group.authors[held.author] -= 1
        if not group.authors[held.author]:
            del group.authors[held.author]
        if not group.posts:
            del self._groups[held.key]
            if self._neighbors is not None:
                self._neighbors.remove(held.key)
        if len(self._oldest) > 2 * len(self._held) + 16:
            self._oldest = sorted(_Place(one.at, name) for name, one in self._held.items())

    def of(self, post_id: str) -> Group | None:
        """Return the cluster of a post, None for one that is not held."""
        held = self._held.get(post_id)
        return None if held is None else _group(self._groups[held.key])

    def near(self, post_id: str) -> tuple[Group, ...]:
        """Return the clusters whose text is nearly that of a post, the most alike first."""
        held = self._held.get(post_id)
        if held is None or self._neighbors is None:
            return ()
        return tuple(_group(self._groups[key]) for key in self._neighbors.of(held.key))

    def repeated(self, *, accounts: int) -> Iterator[Group]:
        """Yield the clusters of at least so many accounts whose text is no coincidence."""
        for group in self._groups.values():
            if group.distinctive and len(group.authors) >= accounts:
                yield _group(group)

    def _shrink(self) -> None:
        while len(self._held) > self._capacity:
            place = heappop(self._oldest)
            held = self._held.get(place.post_id)
            if held is not None and held.at == place.at:
                self.remove(place.post_id)


def _group(group: _Members) -> Group:
    order = sorted(group.posts.items(), key=lambda post: (post[1], post[0]))
    return Group(
        key=group.key,
        post_ids=tuple(post_id for post_id, _ in order),
        accounts=len(group.authors),
        distinctive=group.distinctive,
    )
