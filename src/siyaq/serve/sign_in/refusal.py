"""Why a sign-in through a provider came to nothing, in words that the page has."""

from __future__ import annotations

from typing import Literal

Why = Literal["refused", "expired", "not_allowed", "closed", "unavailable", "untrusted"]
"""The provider said no; begun too long ago or elsewhere; no role; shut out; the provider does not
answer as it should; what it says cannot be believed."""


class NotSignedIn(Exception):
    """Nobody was signed in. The text is for the log, and holds no token and no name."""

    def __init__(self, why: Why, told: str) -> None:
        super().__init__(told)
        self.why = why
