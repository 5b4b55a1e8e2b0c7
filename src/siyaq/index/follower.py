"""A thread that applies the log to one half of the index, for ever."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from siyaq.core.errors import CorruptionError
from siyaq.core.ids import Seq
from siyaq.index.settings import IndexSettings
from siyaq.log import LogReader

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS: Final = 10.0


class Half(Protocol):
    """One half of the index as its thread sees it."""

    position: Seq  # the last entry applied

    @property
    def dirty(self) -> bool:
        """Whether something was applied that is not yet committed."""
        ...

    def take(self, log: LogReader) -> bool:
        """Apply the next entries of the log; say whether more are likely to be waiting."""
        ...

    def commit(self) -> None:
        """Make what was applied durable, then publish it."""
        ...

    def tidy(self, log: LogReader) -> bool:
        """Do a moment's work that nobody waits for; say whether there is more of it."""
        ...

    def close(self) -> None:
        """Let go of files; what was not committed is forgotten."""
        ...


class Follower:
    """Runs one half. A failed half is thrown away and opened again from the published state."""

    def __init__(
        self,
        name: str,
        log: LogReader,
        open_half: Callable[[], Half],
        settings: IndexSettings,
        *,
        on_commit: Callable[[], None],
        on_damage: Callable[[], None],
    ) -> None:
        self._log = log
        self._open_half = open_half
        self._settings = settings
        self._on_commit = on_commit
        self._on_damage = on_damage
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"siyaq-{name}", daemon=True)
        self._name = name
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the log now."""
        self._changed.set()

    def stop(self) -> None:
        """Commit, and wait for the thread to end. Again is harmless."""
        self._stopping.set()
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pause = self._settings.poll_seconds
        while not self._stopping.is_set():
            try:
                self._follow()
            except CorruptionError as error:
                self.failure = error
                logger.exception("index damaged", extra={"half": self._name})
                self._on_damage()
                return
            except Exception as error:
                if self.failure is None:
                    logger.warning("index half failed", extra={"half": self._name}, exc_info=True)
                    pause = self._settings.poll_seconds
                self.failure = _without_frames(error)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _follow(self) -> None:
        half = self._open_half()
        try:
            self._follow_with(half)
        finally:
            half.close()

    def _follow_with(self, half: Half) -> None:
        settings = self._settings
        committed_at = -settings.catch_up_seconds
        while True:
            self._changed.clear()
            stopping = self._stopping.is_set()
            behind = not stopping and half.take(self._log)
            age = time.monotonic() - committed_at
            due = settings.catch_up_seconds if behind else settings.commit_seconds
            if half.dirty and (stopping or age >= due):
                half.commit()
                committed_at = time.monotonic()
                self.failure = None
                self._on_commit()
            if stopping:
                return
            if not behind and not half.tidy(self._log):
                self._changed.wait(max(due - age, 0.0) if half.dirty else settings.poll_seconds)


def _without_frames(error: BaseException) -> BaseException:
    """Return the error without the frames it came through, which keep the failed half alive."""
    cause: BaseException | None = error
    while cause is not None:
        cause.__traceback__ = None
        cause = cause.__cause__ or cause.__context__
    return error
