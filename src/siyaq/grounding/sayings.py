"""Which of the posts found say the same as one of them, in whatever words.

Two measures, for two uses. `like` is loose: what it names is passed over when the question is asked
again, and a post too many there costs little. `backing` is strict: what it names is counted for a
reader as saying so too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from siyaq.core.ids import PostId
from siyaq.core.ports import Searcher
from siyaq.core.query import Hit
from siyaq.grounding.cutting import WHOLE_POST_CHARS
from siyaq.grounding.focus import focus_of, numbers_in
from siyaq.grounding.short_answer import likeliest
from siyaq.grounding.support import Clash, clashes
from siyaq.grounding.unit import Quote
from siyaq.retrieval.rarity import PRIOR_POSTS
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fingerprint import similarity

CLAIMED = 0.3
"""Share of likelihood from which a stretch is what a quote says in answer."""

SHARED = 0.3
"""Share of what a post says beyond the question, rare words heavier, that another repeats when it
may say the same."""

SEVERAL = 3
"""Posts that say the same from which what most of them say is what is said."""

REPEATED = 0.5
"""Share of the question that two posts word alike, in one stretch, from which one may have been
made from the other: who phrases things independently seldom does so for REPEATED_WORDS words."""

REPEATED_WORDS = 4

BACKS = 0.5
"""The same where it is counted as saying so, and no value tells: most of it, no less than
BACKING_WORDS words."""

BACKING_WORDS = 2

EDITED = 0.6
"""Similarity from which one post is an edit of another, so that its value is all that differs."""


class Sayings:
    """What the hits of one ranking say beyond the question they were found for."""

    def __init__(self, question: str, hits: Sequence[Hit], searcher: Searcher) -> None:
        self.question = question
        self.hits = hits
        self._searcher = searcher
        self._asked = frozenset(terms(question))
        self._said = [_new(hit.post.text, self._asked) for hit in hits]
        self._rare = _rarity(searcher, set[str]().union(self._asked, *self._said))
        self._values: dict[str, set[str]] = {}

    def of(self, hits: Sequence[Hit]) -> Sayings:
        """Return what other hits for the same question say; what was read is not read again."""
        other = Sayings(self.question, hits, self._searcher)
        other._values = self._values
        return other

    def like(self, lead: Quote) -> frozenset[PostId]:
        """Return the posts that say what the lead says, its own and their copies among them.

        Where several seem to, what most of them say beyond the question is what is said: who says
        none of it is not one of them, and who says it is, however it is worded. They are short
        posts all: a long text holds many words and names, of which one may be the lead's.
        """
        read = [
            (hit, theirs)
            for hit, theirs in zip(self.hits, self._said, strict=True)
            if hit.seq == lead.hit.seq or len(hit.post.text) <= WHOLE_POST_CHARS
        ]
        alike = [theirs for hit, theirs in read if self._says_as(lead, hit, theirs)]
        mostly = _in_most(alike) if len(alike) >= SEVERAL else set[str]()
        names = {lead.hit.post.id, *lead.hit.copies}
        for hit, theirs in read:
            if self._repeats(theirs, mostly) if mostly else theirs in alike:
                names.update((hit.post.id, *hit.copies))
        return frozenset(names)

    def _repeats(self, theirs: set[str], said: set[str]) -> bool:
        return 2 * self._sum(theirs & said) >= self._sum(said)

    def _says_as(self, lead: Quote, hit: Hit, theirs: set[str]) -> bool:
        """Say whether a hit, of which `theirs` is what it says, says what the lead says."""
        value = self._value(lead)
        if value <= theirs if value else self._words_alike(lead, hit):
            return True
        own = _new(lead.text, self._asked)
        smaller = min(self._sum(own), self._sum(theirs))
        shared = smaller > 0 and self._sum(own & theirs) >= SHARED * smaller
        differs = bool(value) or numbers_in(lead.text) != numbers_in(hit.post.text)
        return shared and not (differs and similarity(lead.text, hit.post.text) >= EDITED)

    def backing(self, lead: Quote) -> list[Hit]:
        """Return the hits of which it can be said that they state what the lead states.

        Its own is the first. The others are short posts that give the value it clearly gives, or
        most of its other words, about as much of what was asked, and nothing that speaks against.
        """
        about = self._asked & set(terms(f"{lead.hit.post.title} {lead.text}"))
        short = [
            (hit, theirs)
            for hit, theirs in zip(self.hits, self._said, strict=True)
            if hit.seq != lead.hit.seq
            and len(hit.post.text) <= WHOLE_POST_CHARS
            and 2 * self._sum(about.intersection(terms(hit.post.text))) >= self._sum(about)
        ]
        if not short:
            return [lead.hit]
        own, value = _new(lead.text, self._asked), self._value(lead)
        saying = [
            hit
            for hit, theirs in short
            if (value <= theirs if value else self._mostly(own, theirs))
            and not _against(lead.text, hit.post.text)
        ]
        return [lead.hit, *saying]

    def _words_alike(self, lead: Quote, hit: Hit) -> bool:
        """Say whether two short posts hold one stretch of words that is much of the question."""
        if max(len(lead.text), len(hit.post.text)) > WHOLE_POST_CHARS:
            return False
        own, theirs = terms(lead.text), terms(hit.post.text)
        run = SequenceMatcher(None, own, theirs, autojunk=False).find_longest_match()
        asked = self._asked.intersection(own[run.a : run.a + run.size])
        return len(asked) >= max(REPEATED_WORDS, REPEATED * len(self._asked))

    def _mostly(self, own: set[str], theirs: set[str]) -> bool:
        both = own & theirs
        smaller = min(self._sum(own), self._sum(theirs))
        return len(both) >= BACKING_WORDS and self._sum(both) >= BACKS * smaller

    def _value(self, quote: Quote) -> set[str]:
        """Return the terms of what a quote clearly says in answer; none where nothing is clear."""
        if quote.text not in self._values:
            self._values[quote.text] = self._clear_value(quote)
        return self._values[quote.text]

    def _clear_value(self, quote: Quote) -> set[str]:
        best = likeliest(quote.text, focus_of(self.question))
        clear = best is not None and best[1] >= CLAIMED
        return _new(best[0].of(quote.text), self._asked) if best and clear else set()

    def _sum(self, words: Iterable[str]) -> float:
        return sum(self._rare.get(word, 0.0) for word in words)


def _against(one: str, other: str) -> bool:
    return not {Clash.NEGATION, Clash.ANTONYM}.isdisjoint(clashes(one, [other]))


def _in_most(said: Sequence[set[str]]) -> set[str]:
    counts = Counter(word for words in said for word in words)
    return {word for word, count in counts.items() if 2 * count > len(said)}


def _new(text: str, asked: frozenset[str]) -> set[str]:
    return {term for term in terms(text) if term not in asked and not is_stop_word(term)}


def _rarity(searcher: Searcher, words: Iterable[str]) -> Mapping[str, float]:
    total = searcher.document_count + PRIOR_POSTS
    counts = searcher.document_frequency(words)
    return {word: math.log(1 + total / (count + 1)) for word, count in counts.items()}
