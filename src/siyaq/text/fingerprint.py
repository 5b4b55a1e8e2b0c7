"""Tells whether two texts say the same: copies, disguised copies, copies with a change.

A disguise makes no other text: vowel signs, tatweel, characters that cannot be seen, alef forms,
digits of another script, case, emoji, links, mentions and "RT" in front, punctuation, spacing. A
number or a negation does, and so does a mention inside: it says whom the text is about.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Final, TypeVar

from siyaq.core.card import Sameness
from siyaq.text.fold import fold
from siyaq.text.negation import NEGATIONS

NEAR: Final = 0.65
"""Least similarity of two texts of which one is an edit of the other.

Between one changed word in four (0.68) and two prayers or adverts made from one template (0.64).
"""

REPEATED: Final = 0.8
"""Least similarity of two texts that say the same in nearly the same words."""

OPENING: Final = 45
"""Characters of normalized text that two posts begin with by no chance, however they go on."""

OPENED_AT_MOST: Final = 300
"""Characters of normalized text that such a beginning can speak for."""

DISTINCTIVE: Final = 40
"""Characters of normalized text from which on equal posts are copies."""

_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|https?(?::/?)?(?=…|\.\.\.)")
_ADDRESS: Final = re.compile(r"(?:[\s\W]*(?:[@＠]\w+(?:[.\-]\w+)*|\b(?:rt|mt)\b(?=\s|:)))+")
_ORNAMENT: Final = re.compile(r"'|’|ʼ|,(?<=\d,)(?=\d{3}(?!\d))")
_ASCII_WORD: Final = re.compile(r"[a-z][a-z0-9]*|[0-9]+(?:[.,:][0-9]+)*%?")
_WORD: Final = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W_]+")
_EDGES: Final = re.compile(r"^\W+|[^\w%]+$")
T = TypeVar("T")

_CUT: Final = re.compile(r"(?:…|\.\.\.)\W*(?:(?:https?://|www\.)\S*)?\W*$")
_CUT_AT_LEAST: Final = 5  # words
_LINK_AT_MOST: Final = 200
_UNCUT: Final = 10**9  # words
_ALIGNED_AT_MOST: Final = 500  # words; an alignment takes the square of that


def normalize(text: str) -> str:
    """Return the words of `text` without disguise, one space between; "" if no word is left."""
    return " ".join(_words(text))


def fingerprint(text: str) -> str:
    """Return 16 hex characters that copies and disguised copies of `text` share.

    "" for a text in which no word is left, such as a bare link: nothing is a copy of nothing.
    An index keeps `fingerprint(post.text)` in the field "fingerprint", and nothing where it is "".
    """
    return digest(normalize(text))


def digest(plain: str) -> str:
    """Return the fingerprint of a text that `normalize` returned."""
    return blake2b(plain.encode(), digest_size=8).hexdigest() if plain else ""


def distinctive(text: str) -> bool:
    """Say whether `text` is long enough that two people do not write it by chance.

    "Good morning" and "just posted a photo" are the same text without being copies.
    """
    return len(normalize(text)) >= DISTINCTIVE


class Wording:
    """One text made ready to be compared with many others."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = _words(text)

    @cached_property
    def _counted(self) -> frozenset[object]:
        """The words of the text, as a set in which each stands as often as it does there."""
        return _multiset(self.words)

    @cached_property
    def _pairs(self) -> frozenset[object]:
        """The same of pairs of neighboring words, with the text's two ends as words."""
        return _multiset([*pairwise(["", *self.words, ""])])

    @cached_property
    def _plain(self) -> str:
        return " ".join(self.words)

    def similarity(self, other: Wording) -> float:
        """Return the mean of two Dice coefficients: shared words, shared pairs of neighbors."""
        if not self.words or not other.words:
            return float(self._says_as_little_as(other))
        return (_dice(self._counted, other._counted) + _dice(self._pairs, other._pairs)) / 2

    def sameness(self, other: Wording) -> Sameness | None:
        """Return how `other` is a copy of this text, None if it is another text."""
        if self.text == other.text:
            return "exact"
        if self.words == other.words:
            alike = bool(self.words) or self._says_as_little_as(other)
            return "normalized" if alike else None
        return "near" if self._reaches(NEAR, other) else None

    def repeats(self, other: Wording) -> bool:
        """Say whether one of the two repeats the other, be it cut short or ended otherwise.

        A number or a negation that differs makes it another statement, however near.
        """
        return self.abridges(other) or (self._opens_like(other) and self._agrees(other))

    def abridges(self, other: Wording) -> bool:
        """Say whether the words of both are the same, as far as neither is cut short."""
        return self.words == other.words or self._cuts_short(other) or other._cuts_short(self)

    def rewords(self, other: Wording) -> bool:
        """Say whether the two say the same in nearly the same words."""
        return self._reaches(REPEATED, other) and self._agrees(other)

    def _reaches(self, least: float, other: Wording) -> bool:
        """Say whether the similarity is `least` or more; mostly quick to tell, if it is not."""
        if self.words and other.words and _dice(self._counted, other._counted) < 2 * least - 1:
            return False  # whatever the order of the words
        return self.similarity(other) >= least

    def _cuts_short(self, other: Wording) -> bool:
        """Say whether this text ends in an ellipsis where `other` goes on."""
        whole = self.words[:-1]  # the last word may be cut itself
        return len(whole) >= _CUT_AT_LEAST and self._is_cut and other.words[: len(whole)] == whole

    def _opens_like(self, other: Wording) -> bool:
        """Say whether both are short and begin with the same words."""
        texts = self._plain, other._plain
        return max(map(len, texts)) <= OPENED_AT_MOST and (
            len(texts[0][:OPENING]) == OPENING and texts[0][:OPENING] == texts[1][:OPENING]
        )

    def _agrees(self, other: Wording) -> bool:
        """Say whether no number and no negation differs, as far as both texts go."""
        end = min(self._end, other._end)
        if end < max(len(self.words), len(other.words)):
            return Counter(_stakes(self.words[:end])) == Counter(_stakes(other.words[:end]))
        return Counter(self.stakes) == Counter(other.stakes)

    @cached_property
    def stakes(self) -> tuple[str, ...]:
        """The words by which the statement stands or falls, in order: numbers and negations."""
        return _stakes(self.words)

    @cached_property
    def _end(self) -> int:
        """How many words stand before an ellipsis at the end; the last may be cut itself."""
        return len(self.words) - 1 if self._is_cut else _UNCUT

    @cached_property
    def _is_cut(self) -> bool:
        return _CUT.search(self.text[-_LINK_AT_MOST:]) is not None

    def _says_as_little_as(self, other: Wording) -> bool:
        return self.bare() == other.bare() != ""

    def bare(self) -> str:
        """Return what a text without words is made of: its mentions, failing them its signs."""
        rest = _LINK.sub("", fold(self.text))
        return "".join(re.findall(r"\w", rest) or re.findall(r"\S", rest))


