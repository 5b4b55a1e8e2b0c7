"""Words that have only just begun to be said: what stories are made of.

What is always said is said evenly. A word that people took up at some moment bursts: "rarely
before, often since" is then likelier than "the same all along", by the log likelihood ratio of
the scan statistic (Kulldorff, "A spatial scan statistic", Communications in Statistics 1997, in
one dimension). Time is counted in posts, so that a stream may swell and calm down.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SURE = 3.0
"""Nats that a burst is likelier than the best of as many chance ones: one in twenty is chance."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A word that is said since some moment."""

    word: str
    posts: tuple[int, ...]  # that hold it since then, oldest first
    surprise: float  # log likelihood ratio against the same rate all along, in nats


def bursts(
    holding: Mapping[str, Sequence[int]], voices: Sequence[int], needed: int, *, sure: bool
) -> list[Burst]:
    """Return the words that burst, the most surprising first.

    `voices` says who speaks in each post, oldest first; `holding` gives the places of the posts
    that hold a word, in order. Whoever repeats a word counts once, and at least `needed` must
    have taken it up. Unless `sure`, chance is no objection: in a small record it never is.
    """
    spoken = {word: posts for word, posts in holding.items() if len(posts) >= needed}
    bar = math.log(max(len(spoken), 1)) + SURE if sure else 0.0
    found: list[Burst] = []
    for word, posts in spoken.items():
        first: dict[int, int] = {}
        for at in posts:
            first.setdefault(voices[at], at)
        if len(first) >= needed:
            since, surprise = _onset(list(first.values()), len(voices), needed)
            if surprise >= bar:
                found.append(Burst(word, tuple(at for at in posts if at >= since), surprise))
    return sorted(found, key=lambda burst: (-burst.surprise, burst.word))


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
