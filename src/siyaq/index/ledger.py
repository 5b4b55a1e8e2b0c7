"""Who may write an index, and the state that both halves publish into."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Any, Self

import msgspec

from siyaq.core.errors import AlreadyWriting, ConfigError
from siyaq.core.ports import Embedder
from siyaq.index.settings import IndexSettings
from siyaq.index.state import (
    GENERATION,
    NAME,
    REBUILD,
    State,
    home,
    read_state,
    storing,
    write_state,
)
from siyaq.text.analyze import ANALYZER


class Ledger:
    """The state of one index and its one writer's right to change it. Safe for threads."""

    def __init__(self, path: Path, directory: Path, state: State, settings: IndexSettings) -> None:
        self._path = path
        self._publishing = threading.Lock()
        self.directory = directory
        self.settings = settings
        self.state = state

    @property
    def home(self) -> Path:
        """Where the partitions and segments lie."""
        return home(self.directory, self.state.generation)

    @classmethod
    def open(cls, directory: Path, embedder: Embedder, settings: IndexSettings) -> Ledger:
        """Go on with the index in `directory`, or begin one.

        Raises ConfigError where the index was made with another embedder or analyzer.
        """
        state = read_state(directory / NAME)
        if state is None:
            ledger = cls.begin(directory, directory / NAME, embedder, settings)
            ledger.remove_strays()
            return ledger
        if (state.embedder, state.dimensions) != (embedder.name, embedder.dimensions):
            raise ConfigError(
                f"index was made with embedder {state.embedder!r}, not {embedder.name!r}",
                hint=REBUILD,
            )
        ledger = cls(directory / NAME, directory, state, settings)
        ledger.remove_strays()
        return ledger

    @classmethod
    def begin(
        cls, directory: Path, path: Path | None, embedder: Embedder, settings: IndexSettings
    ) -> Ledger:
        """Begin an index whose state is kept at `path`, or, without one, inside its home."""
        state = State(
            analyzer=ANALYZER,
            embedder=embedder.name,
            dimensions=embedder.dimensions,
            generation=os.urandom(6).hex(),
            partition_seqs=settings.partition_seqs,
            segment_rows=settings.segment_rows,
        )
        folder = home(directory, state.generation)
        with storing(folder):
            settings.disk.make_folder(folder)
            settings.disk.sync_folder(directory)
        ledger = cls(path or folder / NAME, directory, state, settings)
        ledger.publish()
        return ledger

    def publish(self, **changes: Any) -> None:
        """Replace some fields of the state, durably. Their data must be durable already."""
        with self._publishing:
            state = msgspec.structs.replace(self.state, **changes)
            settings = self.settings
            write_state(self._path, state, settings.disk, lambda: settings.on_step("state staged"))
            self.state = state

    def take_over(self) -> None:
        """Make this index the one that readers of the directory see, and remove the others."""
        self._path = self.directory / NAME
        self.publish()
        self.remove_strays()

    def remove_strays(self) -> None:
        """Remove what a crashed or superseded writer left behind. Readers keep what they map."""
        for path in self.directory.glob(f"{GENERATION}*"):
            if path != self.home:
                with storing(path):
                    self.settings.disk.remove(path)


class WriterLock:
    """Keeps a second writer out of an index directory; freed when its process ends."""

    def __init__(self, directory: Path) -> None:
        """Take the lock, making the directory as needed. Raises AlreadyWriting."""
        with storing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            self._file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise AlreadyWriting(
                f"another process is writing the index {str(directory)!r}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let another writer in."""
        os.close(self._file)
