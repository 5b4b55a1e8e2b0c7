"""Vectors of words, questions and sentences, each embedded once while it is remembered.

One memory serves everything that is done for a question: the words that alignment compares are
those that a check of support compares, and the next question meets most of them again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Self, cast

import numpy as np
import numpy.typing as npt

from siyaq.core.ports import Embedder, Vector

REMEMBERED = 2**15
"""Texts whose vectors are kept: 64 MiB at 512 dimensions."""

AT_ONCE = 64
"""Texts handed to the embedder at once: so few it takes for a question, and never lets wait
behind what is being indexed."""

Floats = npt.NDArray[np.float32]


class Vectors:
    """A bounded memory of unit vectors by text (implements `core.ports.Embedder`).

    Safe to use from several threads, which may embed a text that neither has yet.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, Floats] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def over(cls, embedder: Embedder) -> Self:
        """Return the memory that `embedder` is, or a new one in front of it."""
        return embedder if isinstance(embedder, cls) else cls(embedder)

    @property
    def name(self) -> str:
        """That of the embedder."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one row per text, in order. Raises what the embedder raises."""
        known = self.of(texts)
        rows = np.empty((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = known[text]
        return cast("Sequence[Vector]", rows)

    def of(self, texts: Iterable[str]) -> dict[str, Floats]:
        """Return the vector of each text. They are shared: nobody may write to them."""
        wanted = list(dict.fromkeys(texts))
        with self._lock:
            known = {text: self._known[text] for text in wanted if text in self._known}
        missing = [text for text in wanted if text not in known]
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            rows = np.asarray(self._embedder.embed(part), dtype=np.float32)
            known.update(zip(part, map(np.array, rows), strict=True))
        with self._lock:
            for text in wanted:
                self._known[text] = known[text]
                self._known.move_to_end(text)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known
