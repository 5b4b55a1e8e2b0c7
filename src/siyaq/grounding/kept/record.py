"""What is kept of an answer: the question in full, and the evidence as places in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from siyaq.core.answer import Answer, ConflictSide, Evidence, Question, Sentence
from siyaq.core.event import LogEntry
from siyaq.core.ids import PostId
from siyaq.core.query import Filters
from siyaq.core.span import Span, TimeRange
from siyaq.grounding.question import REMEMBERED


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A stretch [start, end) of one version of a post, in code points."""

    post_id: str
    seq: int  # where the log holds that version
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The stretch alone."""
        return Span(self.start, self.end)


class KeptCitation(msgspec.Struct, frozen=True, array_like=True):
    """One quote: which evidence of the answer, and where."""

    evidence: int
    quote: Place
    support: float


class KeptSide(msgspec.Struct, frozen=True, array_like=True):
    """One side of a conflict: where its value stands, and the evidence that gives it."""

    value: Place
    evidence: tuple[int, ...]
    created_at: datetime | None


class Restriction(msgspec.Struct, frozen=True, omit_defaults=True):
    """The filters of a question."""

    since: datetime | None = None
    until: datetime | None = None
    langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, filters: Filters) -> Restriction:
        """Keep filters; `only` is a caller's affair."""
        return cls(
            filters.placed.since,
            filters.placed.until,
            filters.langs,
            filters.sources,
            filters.authors,
        )

    def filters(self) -> Filters:
        """Return them as a question takes them."""
        return Filters(
            placed=TimeRange(self.since, self.until),
            langs=self.langs,
            sources=self.sources,
            authors=self.authors,
        )


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer on the shelf. It holds the asker's own words and none of anybody else's."""

    id: str
    question: str
    as_of: datetime
    status: str
    reason: str | None = None
    model: str = ""
    previous: str = ""
    earlier: tuple[str, ...] = ()  # what the same person asked before, the last few
    filters: Restriction = Restriction()
    evidence: tuple[Place, ...] = ()  # e1, e2, … in order
    markers: tuple[int, ...] = ()
    sentences: tuple[tuple[KeptCitation, ...], ...] = ()
    short: Place | None = None
    conflicts: tuple[tuple[KeptSide, ...], ...] = ()
    within: tuple[str, ...] | None = None  # the collections it was made from; None: of everything

    @property
    def posts(self) -> frozenset[PostId]:
        """Every post it cites."""
        return frozenset(PostId(place.post_id) for place in self.evidence)


def record(
    question: Question,
    answer: Answer,
    held: Mapping[PostId, LogEntry],
    within: tuple[str, ...] | None = None,
) -> Kept:
    """Return what is kept of an answer; `held` are the current entries of the posts it cites.

    `within` are the collections that it was made from, None where nothing was kept from it.
    What stands in its post no longer, a moment after it was shown, is left out.
    """
    finder = _Finder(answer.references, held)
    asked = [turn.content for turn in question.history if turn.role == "user"]
    return Kept(
        id=answer.id,
        question=question.text,
        as_of=answer.as_of,
        status=answer.status.value,
        reason=answer.reason.value if answer.reason else None,
        model=answer.model,
        previous=question.previous,
        earlier=tuple(asked[-REMEMBERED:]),
        filters=Restriction.of(question.filters),
        evidence=tuple(finder.extents),
        markers=tuple(finder.markers),
        sentences=tuple(filter(None, map(finder.citations, answer.sentences))),
        short=finder.short(answer),
        conflicts=tuple(
            tuple(side for one in conflict.sides if (side := finder.side(one)))
            for conflict in answer.conflicts
        ),
        within=within,
    )


class _Finder:
    """Finds where the words of an answer stand in the posts it cites."""

    def __init__(self, references: Sequence[Evidence], held: Mapping[PostId, LogEntry]) -> None:
        self._held = held
        self._numbers: dict[str, int] = {}
        self.extents: list[Place] = []
        self.markers: list[int] = []
        for one in references:
            place = self._find(one.post_id, one.text, 0)
            if place is not None:
                self._numbers[one.id] = len(self.extents)
                self.extents.append(place)
                self.markers.append(one.marker)

    def citations(self, sentence: Sentence) -> tuple[KeptCitation, ...]:
        """Return the citations of a sentence whose words were found."""
        return tuple(
            KeptCitation(self._numbers[one.evidence_id], place, one.support)
            for one in sentence.citations
            if (place := self._inside(one.evidence_id, one.quote))
        )

    def side(self, side: ConflictSide) -> KeptSide | None:
        """Return one side of a conflict, None where its value was not found."""
        value = self._inside(side.evidence_ids[0], side.value)
        numbers = tuple(self._numbers[name] for name in side.evidence_ids if name in self._numbers)
        return None if value is None else KeptSide(value, numbers, side.created_at)

    def short(self, answer: Answer) -> Place | None:
        """Return where the short answer stands: inside a quote of the answer."""
        quotes = [one.quote for sentence in answer.sentences for one in self.citations(sentence)]
        for quote in quotes if answer.short_answer else ():
            found = self._find(PostId(quote.post_id), answer.short_answer or "", quote.start)
            if found is not None and found.end <= quote.end:
                return found
        return None

    def _inside(self, evidence_id: str, words: str) -> Place | None:
        if evidence_id not in self._numbers:
            return None
        extent = self.extents[self._numbers[evidence_id]]
        return self._find(PostId(extent.post_id), words, extent.start)

    def _find(self, name: PostId, words: str, after: int) -> Place | None:
        entry = self._held.get(name)
        if entry is None or entry.post is None or not words:
            return None
        start = entry.post.text.find(words, after)
        return None if start < 0 else Place(name, entry.seq, start, start + len(words))
