"""Posts held against readings, as in "do the outage reports in Qasr match our dishes?".

Neither side answers such a question by itself, and whether they agree is for the reader to say.
So both are quoted: what the posts say of the matter, and what changed in the readings in the half
hour around them. Where one of the two has nothing, the question is not answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from siyaq.core.answer import Reason
from siyaq.core.ports import Embedder, Searcher
from siyaq.core.post import Post
from siyaq.core.query import Hit, Ranking
from siyaq.core.span import TimeRange
from siyaq.grounding.draft import NEAR, Draft
from siyaq.grounding.evidence import quote
from siyaq.grounding.reading import read
from siyaq.grounding.select import without_repeats
from siyaq.grounding.unit import Quote
from siyaq.retrieval.vectors import Vectors
from siyaq.text.sentences import sentences

AROUND = timedelta(minutes=30)
POST_HITS = 40
READING_HITS = 80

_THINGS = (
    r"dish(?:es)?|sensors?|vehicles?|cars?|gpus?|graphics cards?|meters?|readings?"
    r"|measurements?|telemetry"
)
_ENGLISH = re.compile(
    r"^(?:do|does|did|are|is|were|was)\s+(?P<posts>.+?)\s+"
    r"(?:match(?:es|ed)?|fit|agree(?:s|d)? with|consistent with|confirmed by|borne out by"
    r"|line up with|correspond to|square with)\s+(?:with\s+)?(?:the|our|my|what our)?\s*"
    rf"(?P<readings>(?:\S+\s+){{0,4}}(?:{_THINGS})\b.*)$",
    re.IGNORECASE,
)
_ARABIC = re.compile(
    r"^هل\s+(?:تتفق|تتطابق|تطابق|توافق|يتفق|يطابق|يوافق)\s+(?P<posts>.+?)\s+(?:مع\s+)?"
    r"(?P<readings>(?:ما\s+\S+\s+)?(?:أطباق|اطباق|قراءات|مستشعرات|مركبات|سيارات|بطاقات|قياسات|عدادات)\S*.*)$"
)


_KINDS: Mapping[str, re.Pattern[str]] = {
    "dish": re.compile(r"\bdish|[أا]طباق", re.IGNORECASE),
    "sensor": re.compile(r"\bsensor|مستشعر", re.IGNORECASE),
    "vehicle": re.compile(r"\bvehicle|\bcars?\b|مركبات|سيارات", re.IGNORECASE),
    "gpu": re.compile(r"\bgpu|\bgraphics card|بطاقات", re.IGNORECASE),
}


class Sides(NamedTuple):
    """What the posts are to be about, and what the readings are of."""

    posts: str
    readings: str
    arabic: bool


Rank = Callable[[str, int], Ranking]
"""Ranks posts for a text, so many at most."""


def sides_of(question: str) -> Sides | None:
    """Return the two sides of a question that holds posts against readings; None for others."""
    for pattern in (_ENGLISH, _ARABIC):
        if found := pattern.match(question.strip(" \n?؟？")):
            return Sides(found["posts"], found["readings"], pattern is _ARABIC)
    return None


def hold_together(
    sides: Sides, rank: Rank, searcher: Searcher, embedder: Embedder, limit: int
) -> Draft:
    """Quote both sides, the posts first, about half of `limit` each."""
    posts = _said(sides.posts, rank, searcher, embedder, max(1, limit - limit // 2))
    if not posts:
        return Draft((), Reason.NO_EVIDENCE)
    placed = [one.hit.post.placed_at for one in posts]
    window = TimeRange(min(placed) - AROUND, max(placed) + AROUND)
    readings = _read(sides, rank, window, max(1, limit // 2))
    if not readings:
        return Draft((), Reason.INSUFFICIENT_EVIDENCE)
    chosen: Sequence[Quote] = [*posts, *readings]
    return Draft(tuple(quote(chosen, [1.0] * len(chosen))), None)


def _said(
    matter: str, rank: Rank, searcher: Searcher, embedder: Embedder, limit: int
) -> Sequence[Quote]:
    """Return what posts say of a matter: the best quotes of different accounts."""
    hits = [hit for hit in rank(matter, POST_HITS).hits if not tells_of_readings(hit.post)]
    if not hits:
        return []
    units = read(matter, hits, searcher, Vectors.over(embedder)).units
    near = [unit for unit in units if unit.covered_by_post >= NEAR]
    best: dict[str, Quote] = {}
    for unit in near:
        best.setdefault(unit.hit.post.author.id, unit)
    return without_repeats(list(best.values()), limit)


def _read(sides: Sides, rank: Rank, window: TimeRange, limit: int) -> Sequence[Quote]:
    """Return what changed in the readings in a window: the best hit of each thing first."""
    found = rank(f"{sides.readings} {sides.posts}", READING_HITS).hits
    kinds = _kinds(sides.readings)
    hits = [
        hit
        for hit in found
        if tells_of_readings(hit.post)
        and hit.post.placed_at in window
        and (not kinds or hit.post.author.id.partition(":")[0] in kinds)
    ]
    things: set[str] = set()
    first: list[Hit] = []
    rest: list[Hit] = []
    for hit in hits:
        (rest if hit.post.author.id in things else first).append(hit)
        things.add(hit.post.author.id)
    return [_sentence(hit, last=sides.arabic) for hit in [*first, *rest][:limit]]


def _kinds(words: str) -> set[str]:
    """Return the kinds of things that a question names; none where it asks for any readings."""
    return {kind for kind, named in _KINDS.items() if named.search(words)}


def _sentence(hit: Hit, *, last: bool) -> Quote:
    """Quote one of the two sentences that tell of a change: in English, and last in Arabic."""
    spans = sentences(hit.post.text)
    place = len(spans) - 1 if last else 0
    return Quote(hit, spans[place], place)


def tells_of_readings(post: Post) -> bool:
    """Say whether a post was made of readings."""
    return isinstance(post.extra.get("telemetry"), Mapping)
