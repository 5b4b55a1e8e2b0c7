"""The likeliest problems of an installation, looked for one by one.

Owns: what is looked at, and what to do about each. Refuses: mending anything by itself.
"""

from __future__ import annotations

from siyaq.app.doctor import access, holding, login, machine, outside
from siyaq.app.doctor.finding import Finding
from siyaq.config import Config

__all__ = ["Finding", "diagnose"]


def diagnose(config: Config) -> list[Finding]:
    """Look at one thing after another; one that fails hides no other."""
    return [
        *machine.findings(config),
        *holding.findings(config),
        *access.findings(config),
        *login.findings(config),
        *outside.findings(config),
    ]
