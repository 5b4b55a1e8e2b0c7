"""What is embedded of a post, how it is kept, and the embedder with a memory of texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from siyaq.core.clock import to_microseconds
from siyaq.core.event import LogEntry
from siyaq.core.ids import Seq
from siyaq.core.ports import Approximates, Embedder
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.index.segment import name_hash
from siyaq.text.sentences import passages

_REMEMBERED: Final = 20_000  # texts whose vectors are kept, float16: 20 MB at 512 dimensions

Cut = tuple[Seq, Post, Span | None]
"""What is embedded: a passage of a post, or, where there is no span, its title."""


class TextEmbedder:
    """Embeds texts, equal ones once while they are remembered. Not safe for threads."""

    def __init__(self, embedder: Embedder, batch: int) -> None:
        self._embedder = embedder
        self._batch = batch
        self._known: OrderedDict[str, npt.NDArray[np.float16]] = OrderedDict()

    @property
    def approximates(self) -> bool:
        """Whether the embedder can be nearly right in less time."""
        return isinstance(self._embedder, Approximates)

    def near(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row per text that is near to that of `vectors`."""
        assert isinstance(self._embedder, Approximates)
        plain = [" ".join(text.split()) for text in texts]
        return np.asarray(self._embedder.approximate(plain), dtype=np.float32)

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row per text. Raises whatever the embedder raises."""
        plain = [" ".join(text.split()) for text in texts]
        fresh = [text for text in dict.fromkeys(plain) if text not in self._known]
        for text in plain:
            if text in self._known:
                self._known.move_to_end(text)
        for start in range(0, len(fresh), self._batch):
            batch = fresh[start : start + self._batch]
            rows = np.asarray(self._embedder.embed(batch), dtype=np.float16)
            self._known.update(zip(batch, rows, strict=True))
        found = np.empty((len(plain), self._embedder.dimensions), dtype=np.float32)
        for place, text in enumerate(plain):
            found[place] = self._known[text]
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


def cut(entries: Sequence[LogEntry], passages_at_most: int) -> Iterator[Cut]:
    """Yield what is embedded of these entries: of each post its passages, then its title if any."""
    for entry in entries:
        if (post := entry.post) is not None:
            for span in passages(post.text)[:passages_at_most]:
                yield entry.seq, post, span
            if post.title.strip():
                yield entry.seq, post, None


def text_of(piece: Cut) -> str:
    """Return the words to be embedded."""
    _, post, span = piece
    return post.title if span is None else span.of(post.text)


def place_of(piece: Cut) -> tuple[int, ...]:
    """Return the columns of a row that say whose it is: seq, start, end, title."""
    seq, _, span = piece
    start, end = (span.start, span.end) if span is not None else (0, 0)
    return seq, start, end, span is None


def row_of(piece: Cut) -> tuple[int, ...]:
    """Return what is kept of a piece besides its vector, as `segment.ROW` has it."""
    _, post, span = piece
    seq, start, end, title = place_of(piece)
    handle = post.author.handle or post.author.id
    return (
        seq,
        to_microseconds(post.placed_at),
        name_hash(post.lang.lower()),
        name_hash(post.source),
        name_hash(post.author.id.lower()),
        name_hash(handle.lower()),
        start,
        end,
        span is not None and (start, end) == (0, len(post.text)),
        title,
    )
