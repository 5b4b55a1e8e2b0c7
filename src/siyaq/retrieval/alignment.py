"""Word by word across languages: how much of a question's words have a translation in a text.

Each word of the question is compared with each word of the text by the cosine of their own
vectors, in a space where translations lie close (late interaction, after ColBERT, Khattab and
Zaharia 2020, with words embedded alone instead of in context). Words are embedded once and
remembered, so a stream's own vocabulary soon costs nothing.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

from siyaq.core.ports import Embedder
from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold

WORDS_REMEMBERED = 2**15
WORDS_PER_TEXT = 80

UNRELATED, SAME = 0.3, 0.8
"""Cosines from which two words count as related at all, and as saying the same."""

_WORD = re.compile(r"[^\W\d_]{2,}")

Vectors = npt.NDArray[np.float32]


class WordAlignment:
    """Compares questions with texts word by word. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, npt.NDArray[np.float16]] = OrderedDict()
        self._lock = Lock()

    def shares(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the share of the question's words that it translates, 0..1.

        A word that few of the texts translate weighs more.
        """
        asked = words_of(question)
        held = [words_of(text)[:WORDS_PER_TEXT] for text in texts]
        if not asked or not texts:
            return [0.0] * len(texts)
        vectors = self._vectors([*asked, *(word for words in held for word in words)])
        wanted = np.stack([vectors[word] for word in asked])
        found = np.zeros((len(texts), len(asked)), np.float32)
        for row, words in zip(found, held, strict=True):
            if words:
                nearest = (wanted @ np.stack([vectors[word] for word in words]).T).max(axis=1)
                row[:] = np.clip((nearest - UNRELATED) / (SAME - UNRELATED), 0.0, 1.0)
        counts = found.sum(axis=0)
        weights = np.log1p((len(texts) - counts + 0.5) / (counts + 0.5))
        total = float(weights.sum())
        return [float(row @ weights) / total if total > 0 else 0.0 for row in found]

    def _vectors(self, words: Iterable[str]) -> dict[str, Vectors]:
        wanted = list(dict.fromkeys(words))
        with self._lock:
            known = {word: self._known[word] for word in wanted if word in self._known}
        missing = [word for word in wanted if word not in known]
        if missing:
            rows = np.asarray(self._embedder.embed(missing), dtype=np.float16)
            known.update(zip(missing, rows, strict=True))
        with self._lock:
            for word in wanted:
                self._known[word] = known[word]
                self._known.move_to_end(word)
            while len(self._known) > WORDS_REMEMBERED:
                self._known.popitem(last=False)
        return {word: known[word].astype(np.float32) for word in wanted}


def words_of(text: str) -> list[str]:
    """Return the words of `text` that tell something, folded, each once."""
    words = dict.fromkeys(_WORD.findall(fold(text)))
    return [word for word in words if not all(map(is_stop_word, terms(word)))]
