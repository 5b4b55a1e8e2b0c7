"""What the best sentence of a candidate says for it, and how long the candidate is.

An answer stands in one sentence, whose words the question shares; the same words scattered over
a long text say little. The title counts with every sentence, since it names what they are about.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from siyaq.retrieval.rarity import PRIOR_POSTS, share
from siyaq.text.analyze import terms
from siyaq.text.rarity import inverse_frequency
from siyaq.text.sentences import sentences

SHORT, LONG = 60, 400
"""Terms up to which a text is as short as can be, and from which it is as long as can be. A post
is no better than a paragraph for being shorter; of two paragraphs with one sentence, it is."""

LONG_FROM = SHORT
"""Terms from which a text is long beside posts."""

_PARAGRAPH = 120  # terms
_K1, _B = 1.2, 0.75  # as in the index
_SETTLED = 20  # terms that are added to every length, so that few more matter less


@dataclass(frozen=True, slots=True)
class Part:
    """The terms of what is read of a post, sentence by sentence."""

    title: frozenset[str]
    sentences: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, title: str, text: str) -> Part:
        """Analyze a title and a text."""
        found = (tuple(terms(span.of(text))) for span in sentences(text))
        return cls(frozenset(terms(title)), tuple(one for one in found if one))

    @property
    def length(self) -> int:
        """How many terms there are."""
        return len(self.title) + sum(map(len, self.sentences))


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """Shares, 0..1."""

    covered: float  # of the question's terms in the best sentence and the title, rare ones heavier
    titled: float  # the same in the title alone
    alike: float  # cosine of the question and the best sentence as bags of words (tf-idf)
    brevity: float  # 1 for a short text


def sentence_evidence(wanted: Mapping[str, float], parts: Sequence[Part]) -> list[SentenceEvidence]:
    """Compare a question with each part; `wanted` is its `rarity`, `parts` all its candidates."""
    known = Counter(
        term for part in parts for term in part.title.union(*part.sentences) if term not in wanted
    )
    weights = {
        term: inverse_frequency(len(parts) + PRIOR_POSTS, count) for term, count in known.items()
    }
    weights.update(wanted)
    return [
        SentenceEvidence(
            covered=max(
                (share(wanted, part.title.union(one)) for one in part.sentences), default=0.0
            ),
            titled=share(wanted, part.title),
            alike=max((_alike(wanted, weights, one) for one in part.sentences), default=0.0),
            brevity=brevity(part.length),
        )
        for part in parts
    ]


def evened(
    by_word: Sequence[float], wanted: Mapping[str, float], parts: Sequence[Part]
) -> list[float]:
    """Return BM25 over the best, in which long texts among short posts count as among paragraphs.

    There BM25 takes a paragraph for very long, and each of its words for a tenth of one in a post.
    Where a long text is the best by it, nothing changes.
    """
    best = max(range(len(parts)), key=by_word.__getitem__, default=None)
    if best is None or parts[best].length >= LONG_FROM:
        return list(by_word)
    fair = _among_paragraphs(wanted, parts)
    return [
        max(here, there) if part.length >= LONG_FROM else here
        for here, there, part in zip(by_word, fair, parts, strict=True)
    ]


def _among_paragraphs(wanted: Mapping[str, float], parts: Sequence[Part]) -> list[float]:
    """Return BM25 over the best, as it is where all texts are paragraphs."""
    found = [_bm25(wanted, part) for part in parts]
    best = max(found, default=0.0) or 1.0
    return [one / best for one in found]


def _bm25(wanted: Mapping[str, float], part: Part) -> float:
    counts = Counter(chain(part.title, *part.sentences))
    norm = _K1 * (1 - _B + _B * max(part.length, SHORT) / _PARAGRAPH)
    held = ((weight, counts[term]) for term, weight in wanted.items())
    return sum(weight * count * (_K1 + 1) / (count + norm) for weight, count in held)


def brevity(length: int) -> float:
    """Return 1 for a text of SHORT terms, 0 for one of LONG, on a logarithmic scale."""
    held = min(max(length, SHORT), LONG)
    return math.log((LONG + _SETTLED) / (held + _SETTLED)) / _WIDEST


_WIDEST = math.log((LONG + _SETTLED) / (SHORT + _SETTLED))


def _alike(
    wanted: Mapping[str, float], weights: Mapping[str, float], sentence: Sequence[str]
) -> float:
    counts = Counter(sentence)
    length = math.sqrt(sum((count * weights[term]) ** 2 for term, count in counts.items()))
    asked = math.sqrt(sum(weight * weight for weight in wanted.values()))
    shared = sum(counts[term] * wanted[term] ** 2 for term in wanted.keys() & counts)
    return shared / (length * asked) if shared else 0.0
