"""What a claim is about beyond its common words: where it was, who is named, how many.

Many things happen in the same words: bread gets dearer in two towns, two phones have batteries.
So a post that shares a claim's words must not be taken for one about the same thing where it names
another place or other names, or agrees with none of several numbers and dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from siyaq.grounding.support import Piece, Quantity, Read, missing_names, rival_number, same
from siyaq.grounding.support.hard import TIMES
from siyaq.text.fold import fold

ABOUT: Final = 0.5
"""Share of a claim's words from which a sentence is about the same thing."""

_SEVERAL: Final = 2
_MOST: Final = 0.65  # share of the shorter post's words
_MUCH: Final = 0.4  # the same, where a place is shared too
_ALIKE: Final = 0.8  # of a claim that names nothing, in a sentence with another number
_COMMON_WORDS: Final = 4
_WORDS_OF_CLAUSE: Final = 3
_CLAUSES: Final = re.compile(r"[،؛;]|[,:](?!\d)")
_MY_KIN: Final = r"[وف]?(?:ام|اب|والدت?|اخت?|جدت?|عمت?|خالت?|زوجت?|ابنت?|جارت?|صديقت?)ي"
_TOLD: Final = re.compile(
    r"\b(?:told|tells|tell|showed|warned|texted|called) (?:me|my \w+)\b"
    r"|\bmy \w+ (?:saw|says|said|heard|told|read)\b"
    r"|\b(?:believe|trust) me\b"
    r"|\bi (?:can )?(?:tell|assure|promise|swear|confirm|say|know|hear|heard|saw)(?: you)?\b"
    r"|(?:^|(?<=\s))[وف]?(?:انا|انني) (?:متاكد|متاكده|واثق|واثقه|اوكد|اقسم|اعرف|اقول)(?=\W|$)"
    r"|(?:^|(?<=\s))[وف]?(?:قال|قالت|قالوا|يقول|تقول|حكي|حكت|كتب|كتبت) لي(?=\W|$)"
    rf"|(?:^|(?<=\s)){_MY_KIN} (?:راي|رات|شاهد|شاهدت|سمع|سمعت|يقول|تقول|قال|قالت|قرا|قرات)(?=\W|$)"
)
"""Who told it or swears to it, which is no part of what is told."""
_OWN: Final = re.compile(
    r"\b(?:i|i'(?:m|d|ve|ll)|me|my|mine|myself)\b"
    r"|\bour (?:building|house|flat|block|kitchen|garden)\b"
    r"|^\W*(?:took|cooked|baked|burned|bought|paid|waited|spent|walked|drank|ate|slept|queued)\b"
    rf"|(?:^|(?<=\s))(?:{_MY_KIN}"
    r"|[وف]?(?:انا|انني|عندي|عندنا|لدي|لي|بي|معي|نفسي|بيتنا|عمارتنا|شقتنا|حارتنا))(?=\W|$)"
)
"""What tells of one's own life. An English sentence that begins with such a verb leaves out "I"."""
_DISTRICT: Final = "حي"
_LABELED: Final = frozenset(
    fold(
        "no number line bus route flight train page chapter part week day year attempt round "
        "episode version phase level channel gate room platform article section highway road "
        "رقم الصفحة صفحة الفصل الجزء الأسبوع اليوم السنة المحاولة الجولة الحلقة الرحلة الحافلة "
        "الخط القطار النسخة المرحلة القناة البوابة الغرفة الرصيف المادة الطريق"
    ).split()
)

_TRUTH: Final = Read("true right correct fact truth صحيح الصحيح حقيقة الصواب").topic
"""What a claim and its denial both speak of, whatever they are about."""
_SPOKEN: Final = re.compile(
    r"\b(?:said|says|replied|answered)\s*:|(?:^|(?<=\s))[وف]?(?:قال|قالت|يقول|تقول|اجاب|اجابت|رد|ردت)\s*:"
)
"""Behind it stands what somebody said."""
_CORRECTS: Final = re.compile(
    r"\b(?:correction|corrects|clarification|clarif(?:y|ies|ied)|rumou?rs?|false alarm|no changes?"
    r"|unchanged)\b"
    r"|(?:^|(?<=\s))(?:[وف]?(?:تصحيح|توضيح|تصويب|يصحح|تصحح|توضح|يوضح|اوضح|اوضحت|شايعات|اشاعات"
    r"|(?:لا|بلا|دون|بدون) تغيير))(?=\W|$)"
)