def similarity(a: str, b: str) -> float:
    """Return how much of their wording two texts share, from 0 to 1."""
    return Wording(a).similarity(Wording(b))


def sameness(a: str, b: str) -> Sameness | None:
    """Return how `b` is a copy of `a`, None if it is another text."""
    return Wording(a).sameness(Wording(b))


def changes(a: str, b: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of `a` that `b` lacks and those it has instead, in order, as spelled.

    A disguise is no change. Of long texts only the words that differ in number are named.
    """
    first, second = _spelled(a), _spelled(b)
    before, after = [word for word, _ in first], [word for word, _ in second]
    if max(len(before), len(after)) > _ALIGNED_AT_MOST:
        return _missing(first, Counter(after)), _missing(second, Counter(before))
    removed: list[str] = []
    added: list[str] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            removed += [spelling for _, spelling in first[i1:i2]]
            added += [spelling for _, spelling in second[j1:j2]]
    return tuple(removed), tuple(added)


def _words(text: str) -> list[str]:
    plain = _without_links(fold(text))
    address = _ADDRESS.match(plain)
    return _bare_words(plain[address.end() :] if address else plain)


def _without_links(folded: str) -> str:
    """Return a text with a space for each link; quickly where there is none."""
    linked = "http" in folded or "www." in folded
    return _LINK.sub(" ", folded) if linked else folded


def _bare_words(folded: str) -> list[str]:
    bare = _ORNAMENT.sub("", folded)
    return (_ASCII_WORD if bare.isascii() else _WORD).findall(bare)


def _spelled(text: str) -> list[tuple[str, str]]:
    """Return each word of `_words` with its spelling in `text`, where it stands alone there."""
    found: list[tuple[str, str]] = []
    for unit in text.split():
        words = _bare_words(_without_links(fold(unit)))
        spelling = _EDGES.sub("", unit)
        found += [(word, spelling if len(words) == 1 else word) for word in words]
    return found[max(0, len(found) - len(_words(text))) :]


def _missing(words: list[tuple[str, str]], elsewhere: Counter[str]) -> tuple[str, ...]:
    left = Counter(word for word, _ in words) - elsewhere
    missing: list[str] = []
    for word, spelling in words:
        if left[word] > 0:
            left[word] -= 1
            missing.append(spelling)
    return tuple(missing)


def _stakes(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word in NEGATIONS or any(map(str.isdigit, word)))


def _multiset(items: list[T]) -> frozenset[object]:
    """Return a set of as many members: the second of one kind is a member of its own."""
    found: set[object] = set(items)
    if len(found) < len(items):
        for item, count in Counter(items).items():
            found.update((item, number) for number in range(2, count + 1))
    return frozenset(found)


def _dice(a: frozenset[object], b: frozenset[object]) -> float:
    both = len(a) + len(b)
    return 2 * len(a & b) / both if both else 0.0
