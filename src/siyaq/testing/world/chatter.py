"""Everyday noise around the stories: posts, replies, and the records that readers filter out.

A stretch of chatter is a pure function of the world's seed and the stretch's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from siyaq.testing.world.arabic import indic_digits
from siyaq.testing.world.atproto import FOLLOW, LIKE, POST, PROFILE, cid, did, tid
from siyaq.testing.world.event import Operation, WorldEvent
from siyaq.testing.world.lexicon import chatter as talk
from siyaq.testing.world.lexicon import fillers, people, places, things
from siyaq.testing.world.moment import microseconds
from siyaq.testing.world.people import Account, People
from siyaq.testing.world.record import (
    Reference,
    follow_record,
    like_record,
    post_record,
    profile_record,
)
from siyaq.testing.world.words import Lines, Word, say

_REPLY_SHARE = 0.2
_QUOTE_SHARE = 0.04
_NOISE_SHARE = 0.5  # likes, follows, profiles for each post
_MEN = tuple(given.name for given in people.GIVEN if given.gender == "m")


class Said(NamedTuple):
    """A post of this stretch that a later one may answer, quote or like."""

    at: datetime
    reference: Reference


def chatter(
    rng: Random, crowd: People, start: datetime, seconds: float, count: int
) -> list[WorldEvent]:
    """Return the chatter of one stretch: `count` posts and the noise around them, unordered."""
    events: list[WorldEvent] = []
    said: list[Said] = []
    moments = sorted(start + timedelta(seconds=rng.random() * seconds) for _ in range(count))
    for at in moments:
        events.append(_post(rng, crowd.anyone(rng), at, said))
        if rng.random() < _NOISE_SHARE:
            later = start + timedelta(seconds=rng.random() * seconds)
            events.append(_noise(rng, crowd, later, said))
    return events


def commit(
    rng: Random,
    author: Account,
    at: datetime,
    collection: str,
    record: Mapping[str, object] | None,
    *,
    operation: Operation = "create",
    rkey: str = "",
) -> WorldEvent:
    """Return a commit of an account, with a rev and a cid that suit it."""
    stamp = microseconds(at)
    return WorldEvent(
        at=at,
        did=author.did,
        kind="commit",
        rev=tid(stamp, rng.randrange(1024)),
        operation=operation,
        collection=collection,
        rkey=rkey or tid(stamp - rng.randrange(1000, 600_000), rng.randrange(1024)),
        cid="" if record is None else cid(record),
        record=record,
        lang=author.lang if collection == POST else None,
    )


def _post(rng: Random, author: Account, at: datetime, said: list[Said]) -> WorldEvent:
    dice = rng.random()
    about = rng.choice(said).reference if said and dice < _REPLY_SHARE + _QUOTE_SHARE else None
    lines = talk.REPLY if about else rng.choice(talk.KINDS)
    text = _say(rng, author, lines)
    record = post_record(
        text,
        at - timedelta(milliseconds=rng.randint(30, 1500)),
        langs=(author.lang,) if rng.random() < 0.93 else (),
        reply_to=about if dice < _REPLY_SHARE else None,
        quote=about if dice >= _REPLY_SHARE else None,
    )
    event = commit(rng, author, at, POST, record)
    said.append(Said(at, _reference(event, about if dice < _REPLY_SHARE else None)))
    return event


def _reference(event: WorldEvent, parent: Reference | None) -> Reference:
    if parent is None:
        return Reference(event.uri, event.cid)
    return Reference(event.uri, event.cid, parent.root.uri, parent.root.cid)


def _noise(rng: Random, crowd: People, at: datetime, said: list[Said]) -> WorldEvent:
    author = crowd.anyone(rng)
    dice = rng.random()
    earlier = [one for one in said[-20:] if one.at < at]
    if dice < 0.6 and earlier:
        return commit(rng, author, at, LIKE, like_record(rng.choice(earlier).reference, at))
    if dice < 0.7:
        return commit(rng, author, at, LIKE, None, operation="delete")
    if dice < 0.92:
        return commit(rng, author, at, FOLLOW, follow_record(crowd.anyone(rng).did, at))
    if dice < 0.97:
        record = profile_record(author.name.to(author.lang), at)
        return commit(rng, author, at, PROFILE, record, operation="update", rkey="self")
    if dice < 0.99:
        return WorldEvent(at=at, did=author.did, kind="identity", handle=author.handle)
    # A sync asks readers to fetch a repository anew, so only accounts that never post get one.
    lurker = did(f"lurker:{rng.randrange(1000)}")
    return WorldEvent(at=at, did=lurker, kind="sync", rev=tid(microseconds(at), 0))


def _say(rng: Random, author: Account, lines: Lines) -> str:
    text, _ = say(lines, _Fillers(rng), author.lang, rng)
    return indic_digits(text) if author.lang == "ar" and author.indic_digits else text


class _Fillers(dict[str, Word]):
    """Draws a word when a template asks for it, and keeps it for the rest of that text."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._rng = rng

    def __missing__(self, name: str) -> Word:
        word = self._number(name) if name in _NUMBERS else self._rng.choice(_CHOICES[name])
        self[name] = word
        return word

    def _number(self, name: str) -> Word:
        if name == "hour":
            clock = f"{self._rng.randrange(24)}:{self._rng.randrange(60):02d}"
            return Word(clock, clock)
        low, high = _NUMBERS[name]
        number = str(self._rng.randint(low, high))
        return Word(number, number)


_NUMBERS: dict[str, tuple[int, int]] = {
    "temp": (4, 39),
    "n": (11, 99),
    "line": (2, 88),
    "pages": (103, 410),
    "hour": (0, 0),
}
_CHOICES: dict[str, tuple[Word, ...]] = {
    "town": places.TOWNS,
    "town2": places.TOWNS,
    "district": places.DISTRICTS,
    "spot": places.SPOTS,
    "food": things.FOODS,
    "pet": things.PETS,
    "hobby": things.HOBBIES,
    "day": things.DAYS,
    "month": things.MONTHS,
    "name": _MEN,
    "object": fillers.OBJECTS,
    "secret": fillers.SECRETS,
    "trick": fillers.TRICKS,
    "side": fillers.SIDES,
    "spoke": fillers.SPEECH,
    "letter": fillers.LETTERS,
}
