"""Finds every post that says what one text says: copies, disguised copies, changed copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siyaq.context.fact_checks import FIELD
from siyaq.core.card import Sameness
from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.core.ports import Searcher
from siyaq.core.post import Post
from siyaq.core.query import Filters
from siyaq.core.span import TimeRange
from siyaq.grounding.support import Read, reading
from siyaq.log import LogReader
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import Wording, distinctive, fingerprint

COUNTED_AT_MOST: Final = 1_000
"""Exact and disguised copies fetched for one card; the earliest are among them."""
CANDIDATES: Final = 200
VARIANTS: Final = 12
"""Other wordings of a text whose own copies are looked up, the most alike first."""
_OF_VARIANT: Final = 50  # of each, the earliest and the newest
_TERMS: Final = 20  # the rarest of a text; more would only slow the search for near copies
_WORDS_AT_LEAST: Final = 4  # of a text that can be nearly the same as another
_LONG: Final = 4_000  # characters; comparing two such texts takes milliseconds
_LONG_CANDIDATES: Final = 20

Says = Literal["same", "alike", "other"]
Likeness = tuple[Sameness | None, Says, bool]
"""How a text is a copy (None: it is none), what it says, and whether of elsewhere."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One member of a cluster: the post itself is an "exact" one.

    `says` the "same" as the text, be it cut short or ended otherwise; "alike", in nearly the same
    words; or "other" than it, where a number, a negation, the place or more than a word or two
    differs. `elsewhere`: what differs is the place, so it tells of another event.
    """

    seq: Seq
    post: Post
    sameness: Sameness
    says: Says = "same"
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """A text and every post found that says the same, in placed order.

    `related` are posts that share rare words with it and say something else, likeliest first.
    `truncated`: there are more copies than COUNTED_AT_MOST. `distinctive`: the text is long
    enough that nobody writes it twice by chance.
    """

    text: str
    copies: tuple[Copy, ...]
    related: tuple[Post, ...]
    truncated: bool
    distinctive: bool

    @property
    def first(self) -> Copy | None:
        """The earliest that says the same. What is only alike or says something else is not it."""
        return next((copy for copy in self.copies if copy.says == "same"), None)

    @property
    def earlier_alike(self) -> Copy | None:
        """The earliest in nearly the same words, if it was there before the first."""
        first = self.first
        earliest = next((copy for copy in self.copies if copy.says != "other"), None)
        return None if earliest is first else earliest


def find_cluster(
    text: str,
    searcher: Searcher,
    log: LogReader,
    *,
    own: LogEntry | None = None,
    until: datetime | None = None,
) -> Cluster:
    """Gather the cluster of a text, of which `own` is a live post; all placed before `until`.

    Exact and disguised copies share a fingerprint, which the index holds as
    `siyaq.text.fingerprint.fingerprint(post.text)`. Near copies are looked for among the
    CANDIDATES posts that share most of its rarest words, and compared word by word.
    """
    where = Filters() if until is None else Filters(placed=TimeRange(until=until))
    found = _Found(text, searcher, log, where)
    if own is not None and own.post is not None:
        found.earlier = Filters(placed=TimeRange(until=own.post.placed_at))
        found.copies[own.seq] = Copy(own.seq, own.post, "exact")
    same = found.same_words()
    alike = _alike(text, searcher, where, beyond=len(same))
    found.take(same)
    related = found.compare(alike)
    found.compare(found.of_variants())
    ordered = sorted(found.copies.values(), key=lambda copy: (copy.post.placed_at, copy.seq))
    return Cluster(
        text=text,
        copies=tuple(ordered),
        related=tuple(related),
        truncated=len(same) > COUNTED_AT_MOST,
        distinctive=distinctive(text),
    )


class _Found:
    """The copies found so far of one text."""

    def __init__(self, text: str, searcher: Searcher, log: LogReader, where: Filters) -> None:
        self.copies: dict[Seq, Copy] = {}
        self._wording = Wording(text)
        self._compared: dict[str, Likeness] = {}
        self._searcher = searcher
        self._log = log
        self._where = where
        self.earlier = where  # where the newest copies are looked for: the likeliest sources

    def same_words(self) -> list[Seq]:
        """Return the posts whose words are those of the text: the earliest, then the newest."""
        wanted = COUNTED_AT_MOST + 1
        return self._marked(fingerprint(self._wording.text), wanted)

    def of_variants(self) -> Iterator[Seq]:
        """Yield posts that repeat one of the other wordings found."""
        texts = (copy.post.text for copy in self.copies.values() if copy.sameness != "normalized")
        marks = dict.fromkeys(fingerprint(text) for text in texts)
        marks.pop(fingerprint(self._wording.text), None)
        for mark in [*marks][:VARIANTS]:
            yield from self._marked(mark, _OF_VARIANT)

    def take(self, seqs: Iterable[Seq]) -> None:
        """Keep these posts, whose words are those of the text, where they are live."""
        for seq, post in self._log.posts(seq for seq in seqs if seq not in self.copies).items():
            if FIELD in post.extra:
                continue  # a review quotes the claim, and is no copy of it
            exact = post.text == self._wording.text
            self.copies[seq] = Copy(seq, post, "exact" if exact else "normalized")

    def compare(self, seqs: Iterable[Seq]) -> list[Post]:
        """Keep the copies among these posts that are live, and return those that are none."""
        wanted = [seq for seq in dict.fromkeys(seqs) if seq not in self.copies]
        posts = self._log.posts(wanted)
        others: list[Post] = []
        for seq in wanted:
            post = posts.get(seq)
            if post is None:
                continue
            sameness, says, elsewhere = self._likeness(post.text)
            if sameness is None or FIELD in post.extra:
                others.append(post)
            else:
                self.copies[seq] = Copy(seq, post, sameness, says, elsewhere)
        return others

    def _likeness(self, text: str) -> Likeness:
        if text not in self._compared:
            self._compared[text] = _compare(self._wording, text)
        return self._compared[text]

    def _marked(self, mark: str, k: int) -> list[Seq]:
        if not mark:
            return []
        find, where = self._searcher.linked, self._where
        seqs = [*find("fingerprint", mark, where=where, k=k, newest_first=False)]
        if len(seqs) == k:
            newest = find("fingerprint", mark, where=self.earlier, k=_OF_VARIANT, newest_first=True)
            seqs += [seq for seq in newest if seq not in seqs]
        return seqs


def _alike(text: str, searcher: Searcher, where: Filters, *, beyond: int) -> list[Seq]:
    """Return posts that share the rarest words of `text`, the most alike first.

    `beyond` as many more as there are equal copies, which come first and would crowd out others.
    """
    words = [term for term in dict.fromkeys(terms(text[:_LONG])) if not is_stop_word(term)]
    if len(words) < _WORDS_AT_LEAST:
        return []
    frequency = searcher.document_frequency(words)
    shared = sorted((word for word in words if frequency[word] > 1), key=frequency.__getitem__)
    if not shared:
        return []
    k = CANDIDATES if len(text) <= _LONG else _LONG_CANDIDATES
    found = searcher.lexical(dict.fromkeys(shared[:_TERMS], 1.0), where, k + beyond)
    return [line.seq for line in found]


def _compare(wording: Wording, text: str) -> Likeness:
    shorter, longer = sorted((len(wording.text), len(text)))
    if longer > _LONG and longer > 2 * shorter:
        return None, "other", False
    other = Wording(text)
    sameness = wording.sameness(other)
    if wording.abridges(other):
        return sameness or ("opening" if wording.words else None), "same", False
    repeats = wording.repeats(other)
    if (sameness or repeats) and _moves(reading(wording.text), reading(text)):
        return sameness, "other", sameness is not None
    if repeats:
        return sameness or "opening", "same", False
    return sameness, "alike" if wording.rewords(other) else "other", False


def _moves(one: Read, other: Read) -> bool:
    """Say whether each of two texts names a place of which the other does not speak.

    Where both are of a place that has a name they are of one event: whoever passes it on may add
    any place to it.
    """
    mine, theirs = ({name.term for name in read.names} for read in (one, other))
    if one.places & other.places & mine & theirs:
        return False
    return not one.places <= other.terms and not other.places <= one.terms
