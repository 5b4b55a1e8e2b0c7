"""Word by word across languages: how much of a question has a translation in a text.

Each word of the question is compared with each word of the text by the cosine of their own
vectors, in a space where translations lie close (late interaction, after ColBERT, Khattab and
Zaharia 2020, with words embedded alone instead of in context). A name whose
consonants are the same in both scripts is its own translation. Words are embedded once and
remembered, so a stream's own vocabulary soon costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from siyaq.core.ports import Embedder
from siyaq.retrieval.skeleton import SHORTEST, skeleton
from siyaq.retrieval.vectors import Floats, Vectors
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold
from siyaq.text.sentences import sentences

WORDS_PER_TEXT = 250

UNRELATED, SAME = 0.3, 0.8
"""Cosines from which two words count as related at all, and as saying the same."""

STRICT = 0.45, 0.85
"""The same where a whole text is searched, in which something is always near."""

SPELLED_ALIKE = 0.9
"""What two words count whose consonants are the same (`skeleton`)."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True, slots=True)
class Aligned:
    """Shares of a question's words, 0..1, that a text translates; rare words weigh more."""

    sentence: float = 0.0  # in its best sentence, with the title
    pair: float = 0.0  # in its best two neighboring sentences
    text: float = 0.0  # anywhere, by a stricter measure


class WordAlignment:
    """Compares questions with texts word by word. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._vectors = Vectors.over(embedder)

    def align(self, question: str, texts: Sequence[tuple[str, str]]) -> list[Aligned]:
        """Compare the question with each title and text. A word that few translate weighs more."""
        asked = words_of(question)
        if not asked or not texts:
            return [Aligned()] * len(texts)
        held = [_sentences(title, text) for title, text in texts]
        words = list(dict.fromkeys(word for text in held for one in text for word in one))
        if not words:
            return [Aligned()] * len(texts)
        vectors = self._vectors.of([*asked, *words])
        cosines = (
            np.stack([vectors[word] for word in asked])
            @ np.stack([vectors[word] for word in words]).T
        )
        spelled = _spelled_alike(asked, words)
        places = {word: place for place, word in enumerate(words)}
        rows = [[[places[word] for word in one] for one in text] for text in held]
        loose = [
            _best(np.maximum(_between(cosines, UNRELATED, SAME), spelled), one) for one in rows
        ]
        strict = [_best(_between(cosines, *STRICT), one) for one in rows]
        return [
            Aligned(*found)
            for found in zip(
                _weighed([np.maximum(one[1:], one[:1]) for one in loose]),
                _weighed([_pairs(one[1:]) for one in loose]),
                _weighed([one.max(axis=0, keepdims=True) for one in strict]),
                strict=True,
            )
        ]

    def told(self, words: Sequence[str], text: str) -> list[float]:
        """Return how well a text says each of `words`, in this word or in one near it, 0..1.

        `words` are as `words_of` gives them. A word counts in full where one of its terms stands
        in the text, otherwise by the nearest word of the text, or by a name in the other script
        whose consonants are the same.
        """
        held = words_of(text)[:WORDS_PER_TEXT]
        known = set(terms(text))
        said = [float(not known.isdisjoint(terms(word))) for word in words]
        missing = [place for place, here in enumerate(said) if not here]
        if missing and held:
            vectors = self._vectors.of([*(words[place] for place in missing), *held])
            wanted = np.stack([vectors[words[place]] for place in missing])
            nearest = (wanted @ np.stack([vectors[word] for word in held]).T).max(axis=1)
            for place, near in zip(missing, _between(nearest, UNRELATED, SAME), strict=True):
                said[place] = max(float(near), _transliterated(words[place], held))
        return said


def words_of(text: str) -> list[str]:
    """Return the words of `text` that tell something, folded, each once."""
    words = dict.fromkeys(_WORD.findall(fold(text)))
    return [word for word in words if not all(map(is_stop_word, terms(word)))]


def _sentences(title: str, text: str) -> list[list[str]]:
    """Return the words of the title, then those of each sentence, WORDS_PER_TEXT at most."""
    found = [words_of(title)]
    left = WORDS_PER_TEXT
    for span in sentences(text):
        words = words_of(span.of(text))[:left]
        left -= len(words)
        found.append(words)
    return found if len(found) > 1 else [*found, []]


def _between(cosines: Floats, unrelated: float, same: float) -> Floats:
    near: Floats = np.clip((cosines - unrelated) / (same - unrelated), 0.0, 1.0)
    return near


def _spelled_alike(asked: Sequence[str], words: Sequence[str]) -> Floats:
    """Return a row for each word asked: what each word counts that is the same name in writing."""
    by_skeleton: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        by_skeleton.setdefault(skeleton(word), []).append(place)
    found = np.zeros((len(asked), len(words)), np.float32)
    for row, word in zip(found, asked, strict=True):
        consonants = skeleton(word)
        if len(consonants) >= SHORTEST:
            row[by_skeleton.get(consonants, [])] = SPELLED_ALIKE
    return found


def _transliterated(word: str, words: Sequence[str]) -> float:
    """Return what a word counts that stands among `words` in the other script."""
    consonants = skeleton(word)
    if len(consonants) < SHORTEST:
        return 0.0
    arabic = bool(_ARABIC.search(word))
    others = (other for other in words if bool(_ARABIC.search(other)) != arabic)
    return SPELLED_ALIKE if any(skeleton(other) == consonants for other in others) else 0.0


def _best(near: Floats, rows: Sequence[Sequence[int]]) -> Floats:
    """Return for each sentence (a row) how well it translates each word asked (a column)."""
    found = np.zeros((len(rows), len(near)), np.float32)
    for row, places in zip(found, rows, strict=True):
        if places:
            row[:] = near[:, places].max(axis=1)
    return found


def _pairs(sentences_: Floats) -> Floats:
    if len(sentences_) < 2:
        return sentences_
    return np.stack([np.maximum(one, two) for one, two in pairwise(sentences_)])


def _weighed(texts: Sequence[Floats]) -> list[float]:
    """Return the share of its best row for each text; a column that few texts have weighs more."""
    counts = np.stack([rows.max(axis=0) for rows in texts]).sum(axis=0)
    weights = np.log1p((len(texts) - counts + 0.5) / (counts + 0.5))
    total = float(weights.sum())
    return [float((rows @ weights).max()) / total if total > 0 else 0.0 for rows in texts]
