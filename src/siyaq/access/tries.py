"""How often somebody may try to sign in under a name, whether it exists or not."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from siyaq.core.errors import QuotaExhausted
from siyaq.sqlite import File

MOST = 10
WINDOW_SECONDS = 15 * 60.0


class TooManyTries(QuotaExhausted):
    """A name was tried too often with a wrong password. `retry_after` is in whole seconds."""

    code = "too_many_tries"


class Tries:
    """Counts the tries of a sliding window, for every process of one data directory.

    A try counts from before its password is looked at, so that many at once are no way around;
    one that succeeds clears its name. Names are kept as HMACs: people type passwords there.
    """

    def __init__(self, file: File, pepper: bytes, now: Callable[[], datetime]) -> None:
        self._file = file
        self._pepper = pepper
        self._now = now

    def begin(self, name: str) -> None:
        """Count a try. Raises TooManyTries, StorageError."""
        now, who = self._now().timestamp(), self._digest(name)
        with self._file.changed() as database:
            database.execute("DELETE FROM tries WHERE at <= ?", (now - WINDOW_SECONDS,))
            found = database.execute(
                "SELECT at FROM tries WHERE who = ? ORDER BY at DESC LIMIT ?", (who, MOST)
            ).fetchall()
            if len(found) < MOST:
                database.execute("INSERT INTO tries VALUES (?, ?)", (who, now))
        if len(found) >= MOST:
            wait = math.ceil(found[-1][0] + WINDOW_SECONDS - now)
            raise TooManyTries(
                f"this name was tried {MOST} times with a wrong password", retry_after=max(wait, 1)
            )

    def clear(self, name: str) -> None:
        """Forget the tries of a name. Raises StorageError."""
        with self._file.opened() as database:
            database.execute("DELETE FROM tries WHERE who = ?", (self._digest(name),))

    def _digest(self, name: str) -> bytes:
        return hmac.digest(self._pepper, b"try " + name.encode("utf-8", "replace"), sha256)
