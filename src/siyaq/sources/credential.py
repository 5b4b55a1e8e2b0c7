"""Tokens and keys of platforms: from the environment, or from a file that the operator names.

They are read anew for each connection, so that a changed one is taken without a restart, and
kept nowhere: not in a log, not in a status, not in the data directory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from siyaq.core.errors import SourceRefused

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_ODD = re.compile(r"[^A-Z0-9]+")
_FILE_BYTES = 16_384


class Credential:
    """One secret of one source. Its text form never shows it."""

    def __init__(
        self, variables: Sequence[str], *, file: str = "", environ: Mapping[str, str] | None = None
    ) -> None:
        """Look in `file` where one is given, else in the first of `variables` that is set."""
        self._variables = tuple(variables)
        self._file = file
        self._environ = environ or {}

    def __repr__(self) -> str:
        return f"Credential({self.place})"

    @property
    def place(self) -> str:
        """Where it is looked for, in words."""
        return repr(self._file) if self._file else " or ".join(self._variables)

    def read(self) -> str:
        """Return the secret. Raises SourceRefused, saying where it belongs, where there is none."""
        token = (self._from_file() if self._file else self._from_environment()).strip()
        if not token:
            hint = f"put it into {self.place}"
            raise SourceRefused(f"no access token in {self.place}", hint=hint)
        if _TOKEN.fullmatch(token) is None:
            told = f"what is in {self.place} is not a token: one line without spaces is expected"
            raise SourceRefused(told, hint=f"put the token alone into {self.place}")
        return token

    def _from_environment(self) -> str:
        found = (self._environ.get(name, "") for name in self._variables)
        return next(filter(None, found), "")

    def _from_file(self) -> str:
        try:
            with Path(self._file).expanduser().open("rb") as file:
                return file.read(_FILE_BYTES).decode("ascii", "replace")
        except OSError as error:
            told = f"cannot read the token file {self._file!r}: {error.strerror}"
            raise SourceRefused(told, hint="name a file that siyaq may read") from error


def variable_for(prefix: str, host: str) -> str:
    """Return the variable of one host: ("SIYAQ_MASTODON_TOKEN", "a.example") ends in A_EXAMPLE."""
    return f"{prefix}_{_ODD.sub('_', host.upper()).strip('_')}"
