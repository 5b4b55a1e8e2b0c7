"""Words that have only just begun to be said: what stories are made of.

What is always said is said evenly. A word that people took up at some moment bursts: "rarely
before, often since" is then likelier than "the same all along", by the log likelihood ratio of
the scan statistic (Kulldorff, "A spatial scan statistic", Communications in Statistics 1997, in
one dimension). Time is counted in posts, so that a stream may swell and calm down.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

SURE = 3.0
"""Nats that a burst is likelier than the best of as many chance ones: one in twenty is chance."""


HINT = 1.0
"""Nats from which on a word may be half of a pair that bursts."""

HINTS = 16
"""Words of one post that are paired, the most surprising: a long text cannot make this slow."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A word, or several in one post, that are said since some moment."""

    words: tuple[str, ...]
    posts: tuple[int, ...]  # that hold them since then, oldest first
    surprise: float  # log likelihood ratio against the same rate all along, in nats


def bursts(
    words: Sequence[frozenset[str]], voices: Sequence[int], needed: int, *, sure: bool
) -> list[Burst]:
    """Return the words and pairs of words that burst, the most surprising first.

    `words` are those of each post and `voices` says who speaks in it, oldest first. Whoever
    repeats a word counts once, and at least `needed` must have taken it up. Unless `sure`, chance
    is no objection: in a small record it never is, and pairs are not looked for. What the very
    same posts hold is one burst.
    """
    single = _bursts(_holding([[(word,) for word in held] for held in words]), voices, needed)
    if not sure:
        return _together(single)
    hints = {one.words[0]: one.surprise for one in single if one.surprise >= HINT}
    told = (sorted(held & hints.keys(), key=lambda word: (-hints[word], word)) for held in words)
    pairs = _holding(combinations(sorted(most[:HINTS]), 2) for most in told)
    return _together(_beyond_chance(single) + _beyond_chance(_bursts(pairs, voices, needed)))


def _holding(said: Iterable[Iterable[tuple[str, ...]]]) -> dict[tuple[str, ...], list[int]]:
    """Return, for each thing said, the places of the posts that say it."""
    holding: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, things in enumerate(said):
        for thing in things:
            holding[thing].append(at)
    return holding


def _bursts(
    holding: Mapping[tuple[str, ...], Sequence[int]], voices: Sequence[int], needed: int
) -> list[Burst]:
    found: list[Burst] = []
    for words, posts in holding.items():
        if len(posts) < needed:
            continue
        first: dict[int, int] = {}
        for at in posts:
            first.setdefault(voices[at], at)
        if len(first) >= needed:
            since, surprise = _onset(list(first.values()), len(voices), needed)
            found.append(Burst(words, tuple(at for at in posts if at >= since), surprise))
    return found


def _beyond_chance(found: Sequence[Burst]) -> list[Burst]:
    """Drop what the best of as many chance ones may well equal."""
    bar = math.log(max(len(found), 1)) + SURE
    return [burst for burst in found if burst.surprise >= bar]


def _together(found: Sequence[Burst]) -> list[Burst]:
    """Make one of those that the very same posts hold, and put the most surprising first."""
    alike: dict[tuple[int, ...], list[Burst]] = defaultdict(list)
    for burst in sorted(found, key=lambda burst: (-burst.surprise, burst.words)):
        alike[burst.posts].append(burst)
    return [
        Burst(
            tuple(dict.fromkeys(word for one in same for word in one.words)),
            posts,
            same[0].surprise,
        )
        for posts, same in alike.items()
    ]


def _onset(places: Sequence[int], total: int, needed: int) -> tuple[int, float]:
    """Return where a word was taken up, and how surprising that is."""
    count = len(places)
    onset, best = places[0], 0.0
    for before in range(count - needed + 1):
        since = count - before
        expected = count * (total - places[before]) / total
        if since <= expected:
            continue
        surprise = since * math.log(since / expected)
        if before:
            surprise += before * math.log(before / (count - expected))
        if surprise > best:
            onset, best = places[before], surprise
    return onset, best
