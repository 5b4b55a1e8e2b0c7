"""What is newest: relevant posts by time, and the story that broke last.

The newest single post of a stream is mostly chatter, and chatter repeats its words all day. A
story is a burst: words that came together only just now, in posts of several people who do not
repeat one text (after Kleinberg, "Bursty and Hierarchical Structure in Streams", KDD 2002, with
pairs of words in place of single ones, because the words of a story are rarely new by themselves).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations

from siyaq.retrieval.fold import Ranked
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import fingerprint

RELEVANT = 0.75
"""Share of the best score from which a post counts as relevant when the newest is wanted."""

WINDOW = 1_500
"""How many of the newest posts tell what is new and what is always said."""

NEW = 300
"""Words must not have met before the newest this many posts."""

VOICES = 5
"""People who must speak of a story in a full window; in a small record two are enough."""

PAIRED_WORDS = 12
"""How many of a post's rarest words are paired."""

READ_CHARS = 800
"""How much of a long text is read to tell its story."""

SAME_BREAK = timedelta(minutes=2)
"""Stories that broke within this count as equally new: the asker's language decides."""


def by_time(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Put the relevant posts first, the newest of them leading; the others keep their order."""
    if not ranked:
        return []
    bar = RELEVANT * ranked[0].score
    relevant = [one for one in ranked if one.score >= bar]
    relevant.sort(key=lambda one: (one.post.placed_at, one.seq), reverse=True)
    return [*relevant, *(one for one in ranked if one.score < bar)]


def newest_story(recent: Sequence[Ranked], lang: str) -> list[Ranked]:
    """Order recent posts, given newest first: the story that broke last leads, then the others.

    Of stories equally new, those told in `lang` lead. Inside a story the posts that share most
    with the others come first, so that a reader learns what it is about; `parts["story"]` numbers
    the stories from 1. Posts of no story follow, newest first.
    """
    window = _Window(recent)
    stories = _stories(window)
    stories.sort(key=lambda story: max(story))  # a story broke with its oldest post
    if stories:
        equally_new = recent[max(stories[0])].post.placed_at - SAME_BREAK
        stories.sort(
            key=lambda story: (
                recent[max(story)].post.placed_at < equally_new
                or not _is_told_in(lang, [recent[at] for at in story])
            )
        )
    number = {at: place for place, story in enumerate(stories, 1) for at in story}
    ordered = [at for story in stories for at in sorted(story, key=window.centrality, reverse=True)]
    ordered += [at for at in range(len(recent)) if at not in number]
    return [
        replace(recent[at], parts={"story": float(number[at])} if at in number else {})
        for at in ordered
    ]


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Two words, and the posts in which they stand together, newest first."""

    posts: tuple[int, ...]
    surprise: float  # how much more often than by chance, in nats over all posts


class _Window:
    """The newest posts, by the words they hold."""

    def __init__(self, recent: Sequence[Ranked]) -> None:
        self.recent = recent
        self.voices_needed = max(2, min(VOICES, len(recent) // 60))
        self.words = [_words(one) for one in recent]
        self.holding: dict[str, list[int]] = defaultdict(list)
        for at, words in enumerate(self.words):
            for word in words:
                self.holding[word].append(at)
        self._links: dict[int, int] = defaultdict(int)

    def new_meetings(self) -> Iterator[_Meeting]:
        """Yield pairs of words that meet first, and often enough, among the newest posts."""
        for one, other in dict.fromkeys(self._pairs()):
            posts = sorted(set(self.holding[one]).intersection(self.holding[other]))
            if len(posts) < 2 or posts[-1] >= NEW:
                continue
            by_chance = len(self.holding[one]) * len(self.holding[other]) / len(self.recent)
            meeting = _Meeting(tuple(posts), len(posts) * math.log(len(posts) / by_chance))
            if self._is_telling(meeting):
                for at in posts:
                    self._links[at] += len(posts)
                yield meeting

    def centrality(self, at: int) -> int:
        """Return how often the words of a post meet in other posts of its story."""
        return self._links[at]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for words in self.words[:NEW]:
            shared = (word for word in words if len(self.holding[word]) > 1)
            rarest = sorted(shared, key=lambda word: (len(self.holding[word]), word))
            yield from combinations(sorted(rarest[:PAIRED_WORDS]), 2)

    def _is_telling(self, meeting: _Meeting) -> bool:
        posts = [self.recent[at].post for at in meeting.posts]
        authors = {post.author.id for post in posts}
        texts = {fingerprint(post.text) for post in posts}
        several = min(len(authors), len(texts)) >= self.voices_needed
        published = any(post.title for post in posts)
        surprising = meeting.surprise >= 0.5 + 3 * (self.voices_needed - 2)
        return surprising and (several or published)


def _stories(window: _Window) -> list[list[int]]:
    """Join meetings that share a post; each group of posts is a story."""
    above: dict[int, int] = {}

    def top(at: int) -> int:
        while above.setdefault(at, at) != at:
            above[at] = above[above[at]]
            at = above[at]
        return at

    for meeting in window.new_meetings():
        for at in meeting.posts[1:]:
            above[top(at)] = top(meeting.posts[0])
    groups: dict[int, list[int]] = defaultdict(list)
    for at in sorted(above):
        groups[top(at)].append(at)
    return list(groups.values())


def _is_told_in(lang: str, posts: Sequence[Ranked]) -> bool:
    return 2 * sum(one.post.lang == lang for one in posts) > len(posts)


def _words(one: Ranked) -> frozenset[str]:
    text = f"{one.post.title} {one.post.text[:READ_CHARS]}"
    return frozenset(term for term in terms(text) if not is_stop_word(term))
