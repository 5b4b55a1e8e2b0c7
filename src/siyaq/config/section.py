"""What a section of the settings is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Scalar = str | int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is called, what it is when nobody says, and what it means."""

    key: str
    default: Scalar
    help: str
    check: Callable[[Scalar], str] = lambda _: ""  # what is wrong with a value, or ""
    secret: bool = False


DATA = Setting("data", "./siyaq-data", "directory that holds the log and the index")


@dataclass(frozen=True, slots=True)
class Section:
    """The values of settings; those of a section are read as what they are."""

    values: Mapping[str, Scalar]

    @property
    def data(self) -> Path:
        """The data directory."""
        return Path(str(self.values["data"]))

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the parts of a value that are separated by commas."""
        return tuple(filter(None, map(str.strip, str(self.values[key]).split(","))))
