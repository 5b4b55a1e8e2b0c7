"""What may be asked about the world, and what a right answer must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from siyaq.testing.world.words import Lang, Lines

QuestionKind = Literal["answerable", "latest", "unanswerable", "conflict"]
Forms = tuple[str, ...]
"""The spellings of one value, of which an answer must hold at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question whose right answer is known at one moment.

    An answer is right when it holds, for every group of `must_contain`, one of its spellings, and
    nothing of `must_not_contain`. A `conflict` has one group for each side. An `unanswerable` has
    no group: the right answer is to abstain. `expected` are the at-URIs and article guids that
    state what is asked, all live at that moment.
    """

    text: str
    lang: Lang
    kind: QuestionKind
    story: str = ""
    must_contain: tuple[Forms, ...] = ()
    must_not_contain: Forms = ()
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that a story raises; it may be put once live posts state all of `needs`.

    `needs` name facts of the story. An unanswerable one needs nothing but the story itself, and
    is put only while no live post states any of `unless`.
    """

    lines: Lines
    kind: Literal["answerable", "unanswerable", "conflict"]
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    must_not_contain: Forms = ()
