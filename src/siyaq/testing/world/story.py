"""A story: what happened, who posted it, and what may be asked about it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from siyaq.testing.world.arabic import indic_digits
from siyaq.testing.world.event import Article, WorldEvent
from siyaq.testing.world.question import Ask, Forms
from siyaq.testing.world.words import Word

LONGEST_STORY = timedelta(minutes=15)
"""No story reaches further, so a stretch of time knows which stories may touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A copy-paste campaign: its posts in order of time. The first one is the origin."""

    first: str  # at-URI
    members: tuple[str, ...]
    accounts: tuple[str, ...]  # DIDs, in the order of their posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything about one story, decided before its first post.

    `names` are spellings by which a reader recognizes it. Incidents (a spammer, a handle change)
    are stories without facts; `headline` says whether it counts as news.
    """

    id: str
    kind: str
    headline: bool
    started_at: datetime
    names: Forms
    words: Mapping[str, Word]
    facts: Mapping[str, Forms]
    events: tuple[WorldEvent, ...]  # by time
    articles: tuple[Article, ...]  # by time of version
    asks: tuple[Ask, ...] = ()
    campaign: Campaign | None = None
    same_picture: tuple[str, ...] = ()  # at-URIs of posts with one picture, by time


def number_forms(number: int) -> Forms:
    """Return the spellings of a whole number in both languages."""
    forms = [str(number), indic_digits(str(number))]
    if number >= 1000:
        forms += [
            f"{number:,}",
            indic_digits(str(number)[:-3]) + "٬" + indic_digits(str(number)[-3:]),
        ]
    return tuple(forms)


def word_forms(word: Word) -> Forms:
    """Return the spellings of a name or value in both languages."""
    forms = dict.fromkeys((word.en, word.ar, indic_digits(word.ar)))
    return tuple(forms)
