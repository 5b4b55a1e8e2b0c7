"""Whose work it is: a tally in the context of each call, filled by every thread that serves it.

A call is served by a coroutine, by threads of the event loop's executor, and by threads of
libraries that Python knows nothing of. The first are timed at each step (`timed`), the second by
the executor (`MeteredExecutor`), the third by what the process spent and no thread of Python's did
(`native_work`). Clocks are those of the processor, in seconds: waiting costs nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Tally:
    """What one call has used so far. Added to from any thread.

    Without a lock: appending is one step of the interpreter, and sums are made when asked for.
    """

    __slots__ = ("_bytes", "_cpu", "_feed", "_model", "outer")

    def __init__(self, outer: Tally | None = None) -> None:
        self.outer = outer
        self._cpu: list[float] = []
        self._model: list[float] = []
        self._bytes: list[int] = []
        self._feed: list[float] = []

    @property
    def cpu_seconds(self) -> float:
        """Processor time of every thread that worked for it."""
        return sum(self._cpu)

    @property
    def model_seconds(self) -> float:
        """Wall time in which a model of this machine computed for it."""
        return sum(self._model)

    @property
    def bytes(self) -> int:
        """Bytes read for it."""
        return sum(self._bytes)

    @property
    def feed_usd(self) -> float:
        """What platforms charged for it."""
        return sum(self._feed)

    def spend(self, cpu_seconds: float, *, alone: bool = False) -> None:
        """Add processor time to this call, and to the one it was made for unless `alone`."""
        if alone:
            self._cpu.append(cpu_seconds)
            return
        tally: Tally | None = self
        while tally is not None:
            tally._cpu.append(cpu_seconds)  # noqa: SLF001  one of our own kind
            tally = tally.outer

    def add(
        self,
        *,
        cpu_seconds: float = 0.0,
        model_seconds: float = 0.0,
        bytes_read: int = 0,
        feed_usd: float = 0.0,
    ) -> None:
        """Add to this call, and to the one it was made for."""
        tally: Tally | None = self
        while tally is not None:
            tally._cpu.append(cpu_seconds)  # noqa: SLF001
            tally._model.append(model_seconds)  # noqa: SLF001
            tally._bytes.append(bytes_read)  # noqa: SLF001
            tally._feed.append(feed_usd)  # noqa: SLF001
            tally = tally.outer


_current: ContextVar[Tally | None] = ContextVar("siyaq_tally", default=None)


def current() -> Tally | None:
    """Return the tally of the call at hand."""
    return _current.get()


def count(*, bytes_read: int = 0, feed_usd: float = 0.0) -> None:
    """Say that the call at hand has read bytes, or that a platform charged for it."""
    tally = _current.get()
    if tally is not None:
        tally.add(bytes_read=bytes_read, feed_usd=feed_usd)


class timed(Awaitable[T]):  # noqa: N801  # used like a function
    """Await something as the work of a tally: each of its steps on this thread is timed."""

    def __init__(self, tally: Tally, work: Awaitable[T]) -> None:
        self._tally = tally
        self._work = work

    def __await__(self) -> Generator[Any, Any, T]:
        """Drive the work step by step, in a context where it is the tally's.

        A call inside another is timed by both on this thread: its own time is not handed on.
        """
        within = _current.get()
        token = _current.set(self._tally)
        spent = 0.0
        steps = self._work.__await__()
        thrown: BaseException | None = None
        try:
            while True:
                began = time.thread_time()
                try:
                    waits_for = next(steps) if thrown is None else steps.throw(thrown)
                finally:
                    spent += time.thread_time() - began
                thrown = None
                try:
                    yield waits_for
                except BaseException as error:  # noqa: BLE001  handed on to whom it was thrown at
                    thrown = error
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            self._tally.spend(spent, alone=within is not None and within is self._tally.outer)
            with suppress(ValueError):  # given up, and cleared away by somebody else
                _current.reset(token)


class MeteredExecutor(ThreadPoolExecutor):
    """A thread pool that counts what it runs as the work of the call that submitted it."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in a thread, timed."""
        tally = _current.get()
        if tally is None:
            return super().submit(fn, *args, **kwargs)

        def metered() -> T:
            began = time.thread_time()
            try:
                return fn(*args, **kwargs)
            finally:
                tally.spend(time.thread_time() - began)

        return super().submit(metered)


_native_lock = threading.Lock()


@contextmanager
def native_work() -> Iterator[None]:
    """Count as the call's what threads that Python did not start spend inside this block.

    For a model that computes with threads of its own. Other native threads that work at the same
    time (the index being written) are counted with it; two blocks at once wait for each other to
    be told apart, so the caller must run one model at a time, as llama.cpp's one slot does.
    """
    tally = _current.get()
    began, before = time.perf_counter(), native_seconds()
    try:
        yield
    finally:
        if tally is not None:
            tally.add(
                cpu_seconds=max(0.0, native_seconds() - before),
                model_seconds=time.perf_counter() - began,
            )


def native_seconds() -> float:
    """Return the processor time of this process that no living Python thread has spent."""
    if sys.platform != "linux":
        return 0.0
    with _native_lock:
        spent = time.process_time()
        for thread in threading.enumerate():
            if thread.native_id is not None:
                spent -= _thread_seconds(thread.native_id)
    return spent


def _thread_seconds(native_id: int) -> float:
    """Return a thread's processor time; 0 for one that is gone.

    The clock's id is made as Linux's `posix-timers.h` does: asking by the id of the system is
    safe where asking by pthread handle is not, when the thread ends meanwhile.
    """
    try:
        return time.clock_gettime((~native_id << 3) | 6)
    except OSError:
        return 0.0
