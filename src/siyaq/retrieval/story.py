"""Stories of a stream: what several people begin to speak of, each in words of their own.

Words that burst (`burst`) and stand in the same posts belong together, and so do groups of words
whose posts answer or quote one another, or name the same: that is how a story told in two
languages, or in turns that have words of their own, is known to be one. It began with its first
post.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from siyaq.core.ids import PostId
from siyaq.core.post import Post
from siyaq.retrieval.burst import bursts
from siyaq.retrieval.grouping import Grouping

SMALL = 120
"""Posts below which a record shows nothing of what is always said."""

WORDINGS = 3
"""A story is told in this many wordings at the least: what many repeat is a slogan or a joke."""

NAMES = 2
"""Words that are no numbers in what makes a story: a score, or a time and a place, is a turn."""

ALIKE = 0.5
"""Share of their words in common from which two posts are one wording; in a small record, all."""

UNLIKELY = 0.01
"""Chance below which it is no accident that so few who speak of it speak of anything else."""


@dataclass(frozen=True, slots=True)
class Story:
    """Posts of one story, by their places in the sequence they came in, oldest first."""

    posts: tuple[int, ...]
    words: Mapping[str, int]  # each word that makes the story, and in how many of its posts it is
    repeated: frozenset[int] = frozenset()  # those of `posts` that say what most of it repeat

    def central(self, words: frozenset[str]) -> int:
        """Return how much of what the story is about stands in a post of these words."""
        return sum(count for word, count in self.words.items() if word in words)


def stories(posts: Sequence[Post], words: Sequence[frozenset[str]], needed: int) -> list[Story]:
    """Return the stories that began within `posts`; the one that began last comes first.

    `posts` are given oldest first, with the words of each. At least `needed` people must speak
    of a story. In a record of fewer than SMALL posts nothing is usual yet: there, what several
    people speak of is a story whether they began just now or not.
    """
    names: dict[str, int] = {}
    voices = [names.setdefault(post.author.id, len(names)) for post in posts]
    grouping = Grouping(bursts(words, voices, needed, sure=len(voices) >= SMALL))
    grouping.join(_links(posts))
    grouping.join_turns()
    crowd = _Crowd(voices)
    alike = ALIKE if len(posts) >= SMALL else 1.0
    found: list[Story] = []
    for group, told in grouping.posts().items():
        own = _own_wordings(told, words, voices, alike)
        many = len({voices[at] for at in told}) >= needed
        named = len(grouping.names(group)) >= NAMES
        told_anew = len(own) >= min(WORDINGS, needed) and crowd.is_usual(told, own)
        if many and named and told_anew:
            held = Counter(word for at in told for word in words[at])
            about = {word: held[word] for word in grouping.words(group)}
            found.append(Story(tuple(told), about, _repeated(told, own, words, alike)))
    return sorted(found, key=lambda story: -story.posts[0])


def _own_wordings(
    told: Sequence[int], words: Sequence[frozenset[str]], voices: Sequence[int], alike: float
) -> dict[int, int]:
    """Return the voices that say it as none before them did, and their posts that do."""
    own: dict[int, int] = {}
    for at in told:
        if voices[at] not in own and not any(
            _alike(words[at], words[other], alike) for other in own.values()
        ):
            own[voices[at]] = at
    return own


def _repeated(
    told: Sequence[int], own: Mapping[int, int], words: Sequence[frozenset[str]], alike: float
) -> frozenset[int]:
    """Return the posts of the one wording in which most of a story is told, if there is one."""
    for first in own.values():
        same = [at for at in told if _alike(words[at], words[first], alike)]
        if 2 * len(same) > len(told):
            return frozenset(same)
    return frozenset()


def _alike(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    return len(one & other) >= share * len(one | other)


class _Crowd:
    """Who speaks of several things: accounts made for one purpose make no story by themselves."""

    def __init__(self, voices: Sequence[int]) -> None:
        self._voices = voices
        self._spoken = Counter(voices)
        known = sum(self._spoken[voice] > 1 for voice in voices)
        self._share = known / max(len(voices), 1)

    def is_usual(self, told: Sequence[int], own: Collection[int]) -> bool:
        """Say whether those with words of their own are known about as often as others are."""
        here = Counter(self._voices[at] for at in told)
        known = sum(self._spoken[voice] > here[voice] for voice in own)
        n, p = len(own), self._share
        chance = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(known + 1))
        return chance >= UNLIKELY


def _links(posts: Sequence[Post]) -> list[tuple[int, int]]:
    """Return the pairs of posts of which one answers or quotes the other."""
    place: dict[PostId, int] = {post.id: at for at, post in enumerate(posts)}
    return [
        (at, place[named])
        for at, post in enumerate(posts)
        for named in (post.reply_to, post.quote_of)
        if named is not None and named in place
    ]
