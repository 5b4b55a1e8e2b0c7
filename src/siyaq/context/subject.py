"""What a claim is about beyond its common words: where it was, who is named, how many.

Many things happen in the same words: bread gets dearer in two towns, two phones have batteries.
So a post that shares a claim's words must not be taken for one about the same thing where it names
another place or other names, or agrees with none of several numbers and dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from siyaq.grounding.support import Piece, Quantity, Read, missing_names, rival_number, same
from siyaq.grounding.support.hard import TIMES
from siyaq.text.fold import fold

_SEVERAL: Final = 2
_MOST: Final = 0.65  # share of the shorter post's words
_MUCH: Final = 0.4  # the same, where a place is shared too
_COMMON_WORDS: Final = 4
_OWN: Final = re.compile(
    r"\b(?:i|i'(?:m|d|ve|ll)|me|my|mine|myself)\b"
    r"|(?:^|(?<=\s))[وف]?(?:انا|انني|عندي|لدي|نفسي)(?=\W|$)"
)
_LABELED: Final = frozenset(
    fold(
        "no number line bus route flight train page chapter part week day year attempt round "
        "episode version phase level channel gate room platform article section highway road "
        "رقم الصفحة صفحة الفصل الجزء الأسبوع اليوم السنة المحاولة الجولة الحلقة الرحلة الحافلة "
        "الخط القطار النسخة المرحلة القناة البوابة الغرفة الرصيف المادة الطريق"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a claim says it is about. One that names nothing is about what its whole post names."""

    claim: Read
    post: Read

    def met_by(self, other: Read) -> bool:
        """Say whether a post in the same language speaks of the same place and the same names.

        One place that has a name is enough, or half of the names: a denial need not repeat who was
        quoted. So is one name of the whole post, where the other post names anything.
        """
        named = self.claim if self.claim.places or self.claim.names else self.post
        if named.places and named.places.isdisjoint(other.terms):
            return False
        lost = missing_names(named.names, other.spelled) if named.names else []
        there = {one.term for one in named.names} & named.places & other.terms
        if not there and 2 * len(lost) > len(named.names):
            return False
        return not self.post.names or not other.names or self._named_in(other)

    def matters_to(self, other: Read) -> bool:
        """Say whether a post shares more with the claim than who and where it names."""
        named = {one.term for one in self.post.names} | self.post.places
        return not (self.claim.topic & other.terms) <= named

    def counted_by(self, other: Read) -> bool:
        """Say whether a post agrees with some number of the claim, if both state any."""
        mine, theirs = self.claim.numbers, other.numbers
        return not mine or not theirs or _same_number(self.claim, other)

    def recounted_by(self, sentence: Read, whole: Read) -> bool:
        """Say whether a sentence of a post gives another number for what the claim counts.

        Of several figures it has to keep one. Numbers by which something is called count nothing,
        what people count of their own lives is each their own. Where nothing named is common to
        both posts they must share most of their words, or a place and many, and then how long
        something took tells nothing: queues are of every length.
        """
        certain = self._named_in(whole) or _shares(self.post, whole, _MOST)
        if not certain and not (
            self.post.places & whole.terms and _shares(self.post, whole, _MUCH)
        ):
            return False
        if any(_OWN.search(fold(one.text)) for one in (self.claim, sentence)):
            return False
        claim, dates = self.claim, self.claim.dates
        figures = len(claim.numbers) + len(dates.moments) + len(dates.weekdays)
        kept = _same_number(claim, sentence) or _same_date(claim, sentence)
        return (kept or figures < _SEVERAL) and rival_number(
            _counts(claim, times=certain), _counts(sentence, times=certain)
        )

    def _named_in(self, other: Read) -> bool:
        """Say whether one of two posts names something that stands in the other."""
        ways = ((self.post, other), (other, self.post))
        return any(
            one.names and len(missing_names(one.names, held.spelled)) < len(one.names)
            for one, held in ways
        )


def _shares(one: Read, other: Read, share: float) -> bool:
    shared, least = len(one.terms & other.terms), min(len(one.terms), len(other.terms))
    return shared >= max(_COMMON_WORDS, share * least)


def _counts(read: Read, *, times: bool) -> list[Quantity]:
    """Return what is counted, not what is called by a number; minutes and days if wanted."""
    counted = (one for one in read.numbers if not _labels(read.pieces, one.place))
    return [one for one in counted if times or one.unit not in TIMES]


def _labels(pieces: Sequence[Piece], place: int) -> bool:
    """Say whether the number at `place` is what something is called by: bus 4, page 12."""
    return place > 0 and pieces[place - 1].folded in _LABELED


def _same_number(one: Read, other: Read) -> bool:
    return any(same(mine.value, theirs.value) for mine in one.numbers for theirs in other.numbers)


def _same_date(one: Read, other: Read) -> bool:
    mine, theirs = one.dates, other.dates
    moments = any(this.agrees(that) for this in mine.moments for that in theirs.moments)
    return moments or not mine.weekdays.isdisjoint(theirs.weekdays)
