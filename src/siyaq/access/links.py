"""Names that nobody can guess, made from the secret of the data directory and kept nowhere.

A copy of the database holds none of them. They are as good as the thing that they name: once that
is erased, they lead nowhere.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

from siyaq.access import store

Kind = Literal["feed", "login", "share", "webhook"]

MAC_BYTES = 24
"""192 bits: whoever tries a thousand million a second finds none before the sun has gone out."""


class Links:
    """The links of one data directory. Every method raises StorageError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def token(self, kind: Kind, name: str) -> str:
        """Return the token that leads to `name`, which has no dot; safe in a path."""
        return f"{name}.{self._mac(kind, name)}"

    def name(self, kind: Kind, token: str) -> str | None:
        """Return what a token leads to, None for one that is not ours."""
        name, _, mac = token.partition(".")
        right = self._mac(kind, name)
        given = mac.encode("utf-8", "replace")
        return name if hmac.compare_digest(given, right.encode()) else None

    def secret(self, kind: Kind, name: str) -> bytes:
        """Return 32 bytes to sign with that are `name`'s alone."""
        return self._digest(f"secret {kind} {name}")

    def _mac(self, kind: Kind, name: str) -> str:
        digest = self._digest(f"token {kind} {name}")
        return urlsafe_b64encode(digest[:MAC_BYTES]).decode()

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._pepper, text.encode("utf-8", "replace"), sha256)

    @cached_property
    def _pepper(self) -> bytes:
        store.folder(self._directory)
        return store.pepper(self._directory)
