"""An embedder for tests: instant, deterministic, and blind to all but words.

A text is the sum of one random direction per word, so texts are as near as they share words.
Words that `translations` maps to one another share a direction, so tests may cross languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import cast

import numpy as np
import numpy.typing as npt

from siyaq.core.ports import Vector

ARABIC_TO_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "حريق": "fire",
        "الحريق": "fire",
        "ميناء": "port",
        "الميناء": "port",
        "مدينة": "city",
        "المدينة": "city",
        "مطر": "rain",
        "المطر": "rain",
        "وزير": "minister",
        "الوزير": "minister",
        "مدرسة": "school",
        "المدرسة": "school",
        "كرة": "ball",
        "القدم": "foot",
        "اليوم": "today",
        "ماء": "water",
        "الماء": "water",
        "كبير": "big",
        "جديد": "new",
    }
)
"""A few words of news, for tests whose question and post are in different languages."""

_WORD = re.compile(r"\w+")


class FakeEmbedder:
    """Hashes words to directions (implements `core.ports.Embedder`)."""

    def __init__(
        self, dimensions: int = 512, translations: Mapping[str, str] = ARABIC_TO_ENGLISH
    ) -> None:
        self._dimensions = dimensions
        self._translations = dict(translations)

    @property
    def name(self) -> str:
        """A name that no real embedder has."""
        return f"fake-words-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one unit float32 row per text; a text without words has a direction too."""
        rows = np.zeros((len(texts), self._dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.casefold()) or [""]:
                row += _direction(self._translations.get(word, word), self._dimensions)
            row /= np.linalg.norm(row)
        return cast("Sequence[Vector]", rows)


class HastyEmbedder(FakeEmbedder):
    """Can be nearly right, too (implements `core.ports.Approximates`): it reads a word twice."""

    def approximate(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return the vectors of texts that say their first word once more."""
        return self.embed([f"{(text.split() or [''])[0]} {text}" for text in texts])


@lru_cache(maxsize=4096)
def _direction(word: str, dimensions: int) -> npt.NDArray[np.float64]:
    digest = blake2b(word.encode(errors="surrogatepass"), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest)).standard_normal(dimensions)
