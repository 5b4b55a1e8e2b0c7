"""The marks of a question, in every script that is read here."""

from __future__ import annotations

from typing import Final

QUESTION_MARKS: Final = frozenset("?؟？")


def asks(text: str) -> bool:
    """Say whether a text asks something, by its marks: a question without one is not seen."""
    return not QUESTION_MARKS.isdisjoint(text)
