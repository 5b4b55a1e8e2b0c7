"""G20: planted campaigns are found, and people who meet by chance are not named.

A day of posts by people who share what is popular, follow the same outlets, pass the same news on
within minutes and follow a match live, with a campaign planted among them. Twenty shapes: what is
shared (text, link, media, quote, repost) by four ways to go about it. Judged is what a card would
say of any two accounts that met (`beyond_chance`), over pairs found as the stream finds them
(`Shares.pairs`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

from prove.campaign import Outcome, Trial
from siyaq.context.coordination import Shares
from siyaq.context.together import (
    HISTORY,
    TIMES_AT_LEAST,
    WINDOW,
    beyond_chance,
    history_of,
    shares_of,
)
from siyaq.core.clock import PlacedBy
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.post import Author, Media, Post

KINDS = ("text", "link", "media", "quote", "repost")
RECALL_AT_LEAST = 0.90
FALSE_AT_MOST = 0.001
_DAY = datetime(2026, 11, 21, tzinfo=UTC)
_SECONDS = 86_400
_PEOPLE, _POPULAR, _OUTLETS, _NEWS = 500, 300, 12, 4
_LIVE = (30.0,)  # seconds that people take on average to pass on what happens in a match


class Way(NamedTuple):
    """How a campaign goes about it."""

    accounts: int
    times: int
    within: float  # seconds in which all post
    joining: float = 1.0  # share of the accounts that take part in each round
    ordinary: int = 5  # posts of each account on other matters


WAYS = {
    "tight": Way(accounts=6, times=6, within=2),
    "loose": Way(accounts=4, times=7, within=9),
    "many": Way(accounts=25, times=8, within=8, joining=0.8),
    "hidden": Way(accounts=5, times=7, within=5, ordinary=40),
}


def trials(*, full: bool, seed: int) -> Iterator[Trial]:
    """Full: fifty seeds, each of all twenty shapes."""
    shapes = [*product(KINDS if full else ("link", "repost"), WAYS)]
    for number in range(seed, seed + (50 if full else 1)):
        yield Trial(f"{len(shapes)} shapes #{number}", partial(_planted, shapes, number))


def _planted(shapes: Sequence[tuple[str, str]], seed: int, _place: Path) -> Outcome:
    planted = found = people = named = 0
    for kind, way in shapes:
        day = Day(random.Random(f"{kind} {way} {seed}"))
        ring = day.plant(kind, WAYS[way])
        flagged = flagged_in(day.posts)
        planted += len(ring)
        found += len(ring & flagged)
        people += _PEOPLE
        named += len(flagged - ring)
    return Outcome(
        fired=planted,
        wrong={
            "missed": int(found < RECALL_AT_LEAST * planted),
            "accused": int(named > FALSE_AT_MOST * people),
        },
        noted={"found": found, "people": people, "named": named},
    )


def flagged_in(posts: list[Post]) -> set[str]:
    """Return the accounts of which a card would say that they posted the same at once."""
    by_account: dict[str, list[Post]] = defaultdict(list)
    for post in sorted(posts, key=lambda post: post.placed_at, reverse=True):
        if len(by_account[post.author.id]) < HISTORY:
            by_account[post.author.id].append(post)
    window = Shares()
    for post in posts:
        for share in shares_of(post):
            window.add(share)
    met: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pair in window.pairs(min_participation=2, time_window=WINDOW):
        a, b = sorted((pair.x.account_id, pair.y.account_id))
        met[a, b].add(pair.object_id)
    flagged: set[str] = set()
    for (a, b), objects in met.items():
        if len(objects) >= TIMES_AT_LEAST:
            one, other = (history_of(name, by_account[name]) for name in (a, b))
            if beyond_chance(one, other) is not None:
                flagged |= {a, b}
    return flagged


class Day:
    """A day of posts by people who have nothing to do with one another, but much in common."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.posts: list[Post] = []
        weights = [1 / (rank + 1) for rank in range(_POPULAR)]  # Zipf
        follows = {n: draw.randrange(_OUTLETS) for n in range(_PEOPLE)}
        for person in range(_PEOPLE):
            for _ in range(draw.randint(4, 16)):
                what = draw.choices(range(_POPULAR), weights)[0]
                self._say(f"p{person}", draw.choice(KINDS), f"popular {what}", self._moment())
        for outlet, story in product(range(_OUTLETS), range(8)):  # readers of an outlet, in minutes
            at = self._moment()
            for person in range(_PEOPLE):
                if follows[person] == outlet and draw.random() < 0.4:
                    later = draw.expovariate(1 / 600)
                    self._say(f"p{person}", "repost", f"outlet {outlet} {story}", at + later)
        for story in range(_NEWS):  # news that a third of all pass on within the half hour
            at = self._moment()
            for person in range(_PEOPLE):
                if draw.random() < 0.33:
                    later = draw.uniform(0, 1800)
                    self._say(f"p{person}", "link", f"news {story}", at + later)

        for match, patience in enumerate(_LIVE):
            watching = draw.sample(range(_PEOPLE), _PEOPLE * 3 // 10)
            start = draw.uniform(0, _SECONDS - 7_200)
            for goal, person in product(range(5), watching):
                if draw.random() < 0.8:
                    later = goal * 1_200 + draw.expovariate(1 / patience)
                    self._say(f"p{person}", "repost", f"match {match} {goal}", start + later)

    def plant(self, kind: str, way: Way) -> set[str]:
        """Let accounts share the same at once, again and again; return who they are."""
        ring = [f"c{n}" for n in range(way.accounts)]
        for time in range(way.times):
            at = self._moment()
            joining = [one for one in ring if self._draw.random() < way.joining]
            for one in joining:
                moment = at + self._draw.uniform(0, way.within)
                self._say(one, kind, f"campaign {time}", moment)
        for one in ring:
            for _ in range(way.ordinary):
                what = self._draw.randrange(_POPULAR)
                self._say(one, self._draw.choice(KINDS), f"popular {what}", self._moment())
        return set(ring)

    def _moment(self) -> float:
        return self._draw.uniform(0, _SECONDS)

    def _say(self, who: str, kind: str, what: str, at: float) -> None:
        moment = _DAY + timedelta(seconds=at)
        number = len(self.posts)
        own = f"{who} says number {number} of all the things that were said on this day"
        post = Post(
            source="net",
            native_id=str(number),
            author=Author(id=AuthorId(who)),
            text=own,
            witnessed_at=moment,
            placed_at=moment,
            placed_by=PlacedBy.WITNESSED,
        )
        if kind == "text":
            post = replace(post, text=f"The same words about {what}, which everybody may copy")
        elif kind == "link":
            post = replace(post, links=(f"https://example.org/{what.replace(' ', '-')}",))
        elif kind == "media":
            url = f"https://example.org/{what.replace(' ', '-')}.jpg"
            post = replace(post, media=(Media(type="image", url=url),))
        elif kind == "quote":
            post = replace(post, quote_of=PostId(f"net:{what}"))
        else:
            post = replace(post, repost_of=PostId(f"net:{what}"))
        self.posts.append(post)
