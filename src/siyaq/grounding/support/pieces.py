"""Cuts a text into the pieces that checks compare: words, numbers, signs, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from siyaq.text.analyze import is_stop_word, terms
from siyaq.text.fold import fold

CHARS_AT_MOST = 4_000
"""How much of one text is read. A sentence that cites more is not one sentence."""

_PIECE = re.compile(
    r"(?P<number>\d+(?:[.,:/٫٬-]\d+)*)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0610-\u061a\u064b-\u0652\u0640\u0670\u200c\u200d])*"
    r"(?:['’ʼ][^\W\d_]+)*)"
    r"|(?P<sign>[%٪$€£¥])"
    r"|(?P<pause>[.,;:،؛!?؟？！…\n()«»\"“”])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One word, number or sign. `term` is its stem, "" for all but words and numbers."""

    kind: str  # "word", "number", "sign" or "pause"
    raw: str
    folded: str
    term: str
    telling: bool  # a word, and not one that stands everywhere


@lru_cache(maxsize=2**10)  # one claim is compared with many texts, and each with several claims
def pieces(text: str) -> Sequence[Piece]:
    """Return the pieces of the first CHARS_AT_MOST characters of `text`."""
    cut = _PIECE.finditer(text[:CHARS_AT_MOST])
    return tuple(_piece(str(found.lastgroup), found.group()) for found in cut)


@lru_cache(maxsize=2**15)
def _piece(kind: str, raw: str) -> Piece:
    folded = fold(raw).replace("’", "'").replace("ʼ", "'")
    own = terms(raw) if kind == "word" else [folded]
    term = own[-1] if own else folded
    return Piece(kind, raw, folded, term, kind == "word" and not is_stop_word(term))


def telling_terms(found: Sequence[Piece]) -> list[str]:
    """Return the stems of the words that tell something, in order."""
    return [piece.term for piece in found if piece.telling]
