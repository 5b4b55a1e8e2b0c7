"""The world: an endless stream of events that is a pure function of a seed and of time.

Time is cut into slices of a few seconds. What happens in a slice follows from the seed and the
slice's number alone: its own chatter, and the parts of nearby stories that fall into it. So any
stretch of the past or the future can be asked for, in any order, without replaying the rest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from random import Random

from siyaq.testing.world.chatter import chatter
from siyaq.testing.world.event import Article, WorldEvent
from siyaq.testing.world.fold import fold
from siyaq.testing.world.lexicon.places import TOWNS
from siyaq.testing.world.moment import from_microseconds, microseconds
from siyaq.testing.world.papers import found_papers
from siyaq.testing.world.people import People
from siyaq.testing.world.stories import INCIDENTS, NEWS, StoryTeller
from siyaq.testing.world.story import LONGEST_STORY, Story
from siyaq.testing.world.teller import Teller
from siyaq.testing.world.truth import Truth
from siyaq.testing.world.words import Word

SEQS_PER_SECOND = 10_000
"""Sequence numbers set aside for each second: seqs grow with time and have holes, as real ones
do for a client that filters."""

MOST_POSTS_PER_SECOND = 2000
_BUSY_POSTS_PER_SECOND = 20


@dataclass(frozen=True, slots=True)
class Schedule:
    """A row of stories: one every `every_seconds` on average, its kinds dealt from a deck."""

    name: str
    every_seconds: float
    deck: dict[str, StoryTeller]

    def kind(self, seed: int, number: int) -> str:
        """Return the kind of the story of that number; each kind once before any comes again."""
        kinds = list(self.deck)
        hand, card = divmod(number, len(kinds))
        Random(f"{seed}:deck:{self.name}:{hand}").shuffle(kinds)
        return kinds[card]

    def start_seconds(self, seed: int, number: int) -> float:
        """Return when that story starts, in seconds after the world began."""
        jitter = Random(f"{seed}:start:{self.name}:{number}").uniform(0.05, 0.65)
        return (number + jitter) * self.every_seconds


class World:
    """A small world, from `start` on, for ever. Nothing in it depends on when it is asked.

    `posts_per_second` is the whole volume, of which about two fifths belong to stories up to a
    few posts per second; beyond that, more volume is more chatter. At most 2,000. Any number of
    threads may ask.
    """

    def __init__(self, seed: int, start: datetime, *, posts_per_second: float = 2.0) -> None:
        if start.tzinfo is None:
            raise ValueError(f"a world needs an aware start, got {start.isoformat()}")
        if not 0 < posts_per_second <= MOST_POSTS_PER_SECOND:
            raise ValueError(f"posts_per_second must be in (0, 2000], got {posts_per_second}")
        self.seed = seed
        self.start = start
        self.posts_per_second = posts_per_second
        self._busy = posts_per_second > _BUSY_POSTS_PER_SECOND
        self.people = People(seed, 4000 if self._busy else 400)
        self.papers = found_papers(seed, self.people)
        self._schedules = (
            Schedule("news", 80.0, NEWS),
            Schedule("incidents", 45.0, INCIDENTS),
        )
        self._towns = list(TOWNS)
        Random(f"{seed}:towns").shuffle(self._towns)
        # Threads want long slices; a busy world wants short ones, made in a blink.
        self._slice_seconds = 1 if self._busy else 10
        self._slice_length = timedelta(seconds=self._slice_seconds)
        self._slice_seqs = self._slice_seconds * SEQS_PER_SECOND
        self._story = lru_cache(maxsize=256)(self._tell)
        self._slice = lru_cache(maxsize=1024)(self._make_slice)

    def events(self, since: datetime, until: datetime) -> list[WorldEvent]:
        """Return what the network saw in [since, until), in order of seq."""
        found: list[WorldEvent] = []
        first = max(0, (since - self.start) // self._slice_length)
        last = max(0, (until - self.start) // self._slice_length)
        for number in range(first, last + 1):
            events = self._slice(number)
            low = bisect_left(events, since, key=lambda event: event.at)
            high = bisect_left(events, until, key=lambda event: event.at)
            found += events[low:high]
        return found

    def from_seq(self, seq: int) -> Iterator[WorldEvent]:
        """Yield events from `seq` on, inclusive, for ever."""
        for number in count(max(0, (seq - 1) // self._slice_seqs)):
            events = self._slice(number)
            yield from events[bisect_left(events, seq, key=lambda event: event.seq) :]

    def next_seq(self, at: datetime) -> int:
        """Return the seq of the first event at or after `at`."""
        for number in count(max(0, (at - self.start) // self._slice_length)):
            events = self._slice(number)
            place = bisect_left(events, at, key=lambda event: event.at)
            if place < len(events):
                return events[place].seq
        raise AssertionError("the world is endless")

    def articles(self, since: datetime, until: datetime) -> list[Article]:
        """Return the article versions published in [since, until), in order of time."""
        found = [
            article
            for story in self.stories(since - LONGEST_STORY, until)
            for article in story.articles
            if since <= article.updated_at < until
        ]
        return sorted(found, key=lambda article: (article.updated_at, article.guid))

    def stories(self, since: datetime, until: datetime) -> list[Story]:
        """Return the stories and incidents that start in [since, until), in order of time."""
        found: list[Story] = []
        for row, schedule in enumerate(self._schedules):
            first = int((since - self.start).total_seconds() // schedule.every_seconds) - 1
            last = int((until - self.start).total_seconds() // schedule.every_seconds) + 1
            found += [self._story(row, number) for number in range(max(0, first), last + 1)]
        return sorted(
            (story for story in found if since <= story.started_at < until),
            key=lambda story: story.started_at,
        )

    def truth(self, at: datetime) -> Truth:
        """Return what a faithful reader of everything up to `at` holds, and may be asked.

        Reads the whole past again, about 20 ms for each minute of it at the usual volume.
        """
        return fold(
            at,
            self.events(self.start, at),
            self.articles(self.start, at),
            self.stories(self.start, at),
        )

    def _make_slice(self, number: int) -> list[WorldEvent]:
        since = self.start + number * self._slice_length
        until = since + self._slice_length
        events = [
            event
            for story in self.stories(since - LONGEST_STORY, until)
            for event in story.events
            if since <= event.at < until
        ]
        rng = Random(f"{self.seed}:chatter:{number}")
        if number == 0:
            events += self._first_names(since)
        share = max(0.6 * self.posts_per_second, self.posts_per_second - 2)
        posts = int(share * self._slice_seconds + rng.random())
        events += chatter(rng, self.people, since, self._slice_seconds, posts)
        return in_order(events, until, 1 + number * self._slice_seqs)

    def _first_names(self, since: datetime) -> list[WorldEvent]:
        """Let the crowd say who it is as the world begins, so that readers learn its handles."""
        step = self._slice_length / (self.people.size + 1)
        citizens = (self.people.citizen(number) for number in range(self.people.size))
        return [
            WorldEvent(at=since + number * step, did=one.did, kind="identity", handle=one.handle)
            for number, one in enumerate(citizens)
        ]

    def _tell(self, row: int, number: int) -> Story:
        schedule = self._schedules[row]
        kind = schedule.kind(self.seed, number)
        volume = 0.4 * self.posts_per_second * schedule.every_seconds
        teller = Teller(
            f"{schedule.name}-{number}-{kind}",
            kind,
            start=self.start + timedelta(seconds=schedule.start_seconds(self.seed, number)),
            rng=Random(f"{self.seed}:story:{schedule.name}:{number}"),
            people=self.people,
            papers=self.papers,
            towns=self._towns_for(row, number),
            crowd_size=min(90, max(12, int(volume * 0.8))),
        )
        return schedule.deck[kind](teller)

    def _towns_for(self, row: int, number: int) -> list[Word]:
        """Return two towns; a row shares none with others, and its own come again late."""
        share = len(self._towns) // len(self._schedules)
        mine = self._towns[row * share : (row + 1) * share]
        return [mine[(number + share // 2) % share], mine[number % share]]


def in_order(events: list[WorldEvent], until: datetime, first_seq: int) -> list[WorldEvent]:
    """Return events with strictly increasing times before `until`, and their seqs."""
    ordered = sorted(events, key=lambda event: event.at)
    stamps = [microseconds(event.at) for event in ordered]
    limit = microseconds(until)
    for place in range(len(stamps) - 1, -1, -1):
        limit = min(stamps[place], limit - 1)
        stamps[place] = limit
    return [
        replace(event, at=from_microseconds(stamp), seq=first_seq + place)
        for place, (event, stamp) in enumerate(zip(ordered, stamps, strict=True))
    ]
