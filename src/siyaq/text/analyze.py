"""Turns text into index terms, each with the span of the spelling it came from.

What happens to a word follows from its script alone, never from a guess at the language of the
text, so that a short question and a long post are analyzed alike:

- Arabic: letters unified, clitics and endings off (`arabic`).
- Latin: case and accents folded, "'s" off, Snowball's English stemmer.
- Cyrillic: case folded, Snowball's Russian stemmer.
- Chinese, Japanese, Korean, Thai and their like: pairs of neighboring characters.
- Numbers stay whole: "3.5", "12:30", "2026-11-21" and its year; 1,200 and ١٢٠٠ are "1200";
  "5%" is also "5".
- "#NeverForget" is "#neverforget", and its words; "@Name" is "@name", and its words.
- A link is its host and the words of a slug in its path. A shortener's host and random ids are
  left out: they would only make every post's vocabulary unique.

No word is removed for being common; `is_stop_word` tells a query which those are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from siyaq.text import stop_words
from siyaq.text.term import (
    Piece,
    acronym_terms,
    cyrillic_term,
    handle_terms,
    is_plain_cyrillic,
    is_short_link,
    latin_term,
    link_terms,
    number_terms,
    tag_terms,
    word_terms,
)

ANALYZER: Final = "siyaq-1"
"""Name of this analysis. An index made under another name must be rebuilt."""

_NOT_IN_WORDS: Final = (
    r"\s\x00-/:-@\[-`{-\xa9\xab\xac\xae-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7"
    "\u060c\u061b\u061e\u061f\u066a-\u066d\u06d4\u0964\u0965"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2bff"
    "\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufd3e\ufd3f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
_LETTER: Final = f"[^{_NOT_IN_WORDS}]"
_CHUNK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”«»]+"
    rf"|[@＠][\w]+(?:[.\-]\w+)*"
    rf"|[#＃](?:{_LETTER}|_)+"
    r"|\d{1,4}(?:-\d{1,2}-|/\d{1,2}/)\d{1,4}(?![\w/-])"
    r"|\d+(?:[.,:٫٬]\d+)*(?:[%٪]|[A-Za-z][A-Za-z0-9]*)?"
    r"|[A-Za-z](?:\.[A-Za-z])+\.?(?!\w)"
    rf"|{_LETTER}+(?:['’ʼ]{_LETTER}+)*"
)
_LONGEST_CACHED: Final = 40
_AROUND_WORDS: Final = ".,!?:;()[]\"'…“”«»"  # of what no word is made, and no tag begun


class Token(NamedTuple):
    """One index term and the span [start, end) of the text it stands for."""

    term: str
    start: int
    end: int


def analyze(text: str) -> list[Token]:
    """Return the index terms of `text` in order, each with its span in code points.

    Several terms may share a span, as a hashtag and its words do. Spans never go backwards.
    """
    tokens: list[Token] = []
    for found in _CHUNK.finditer(text):
        at = found.start()
        chunk = found.group()
        pieces = _pieces(chunk) if len(chunk) <= _LONGEST_CACHED else _cut(chunk)
        tokens += [Token(term, at + start, at + end) for term, start, end in pieces]
    return tokens


def terms(text: str) -> list[str]:
    """Return the terms of `analyze`, in its order, without their spans: the fast way."""
    words = text.split()  # no term reaches over white space, and most words came before
    if "http" not in text and len(max(words, key=len, default="")) <= _LONGEST_CACHED:
        return list(chain.from_iterable(map(_word_terms, words)))
    found: list[str] = []
    for word in words:
        if word[:4] != "http" and len(word) <= _LONGEST_CACHED:
            found += _word_terms(word)
        elif not is_short_link(word):  # links seldom come twice
            found += _unit_terms(word)
    return found


def is_stop_word(term: str) -> bool:
    """Say whether `term`, as `terms` returns it, is too common to tell one post from another."""
    return term in _stop_terms()


@lru_cache(maxsize=2**16)
def _word_terms(word: str) -> tuple[str, ...]:
    bare = word.strip(_AROUND_WORDS)
    if bare.isascii() and bare.isalpha() and bare != "www":  # most words: the short way
        return (latin_term(bare),)
    if is_plain_cyrillic(bare):
        return (cyrillic_term(bare),)
    return tuple(_unit_terms(word))


def _unit_terms(word: str) -> list[str]:
    """Return the terms of what stands between two spaces."""
    found: list[str] = []
    for chunk in _CHUNK.findall(word):
        seldom = chunk[:4] == "http" or len(chunk) > _LONGEST_CACHED
        found += [piece.term for piece in _cut(chunk)] if seldom else _chunk_terms(chunk)
    return found


@lru_cache(maxsize=2**16)
def _chunk_terms(chunk: str) -> tuple[str, ...]:
    """Remember a word without the punctuation that it stands in, which comes in many ways."""
    return tuple(piece.term for piece in _cut(chunk))


@lru_cache(maxsize=2**14)
def _pieces(chunk: str) -> tuple[Piece, ...]:
    return tuple(_cut(chunk))


@lru_cache(maxsize=1)
def _stop_terms() -> frozenset[str]:
    lists = (stop_words.ARABIC, stop_words.ENGLISH, stop_words.RUSSIAN)
    return frozenset(term for words in lists for term in terms(words))


def _cut(chunk: str) -> list[Piece]:
    first = chunk[0]
    if first in "@＠":
        return handle_terms(chunk)
    if first in "#＃":
        return tag_terms(chunk)
    if chunk.startswith(("http://", "https://", "www.")):
        return link_terms(chunk)
    if first.isdecimal():
        return number_terms(chunk)
    if "." in chunk:
        return acronym_terms(chunk)
    return word_terms(chunk)
