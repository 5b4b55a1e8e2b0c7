"""The parent's side of the processes that make vectors: start, ask, replace, stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from queue import LifoQueue
from threading import Lock

import msgspec

from siyaq.core.errors import ModelUnavailable
from siyaq.models.frames import EXACTLY
from siyaq.processes import Child, ChildLost

REPLY_SECONDS = 120.0
"""How long one chunk may take, a cold start included, before its process counts as lost."""
_ATTEMPTS = 2


def start_worker() -> Child:
    """Start one embedding process. Raises ChildLost."""
    return Child("siyaq.models.worker")


class WorkerPool:
    """A fixed number of embedding processes, shared by any number of threads."""

    def __init__(
        self,
        processes: int,
        *,
        reply_seconds: float = REPLY_SECONDS,
        start: Callable[[], Child] = start_worker,
    ) -> None:
        self._start = start
        self._reply_seconds = reply_seconds
        self._idle: LifoQueue[Child | None] = LifoQueue()  # None: a place whose worker is gone
        self._lock = Lock()
        self._workers: set[Child] = set()
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="embed")
        for _ in range(processes):
            try:
                self._idle.put(self._add())
            except ChildLost:
                self._idle.put(None)  # the first request says what is wrong

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers that were alive when last heard of."""
        with self._lock:
            return tuple(sorted(worker.pid for worker in self._workers))

    def ask(self, chunks: Sequence[Sequence[str]], how: bytes = EXACTLY) -> list[bytes]:
        """Return the rows of each chunk, in order; `how` they are read is one of `frames`.

        A chunk whose worker is lost goes to a fresh one, once. Raises ModelUnavailable where
        that is lost too, or the pool is closed.
        """
        try:
            futures = [self._threads.submit(self._ask, chunk, how) for chunk in chunks]
        except RuntimeError as error:  # the executor's way of saying that it was shut down
            raise ModelUnavailable("the embedder is closed") from error
        try:
            return [future.result() for future in futures]
        except CancelledError as error:
            raise ModelUnavailable("the embedder is closed") from error
        finally:
            for future in futures:
                future.cancel()

    def _ask(self, texts: Sequence[str], how: bytes) -> bytes:
        request = how + msgspec.msgpack.encode(texts)
        worker = self._idle.get()
        try:
            for _ in range(_ATTEMPTS):
                try:
                    worker = worker or self._add()
                    return worker.ask(request, self._reply_seconds)
                except ChildLost as error:
                    lost = error
                    if worker is not None:
                        self._remove(worker)
                        worker = None
            raise ModelUnavailable(
                f"an embedding process and its replacement were lost: {lost}"
            ) from lost
        finally:
            self._idle.put(worker)

    def _add(self) -> Child:
        worker = self._start()
        with self._lock:
            self._workers.add(worker)
        return worker

    def _remove(self, worker: Child) -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.stop(kill=True)

    def close(self) -> None:
        """Finish what is under way, then end and reap every process. May be called twice."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            workers, self._workers = self._workers, set()
        for worker in workers:
            worker.stop(kill=False)
