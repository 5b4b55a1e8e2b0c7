"""Vectors of words and sentences, each embedded once while it is remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import numpy as np
import numpy.typing as npt

from siyaq.core.ports import Embedder

REMEMBERED = 2**15

Floats = npt.NDArray[np.float32]


class Vectors:
    """A bounded memory of unit vectors by text. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, npt.NDArray[np.float16]] = OrderedDict()
        self._lock = Lock()

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._embedder.dimensions

    def of(self, texts: Iterable[str]) -> dict[str, Floats]:
        """Return the vector of each text, embedding in one go those that are not remembered."""
        wanted = list(dict.fromkeys(texts))
        with self._lock:
            known = {text: self._known[text] for text in wanted if text in self._known}
        missing = [text for text in wanted if text not in known]
        if missing:
            rows = np.asarray(self._embedder.embed(missing), dtype=np.float16)
            known.update(zip(missing, rows, strict=True))
        with self._lock:
            for text in wanted:
                self._known[text] = known[text]
                self._known.move_to_end(text)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return {text: known[text].astype(np.float32) for text in wanted}
