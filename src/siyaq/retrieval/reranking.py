"""A second reading of the best of what a question found, by a slower and better embedder."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import PASSAGE, QUESTION, Embedder
from siyaq.core.post import Post
from siyaq.core.span import Span
from siyaq.retrieval.vectors import Vectors

logger = logging.getLogger("siyaq.retrieval")

READ_AGAIN = 12
"""How many of the best candidates are read again."""

READ_CHARS = 600
"""How much of each: its best passage."""


class Reranker:
    """Says how near the candidates of a question are to it. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._vectors = Vectors.over(embedder)

    def nearness(self, question: str, texts: Sequence[str], scores: Sequence[float]) -> list[float]:
        """Return for each text how much less near it is than the nearest, -2..0.

        Only the READ_AGAIN with the best `scores` are read; the others are taken for as far as
        the farthest of those. What was read before is remembered. Where the embedder cannot be
        had, all are as near: a question is better answered without a second reading than not.
        """
        best = sorted(range(len(texts)), key=lambda at: -scores[at])[:READ_AGAIN]
        try:
            vector, *rows = self._vectors.embed(
                [QUESTION + question, *(PASSAGE + texts[at] for at in best)]
            )
        except ModelUnavailable as error:
            logger.warning("ranked without a second reading: %s", error)
            return [0.0] * len(texts)
        cosines = np.asarray(rows, np.float32) @ np.asarray(vector, np.float32)
        near = cosines - cosines.max()
        found = np.full(len(texts), near.min(), np.float64)
        found[best] = near
        return [float(one) for one in found]


def passage_of(post: Post, span: Span | None) -> str:
    """Return what is read again of a post: its title, and its best passage."""
    text = post.text if span is None else span.of(post.text)
    title = f"{post.title}. " if post.title else ""
    return title + text[:READ_CHARS]
