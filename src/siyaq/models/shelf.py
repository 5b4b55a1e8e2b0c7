"""Chat models ready to be used, each opened once."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from siyaq.core.errors import ModelUnavailable
from siyaq.core.ports import Model
from siyaq.models.catalog import EXTRACTIVE, Catalog, Entry
from siyaq.models.gguf import GgufModel
from siyaq.models.server import ServerModel


class Shelf:
    """Opens models of a directory by name and keeps them until it is closed. Thread-safe."""

    def __init__(
        self, directory: Path, *, threads: int, context_tokens: int, stall_seconds: float
    ) -> None:
        self._directory = directory
        self._threads = threads
        self._context_tokens = context_tokens
        self._stall_seconds = stall_seconds
        self._lock = threading.Lock()
        self._open: dict[Entry, Model] = {}

    def named(self, name: str) -> Model | None:
        """Return the model of that name, "" being the default; None is the extractive answer.

        The directory's list is read each time, so that a new default counts at once. Raises
        QueryError for an unknown name, ModelUnavailable for a server whose key is not there.
        """
        catalog = Catalog.open(self._directory)
        meant = catalog.resolve(name)
        if meant == EXTRACTIVE:
            return None
        entry = catalog.entries[meant]
        with self._lock:
            if entry not in self._open:
                self._open[entry] = self._opened(entry)
            return self._open[entry]

    def close(self) -> None:
        """Free every model."""
        with self._lock:
            for model in self._open.values():
                if isinstance(model, GgufModel):
                    model.close()
            self._open.clear()

    def _opened(self, entry: Entry) -> Model:
        if entry.kind == "gguf":
            return GgufModel(
                entry.name,
                self._directory / entry.file,
                sha256=entry.sha256,
                threads=self._threads,
                context_tokens=self._context_tokens,
            )
        key = os.environ.get(entry.key_env, "") if entry.key_env else ""
        if entry.key_env and not key:
            raise ModelUnavailable(
                f"the key of model {entry.name!r} is not set", hint=f"set {entry.key_env}"
            )
        return ServerModel(
            entry.name, entry.url, entry.model, key=key, stall_seconds=self._stall_seconds
        )
