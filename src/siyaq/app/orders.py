"""Orders left in the data directory for the process that writes it: to erase, from a terminal.

An order is a file under `orders/`: `N.order` when it is left, `N.taken` when the writer has seen
it, `N.done` with what came of it. An order that was taken by a process which died is taken again
by the next, so that what was ordered is not forgotten.
"""

from __future__ import annotations

import os
import time
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Final

import msgspec

from siyaq.app.erasing import Order
from siyaq.core.errors import AlreadyWriting, StorageError

FOLDER: Final = "orders"
POLL_SECONDS: Final = 0.2
_TAKEN_WITHIN_SECONDS: Final = 5.0


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of an order: how many posts were erased, or the error in words."""

    erased: int = 0
    error: str = ""


class Orders:
    """The orders of one data directory."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER

    def leave(self, order: Order) -> str:
        """Leave an order for whoever writes, and return its name."""
        name = f"{time.time_ns():020d}-{os.urandom(4).hex()}"
        self._put(f"{name}.order", msgspec.json.encode(order))
        return name

    def take(self, *, but_for: Container[str] = ()) -> Iterator[tuple[str, Order]]:
        """Yield the orders that wait, those of a writer that died among them.

        `but_for` names those that their taker is about.
        """
        if not self._folder.is_dir():
            return
        waiting = sorted(
            path for path in self._folder.iterdir() if path.suffix in (".order", ".taken")
        )
        for path in waiting:
            if path.stem in but_for:
                continue
            try:
                taken = path.rename(path.with_suffix(".taken"))
            except FileNotFoundError:  # finished, or withdrawn
                continue
            try:
                order = msgspec.json.decode(taken.read_bytes(), type=Order)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.finish(taken.stem, Done(error="the order cannot be read"))
                continue
            yield taken.stem, order

    def finish(self, name: str, done: Done) -> None:
        """Say what came of an order."""
        self._put(f"{name}.done", msgspec.json.encode(done))
        (self._folder / f"{name}.taken").unlink(missing_ok=True)

    def wait(self, name: str, timeout_seconds: float) -> int:
        """Wait for an order to be carried out; return how many posts were erased.

        Raises AlreadyWriting, the order withdrawn, where the writer takes none: `siyaq ingest`,
        or another program. Raises StorageError with the writer's own words.
        """
        done, waiting = self._folder / f"{name}.done", self._folder / f"{name}.order"
        began = time.monotonic()
        while not done.exists():
            seconds = time.monotonic() - began
            if waiting.exists() and seconds > _TAKEN_WITHIN_SECONDS:
                waiting.unlink(missing_ok=True)
                raise AlreadyWriting(
                    f"another process is writing {str(self._folder.parent)!r} and takes no orders",
                    hint="wait until it is done, or stop it; 'siyaq serve' takes orders",
                )
            if seconds > timeout_seconds:
                raise StorageError(
                    f"the order was not carried out within {timeout_seconds:.0f} seconds",
                    hint="it stands, and will be carried out",
                )
            time.sleep(POLL_SECONDS)
        told = msgspec.json.decode(done.read_bytes(), type=Done)
        done.unlink()
        if told.error:
            raise StorageError(told.error, hint="what was ordered is hidden; purge again")
        return told.erased

    def _put(self, name: str, content: bytes) -> None:
        staged = self._folder / f"{name}.new"
        try:
            self._folder.mkdir(exist_ok=True)
            with staged.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            staged.rename(self._folder / name)
        except OSError as error:
            raise StorageError(f"cannot leave an order: {error.strerror}") from error
