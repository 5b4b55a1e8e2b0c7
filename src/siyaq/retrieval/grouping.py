"""Groups of bursting words, and the posts that each group draws to itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from siyaq.retrieval.burst import Burst

TOGETHER = 0.5
"""Share of its posts that draws a word into a group."""

LINKED = 0.25
"""Share of a group's links that go to another from which on they are one."""


class Grouping:
    """Bursts in groups. A post is drawn to the group whose words it holds most of, two at least."""

    def __init__(self, found: Sequence[Burst]) -> None:
        self._bursts = found
        self._group_of: dict[str, int] = {}
        self._drawn: dict[int, int] = {}
        self._begin()
        self._draw()

    def join(self, links: Sequence[tuple[int, int]]) -> None:
        """Make one of groups whose posts are linked with each other: `links` are pairs of posts."""
        while (pair := self._most_linked(links)) is not None:
            into, joined = pair
            for word, group in self._group_of.items():
                self._group_of[word] = into if group == joined else group
            for at, group in self._drawn.items():
                self._drawn[at] = into if group == joined else group

    def posts(self) -> dict[int, list[int]]:
        """Return the posts of each group, oldest first."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, group in sorted(self._drawn.items()):
            found[group].append(at)
        return found

    def words(self, group: int) -> list[str]:
        """Return the words of a group, the most surprising first."""
        return [b.word for b in self._bursts if self._group_of[b.word] == group]

    def _begin(self) -> None:
        """Put each word, the most surprising first, with those that already hold its posts."""
        held: list[set[int]] = []
        for burst in self._bursts:
            mine = set(burst.posts)
            shares = [len(mine & posts) / len(mine) for posts in held]
            best = max(range(len(held)), key=shares.__getitem__, default=0)
            if not held or shares[best] < TOGETHER:
                best = len(held)
                held.append(set())
            held[best] |= mine
            self._group_of[burst.word] = best

    def _draw(self) -> None:
        weights: dict[int, Counter[int]] = defaultdict(Counter)
        surprise: dict[tuple[int, int], float] = defaultdict(float)
        for burst in self._bursts:
            group = self._group_of[burst.word]
            for at in burst.posts:
                weights[at][group] += 1
                surprise[at, group] += burst.surprise
        for at, counts in weights.items():
            best = max(counts, key=lambda group: (surprise[at, group], -group))
            if counts[best] >= 2:
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
