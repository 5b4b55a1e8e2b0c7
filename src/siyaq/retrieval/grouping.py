"""Groups of bursting words, and the posts that each group draws to itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from siyaq.retrieval.burst import Burst

TOGETHER = 0.5
"""Share of its posts that draws a burst into a group."""

LINKED = 0.25
"""Share of a group's links that go to another from which on they are one."""

TURN = 0.5
"""Share of its names that a group has from an older one of which it tells a new turn."""


class Grouping:
    """Bursts in groups. A post is drawn to the group whose words it holds most of, two at least."""

    def __init__(self, found: Sequence[Burst]) -> None:
        self._bursts = found
        self._group_of: list[int] = []  # of each burst
        self._drawn: dict[int, int] = {}
        self._begin()
        self._draw()

    def join(self, links: Sequence[tuple[int, int]]) -> None:
        """Make one of groups whose posts are linked with each other: `links` are pairs of posts."""
        while (pair := self._most_linked(links)) is not None:
            self._merge(*pair)

    def join_turns(self) -> None:
        """Make a group part of an older one that names the same."""
        while (pair := self._turn()) is not None:
            self._merge(*pair)

    def posts(self) -> dict[int, list[int]]:
        """Return the posts of each group, oldest first."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, group in sorted(self._drawn.items()):
            found[group].append(at)
        return found

    def words(self, group: int) -> list[str]:
        """Return the words of a group, the most surprising first."""
        mine = (b.words for b, at in zip(self._bursts, self._group_of, strict=True) if at == group)
        return list(dict.fromkeys(word for words in mine for word in words))

    def names(self, group: int) -> list[str]:
        """Return the words of a group that are no numbers, the most surprising first."""
        return [word for word in self.words(group) if not word[0].isdigit()]

    def _begin(self) -> None:
        """Put each burst, the most surprising first, with those that already hold its posts."""
        groups: list[_Held] = []
        for burst in self._bursts:
            shares = [group.share(burst) for group in groups]
            best = max(range(len(groups)), key=shares.__getitem__, default=0)
            if not groups or shares[best] < TOGETHER:
                best = len(groups)
                groups.append(_Held())
            groups[best].add(burst)
            self._group_of.append(best)

    def _draw(self) -> None:
        held: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        surprise: dict[tuple[int, int], float] = defaultdict(float)
        for burst, group in zip(self._bursts, self._group_of, strict=True):
            for at in burst.posts:
                held[at][group].update(burst.words)
                surprise[at, group] += burst.surprise
        for at, groups in held.items():
            best = max(groups, key=lambda group: (surprise[at, group], -group))
            if len(groups[best]) >= 2:
                self._drawn[at] = best

    def _most_linked(self, links: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
        between: Counter[tuple[int, int]] = Counter()
        ends: Counter[int] = Counter()
        for one, other in links:
            if one in self._drawn and other in self._drawn:
                a, b = sorted((self._drawn[one], self._drawn[other]))
                ends.update((a, b))
                between[a, b] += a != b
        for (a, b), count in between.most_common():
            if count >= 2 and count >= LINKED * min(ends[a], ends[b]):
                return a, b
        return None

    def _turn(self) -> tuple[int, int] | None:
        posts = self.posts()
        by_age = sorted(posts, key=lambda group: posts[group][0])
        names = {group: set(self.names(group)) for group in by_age}
        for place in range(len(by_age) - 1, 0, -1):
            mine = names[by_age[place]]
            for older in by_age[:place]:
                if mine and len(mine & names[older]) >= TURN * len(mine):
                    return older, by_age[place]
        return None

    def _merge(self, into: int, joined: int) -> None:
        self._group_of = [into if group == joined else group for group in self._group_of]
        for at, group in self._drawn.items():
            self._drawn[at] = into if group == joined else group


class _Held:
    """The words of a group in the making, and in which posts they stand."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._in_post: dict[int, set[str]] = defaultdict(set)

    def add(self, burst: Burst) -> None:
        self._words.update(burst.words)
        for at in burst.posts:
            self._in_post[at].update(burst.words)

    def share(self, burst: Burst) -> float:
        """Return the share of a burst's posts that the group holds, its own words not counted.

        Two of the group's words hold a post, or the only one that it has.
        """
        needed = min(2, len(self._words.difference(burst.words)))
        held = [self._in_post[at] for at in burst.posts if at in self._in_post]
        inside = sum(len(words.difference(burst.words)) >= needed for words in held)
        return inside / len(burst.posts) if needed else 1.0
