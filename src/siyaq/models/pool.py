"""The parent's side of the embedding processes: start, ask, replace, stop."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from queue import LifoQueue
from threading import Lock

import msgspec

from siyaq.core.errors import ModelUnavailable
from siyaq.models.frames import EXACTLY, FAILED, LENGTH, NEARLY

REPLY_SECONDS = 120.0
"""How long one chunk may take, a cold start included, before its process counts as lost."""
_STOP_SECONDS = 5.0
_ATTEMPTS = 2
_READ_BYTES = 1 << 16


class WorkerLost(Exception):
    """An embedding process died, hung or broke the protocol."""


class Worker:
    """One embedding process. Not thread-safe: one request at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", "siyaq.models.worker"]
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own module, no outside input
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise WorkerLost(f"cannot start: {error.strerror}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, texts: Sequence[str], timeout_seconds: float, *, nearly: bool = False) -> bytes:
        """Return the rows of `texts` as bytes. Raises WorkerLost; the worker is then no use."""
        deadline = time.monotonic() + timeout_seconds
        request = (NEARLY if nearly else EXACTLY) + msgspec.msgpack.encode(texts)
        try:
            self._write(LENGTH.pack(len(request)) + request, deadline)
            (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
            reply = self._read(length, deadline)
        except OSError as error:
            raise WorkerLost(f"hung up: {error.strerror}") from error
        if reply[:1] == FAILED:
            raise WorkerLost(f"failed with {reply[1:].decode(errors='replace')}")
        return reply[1:]

    def _write(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            _wait(self._in, select.POLLOUT, deadline)
            with suppress(BlockingIOError):
                view = view[os.write(self._in, view) :]

    def _read(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            _wait(self._out, select.POLLIN, deadline)
            piece = os.read(self._out, min(_READ_BYTES, size - len(data)))
            if not piece:
                raise WorkerLost("hung up")
            data += piece
        return bytes(data)

    def stop(self, *, kill: bool) -> None:
        """End the process and reap it: by closing its pipe, or by force."""
        if kill:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _wait(descriptor: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise WorkerLost("gave no sign of life in time")


class WorkerPool:
    """A fixed number of embedding processes, shared by any number of threads."""

    def __init__(
        self,
        processes: int,
        *,
        reply_seconds: float = REPLY_SECONDS,
        start: Callable[[], Worker] = Worker,
    ) -> None:
        self._start = start
        self._reply_seconds = reply_seconds
        self._idle: LifoQueue[Worker | None] = LifoQueue()  # None: a place whose worker is gone
        self._lock = Lock()
        self._workers: set[Worker] = set()
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="embed")
        for _ in range(processes):
            try:
                self._idle.put(self._add())
            except WorkerLost:
                self._idle.put(None)  # the first request says what is wrong

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers that were alive when last heard of."""
        with self._lock:
            return tuple(sorted(worker.pid for worker in self._workers))

    def ask(self, chunks: Sequence[Sequence[str]], *, nearly: bool = False) -> list[bytes]:
        """Return the rows of each chunk, in order; `nearly` as `BuiltinEmbedder.approximate`.

        A chunk whose worker is lost goes to a fresh one, once. Raises ModelUnavailable where
        that is lost too, or the pool is closed.
        """
        try:
            futures = [self._threads.submit(self._ask, chunk, nearly=nearly) for chunk in chunks]
        except RuntimeError as error:  # the executor's way of saying that it was shut down
            raise ModelUnavailable("the embedder is closed") from error
        try:
            return [future.result() for future in futures]
        except CancelledError as error:
            raise ModelUnavailable("the embedder is closed") from error
        finally:
            for future in futures:
                future.cancel()

    def _ask(self, texts: Sequence[str], *, nearly: bool) -> bytes:
        worker = self._idle.get()
        try:
            for _ in range(_ATTEMPTS):
                try:
                    worker = worker or self._add()
                    return worker.ask(texts, self._reply_seconds, nearly=nearly)
                except WorkerLost as error:
                    lost = error
                    if worker is not None:
                        self._remove(worker)
                        worker = None
            raise ModelUnavailable(
                f"an embedding process and its replacement were lost: {lost}"
            ) from lost
        finally:
            self._idle.put(worker)

    def _add(self) -> Worker:
        worker = self._start()
        with self._lock:
            self._workers.add(worker)
        return worker

    def _remove(self, worker: Worker) -> None:
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
