"""A question's words folded to one spelling, so that one pattern reads all of them.

Patterns for Arabic are written as `fold` leaves it: ا for every alef, ه for ta marbuta, ي for
alef maqsura, no vowel signs, ASCII digits. Words are joined by single spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from siyaq.core.span import Span
from siyaq.text.fold import fold

_WORD = re.compile(r"[\w\u0610-\u061a\u064b-\u065f\u0670]+(?:[-/:.,'’][\w\u064b-\u065f]+)*")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is the folded words; `words` holds where each begins in it, and its source span."""

    text: str
    words: tuple[tuple[int, Span], ...]

    def source_span(self, match: re.Match[str], group: int | str = 0) -> Span:
        """Return the span of the original text whose words a group of `match` touches."""
        touched = [
            span
            for (begin, span), end in zip(self.words, self._ends(), strict=True)
            if begin < match.end(group) and end > match.start(group)
        ]
        return Span(touched[0].start, touched[-1].end)

    def _ends(self) -> list[int]:
        begins = [begin for begin, _ in self.words]
        return [*(begin - 1 for begin in begins[1:]), len(self.text)]


def fold_words(text: str) -> Folded:
    """Fold each word of `text`."""
    parts: list[str] = []
    words: list[tuple[int, Span]] = []
    begin = 0
    for found in _WORD.finditer(text):
        word = fold(found.group()).replace("’", "'")
        if word:
            words.append((begin, Span(found.start(), found.end())))
            parts.append(word)
            begin += len(word) + 1
    return Folded(" ".join(parts), tuple(words))
