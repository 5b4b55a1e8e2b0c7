"""What is newest: relevant posts by time, and the story that began last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from siyaq.retrieval.fold import Ranked
from siyaq.retrieval.story import Story, stories
from siyaq.text.analyze import is_stop_word, terms

RELEVANT = 0.75
"""Share of the best score from which a post counts as relevant when the newest is wanted."""

WINDOW = 1_500
"""How many of the newest posts tell what is new and what is always said."""

VOICES = 5
"""People who must speak of a story in a full window; in a small record two are enough."""

READ_CHARS = 800
"""How much of a long text is read to tell its story."""

SAME_TIME = timedelta(seconds=30)
"""Stories that began within this are equally new: one told in the asker's language leads."""

TOLD = 0.2
"""Share of a story's posts in a language from which it is told in that language."""


def by_time(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Put the relevant posts first, the newest of them leading; the others keep their order."""
    if not ranked:
        return []
    bar = RELEVANT * ranked[0].score
    relevant = [one for one in ranked if one.score >= bar]
    relevant.sort(key=lambda one: (one.post.placed_at, one.seq), reverse=True)
    return [*relevant, *(one for one in ranked if one.score < bar)]


def newest_story(recent: Sequence[Ranked], lang: str) -> list[Ranked]:
    """Order recent posts, given newest first: the story that began last leads, then the others.

    Of stories equally new, those told in `lang` lead. Inside a story, posts in `lang` come first,
    and of them those that say most of what it is about; a wording that most of its posts repeat
    comes last. `parts["story"]` numbers the stories from 1. Posts of no story follow, newest first.
    """
    oldest_first = recent[::-1]
    words = [_words(f"{one.post.title} {one.post.text[:READ_CHARS]}") for one in oldest_first]
    ordered: list[Ranked] = []
    told: set[int] = set()
    for number, story in enumerate(_by_beginning(oldest_first, words, lang), 1):
        mine = sorted(
            story.posts,
            key=lambda at: (
                at in story.repeated,
                oldest_first[at].post.lang != lang,
                -story.central(words[at]),
                -at,
            ),
        )
        ordered += [replace(oldest_first[at], parts={"story": float(number)}) for at in mine]
        told.update(mine)
    last = len(recent) - 1
    return [*ordered, *(one for at, one in enumerate(recent) if last - at not in told)]


def _by_beginning(
    posts: Sequence[Ranked], words: Sequence[frozenset[str]], lang: str
) -> list[Story]:
    """Return the stories, the newest first; where few speak of any, those that fewer speak of."""
    voices = max(2, min(VOICES, len(posts) // 60))
    plain = [one.post for one in posts]
    found = stories(plain, words, voices) or stories(plain, words, max(2, voices // 2))
    if not found:
        return []

    def is_second(story: Story) -> bool:
        in_lang = sum(posts[at].post.lang == lang for at in story.posts)
        equally_new = newest - plain[story.posts[0]].placed_at <= SAME_TIME
        return not equally_new or in_lang < TOLD * len(story.posts)

    newest = plain[found[0].posts[0]].placed_at
    return sorted(found, key=is_second)


@lru_cache(maxsize=8 * WINDOW)
def _words(text: str) -> frozenset[str]:
    return frozenset(term for term in terms(text) if not is_stop_word(term))