@dataclass(frozen=True)
class Subject:
    """What a claim says it is about. One that names nothing is about what its whole post names."""

    claim: Read
    post: Read

    @cached_property
    def counting(self) -> Read:
        """The clause of the claim that has its first figure: who said so need not be repeated.

        The whole claim where that clause has too few words to be about something.
        """
        for part in _CLAUSES.split(self.claim.text):
            read = Read(part)
            if read.numbers:
                return read if len(read.topic) >= _WORDS_OF_CLAUSE else self.claim
        return self.claim

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
        return not (self.claim.topic & other.terms) <= named | _TRUTH

    def counted_by(self, other: Read) -> bool:
        """Say whether a post agrees with some number of the claim, if both state any."""
        mine, theirs = _figures(self.claim), _figures(other)
        return not mine or not theirs or _same_number(self.claim, other)

    def recounted_by(self, sentence: Read, whole: Read) -> bool:
        """Say whether a sentence of a post gives another number for what the claim counts.

        Of several figures of which both speak it has to keep one. Numbers by which something is
        called count nothing, what people count of their own lives is each their own. Where nothing
        named is common to both posts, and the other sets nothing right, they must share most of
        their words, or a place and many, and then how long something took tells nothing: queues
        are of every length. What is counted in one place has no rival in another. A claim that
        names nothing must be told again but for its number, or in a sentence that itself names what
        the claim's post does.
        """
        bare = not (self.claim.names or self.claim.places or self._named_in(sentence))
        if bare and about(self.counting, sentence) < _ALIKE:
            return False
        certain = self._named_in(whole) or (
            self._is_where(whole) and _sets_right(whole) and self.counted_in(sentence)
        )
        if not certain and not self.meets(whole):
            return False
        if own_life(self.claim, sentence) or apart(self.post, whole):
            return False
        mine, theirs = (counted(one, times=certain) for one in (self.claim, sentence))
        return keeps_one(self.claim, sentence) and rival_number(mine, theirs)

    def borne_out_by(self, sentence: Read) -> bool:
        """Say whether a sentence that tells the same could be of the same thing.

        It has to tell what the claim has somebody say, not only who was asked. What people tell of
        their own lives, where the claim names nothing, is each their own.
        """
        if not self.claim.names and not self.claim.places and own_life(self.claim, sentence):
            return False
        _, *said = _SPOKEN.split(fold(self.claim.text), maxsplit=1)
        return not said or about(Read(said[0]), sentence) >= ABOUT

    def counted_in(self, sentence: Read) -> bool:
        """Say whether a sentence is about what the claim counts."""
        return about(self.counting, sentence) >= ABOUT

    def meets(self, whole: Read) -> bool:
        """Say whether both posts name something in common, or are alike enough without.

        They share most of their words, or a place and many.
        """
        share = _MUCH if self._is_where(whole) else _MOST
        return self._named_in(whole) or _shares(self.post, whole, share)

    def _is_where(self, whole: Read) -> bool:
        return bool(self.post.places & whole.terms)

    def _named_in(self, other: Read) -> bool:
        """Say whether one of two posts names something that stands in the other."""
        ways = ((_own_names(self.post), other), (_own_names(other), self.post))
        return any(
            names and len(missing_names(names, held.spelled)) < len(names) for names, held in ways
        )


def about(claim: Read, other: Read) -> float:
    """Return the share of a claim's words that stand in another text, 0..1."""
    wanted = claim.topic
    return len(wanted & other.terms) / len(wanted) if wanted else 0.0


def apart(one: Read, other: Read) -> bool:
    """Say whether two posts both name places, and neither speaks of any that the other names."""
    mine, theirs = one.places, other.places
    said = bool(mine) and bool(theirs)
    return said and mine.isdisjoint(other.terms) and theirs.isdisjoint(one.terms)


def own_life(*told: Read) -> bool:
    """Say whether one of several texts tells of the life of whoever wrote it."""
    return any(_OWN.search(_TOLD.sub("", fold(one.text))) for one in told)


def keeps_one(claim: Read, other: Read) -> bool:
    """Say whether a sentence keeps one of several figures of a claim, of which both speak.

    Two things that differ in all of them are two things. A date is none of them where the other
    states none: a denial need not name the day; nor is "one" in words a figure.
    """
    mine, theirs = claim.dates, other.dates
    moments = len(mine.moments) if theirs.moments else 0
    weekdays = len(mine.weekdays) if theirs.weekdays else 0
    if len(_figures(claim)) + moments + weekdays < _SEVERAL:
        return True
    return _same_number(claim, other) or _same_date(claim, other)


def counted(read: Read, *, times: bool) -> list[Quantity]:
    """Return what a text counts, not what is called by a number; minutes and days if wanted."""
    found = (one for one in read.numbers if not _labels(read.pieces, one.place))
    return [one for one in found if times or one.unit not in TIMES]


def _figures(read: Read) -> list[Quantity]:
    return [one for one in read.numbers if not one.spelled or one.value != 1]


def _own_names(read: Read) -> list[Piece]:
    """Return the names of a text but for districts such as every town has: "حي الميناء"."""
    common = {
        id(piece)
        for before, piece in pairwise(read.pieces)
        if before.folded == _DISTRICT and piece.folded.startswith("ال")
    }
    return [one for one in read.names if id(one) not in common]


def _sets_right(post: Read) -> bool:
    """Say whether a post denies or corrects something, whatever that is."""
    return post.denies or _CORRECTS.search(fold(post.text)) is not None


def _shares(one: Read, other: Read, share: float) -> bool:
    shared, least = len(one.terms & other.terms), min(len(one.terms), len(other.terms))
    return shared >= max(_COMMON_WORDS, share * least)


def _labels(pieces: Sequence[Piece], place: int) -> bool:
    """Say whether the number at `place` is what something is called by: bus 4, page 12."""
    return place > 0 and pieces[place - 1].folded in _LABELED


def _same_number(one: Read, other: Read) -> bool:
    mine, theirs = _figures(one), _figures(other)
    return any(same(this.value, that.value) for this in mine for that in theirs)


def _same_date(one: Read, other: Read) -> bool:
    mine, theirs = one.dates, other.dates
    moments = any(this.agrees(that) for this in mine.moments for that in theirs.moments)
    return moments or not mine.weekdays.isdisjoint(theirs.weekdays)
