"""What is newest: relevant posts by time, and the story that broke last.

The newest single post of a stream is mostly chatter. A story is what several people post about
independently, or a publisher: posts alike in words or meaning, by two authors or more who do not
repeat one text, or with a titled article among them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from siyaq.core.ports import Vector
from siyaq.retrieval.fold import Ranked
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import fingerprint

RELEVANT = 0.75
"""Share of the best score from which a post counts as relevant when the newest is wanted."""

ALIKE_IN_MEANING = 0.6
ALIKE_IN_WORDS = 0.3
"""Cosine, and share of the rarer words, from which two posts belong to one story."""

READ_CHARS = 1_000
"""How much of a long text is read to tell its story."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A recent post, and the vector of its first passage, if it is there yet."""

    ranked: Ranked
    vector: Vector | None


def by_time(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Put the relevant posts first, the newest of them leading; the others keep their order."""
    if not ranked:
        return []
    bar = RELEVANT * ranked[0].score
    relevant = [one for one in ranked if one.score >= bar]
    relevant.sort(key=lambda one: (one.post.placed_at, one.seq), reverse=True)
    return [*relevant, *(one for one in ranked if one.score < bar)]


def newest_story(recent: Sequence[Recent]) -> list[Ranked]:
    """Order recent posts, given newest first: the story that broke last leads, then the others.

    Inside a story the most central posts come first, so that a reader learns what it is about;
    `parts["story"]` numbers the stories from 1. Posts of no story follow, newest first.
    """
    alike = _likeness(recent)
    groups = _groups(alike)
    stories = [group for group in groups if _is_story([recent[at] for at in group])]
    stories.sort(key=lambda group: max(group))  # the first post of a story is its oldest
    ordered: list[int] = []
    for group in stories:
        inside = alike[np.ix_(group, group)].sum(axis=1)
        ordered += [group[at] for at in np.argsort(-inside, kind="stable")]
    number = {at: place for place, group in enumerate(stories, 1) for at in group}
    ordered += [at for at in range(len(recent)) if at not in number]
    return [
        replace(recent[at].ranked, parts={"story": float(number[at])} if at in number else {})
        for at in ordered
    ]


def _is_story(group: Sequence[Recent]) -> bool:
    posts = [one.ranked.post for one in group]
    voices = {(post.author.id, fingerprint(post.text)) for post in posts}
    authors = {author for author, _ in voices}
    texts = {text for _, text in voices}
    return min(len(authors), len(texts)) >= 2 or any(post.title for post in posts)


def _likeness(recent: Sequence[Recent]) -> npt.NDArray[np.float64]:
    """Return how alike each two posts are, 1 being the bar of one story."""
    alike = _shared_words(recent) / ALIKE_IN_WORDS
    held = [at for at, one in enumerate(recent) if one.vector is not None]
    if held:
        vectors = np.asarray([recent[at].vector for at in held], dtype=np.float64)
        grid = np.ix_(held, held)
        alike[grid] = np.maximum(alike[grid], vectors @ vectors.T / ALIKE_IN_MEANING)
    return alike


def _shared_words(recent: Sequence[Recent]) -> npt.NDArray[np.float64]:
    """Return the weight of shared words over that of the post with fewer, rare words heavier."""
    texts = [f"{one.ranked.post.title} {one.ranked.post.text[:READ_CHARS]}" for one in recent]
    words = [{term for term in terms(text) if not is_stop_word(term)} for text in texts]
    counts = Counter(term for each in words for term in each)
    places = {term: place for place, term in enumerate(counts)}
    grid = np.zeros((len(recent), len(places)))
    for row, each in zip(grid, words, strict=True):
        for term in each:
            row[places[term]] = math.sqrt(math.log(1 + len(recent) / counts[term]))
    shared = grid @ grid.T
    own = np.diag(shared)
    smaller = np.maximum(np.minimum(own[:, None], own[None, :]), 1e-9)
    return np.asarray(shared / smaller)


def _groups(alike: npt.NDArray[np.float64]) -> list[list[int]]:
    """Gather posts around seeds: each joins the group whose members it is most like on average."""
    groups: list[list[int]] = []
    for at in reversed(range(len(alike))):  # oldest first: a story grows from its first post
        means = [float(np.mean(alike[at, group])) for group in groups]
        best = max(range(len(means)), key=means.__getitem__, default=None)
        if best is not None and means[best] >= 1.0:
            groups[best].append(at)
        else:
            groups.append([at])
    return groups
