"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass

from siyaq.core.errors import SiyaqError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at; `remedy` is empty where all is well."""

    about: str
    told: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done."""
        return not self.remedy


def failed(about: str, error: SiyaqError) -> Finding:
    """Return an error as a finding."""
    return Finding(about, str(error), error.hint or "see the message")
