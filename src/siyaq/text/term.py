"""Cuts one chunk of text (a word, number, tag, mention or link) into index terms."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import Stemmer

from siyaq.text import arabic
from siyaq.text.fold import compose, fold
from siyaq.text.script import Script, runs, script_of

LONGEST_TERM: Final = 64  # code points; what is longer is cut, in posts and queries alike

_PLAIN: Final = re.compile("([A-Za-z]+)|([\u0410-\u0451]+)|([\u0621-\u063a\u0641-\u0652]+)")
_PLAIN_SCRIPTS: Final = (Script.NONE, Script.LATIN, Script.CYRILLIC, Script.ARABIC)  # by group
_APOSTROPHE: Final = re.compile("['’ʼ]")
_ELISION: Final = re.compile("(?:[cdjlmnst]|qu)'(?=...)")
_POSSESSIVE: Final = re.compile("'s?$")
_TAG_WORD: Final = re.compile(
    "[A-Z]?[a-zß-öø-ÿ]+|[A-Z]+(?![a-zß-öø-ÿ])|[0-9]+|[^A-Za-z0-9ß-öø-ÿ_]+"
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DOTTED_THOUSANDS: Final = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_DECIMAL_COMMA: Final = re.compile(r"\d+,\d{1,2}")
_YEAR: Final = re.compile(r"\d{4}")
_LINK: Final = re.compile(r"(?:https?://)?(?:www\.)?(?P<host>[^/?#:@]+)(?::\d+)?(?P<path>[^?#]*)")
_SLUG: Final = re.compile(r"(?<=/)[^/\W\d_]+(?:[-_+][^/\W_]+)+")
_SLUG_WORD: Final = re.compile(r"[^\W_]{2,}")
_SHORTENERS: Final = frozenset(
    ("t.co", "bit.ly", "ow.ly", "goo.gl", "dlvr.it", "buff.ly", "tinyurl.com", "is.gd", "fb.me")
)


_SHORT_LINK: Final = re.compile(
    rf"https?://(?:{'|'.join(map(re.escape, sorted(_SHORTENERS)))})/[A-Za-z0-9]*"
)
_PLAIN_CYRILLIC: Final = re.compile("[\u0410-\u0451]+")


class Piece(NamedTuple):
    """One term of a chunk and the span of the chunk that it stands for."""

    term: str
    start: int
    end: int


def word_terms(chunk: str, offset: int = 0) -> list[Piece]:
    """Return the terms of a word, or of several run together in different scripts."""
    pieces: list[Piece] = []
    for script, start, end in _stretches(chunk):
        run = chunk[start:end]
        if script is Script.DENSE:
            pieces += _pairs(run, offset + start)
        else:
            pieces += [
                Piece(term[:LONGEST_TERM], offset + start, offset + end)
                for analyzed in _ANALYSES[script](run)
                for term in analyzed.split()  # some ligatures stand for several words: ﷺ
            ]
    return pieces


def _stretches(chunk: str) -> Iterable[tuple[Script, int, int]]:
    """Cut by script, quickly where the first look shows one script only."""
    plain = _PLAIN.fullmatch(chunk)
    if plain and plain.lastindex:
        return ((_PLAIN_SCRIPTS[plain.lastindex], 0, len(chunk)),)
    return runs(chunk)


def latin_term(word: str) -> str:
    """Return the one term of a word of ASCII letters."""
    return _stemmed("english", word.lower())[:LONGEST_TERM]


def is_plain_cyrillic(word: str) -> bool:
    """Say whether a word is made of the letters of Russian only."""
    return _PLAIN_CYRILLIC.fullmatch(word) is not None


def cyrillic_term(word: str) -> str:
    """Return the one term of such a word."""
    return _stemmed("russian", word.lower().replace("ё", "е"))[:LONGEST_TERM]


def acronym_terms(chunk: str) -> list[Piece]:
    """Return the letters of "U.S." as one term, unstemmed: it meets "US"."""
    return [Piece(fold(chunk).replace(".", "")[:LONGEST_TERM], 0, len(chunk))]


def number_terms(chunk: str) -> list[Piece]:
    """Return the terms of a chunk that starts with a digit."""
    plain = fold(chunk)
    if "-" in plain or "/" in plain:
        date = Piece(plain.replace("/", "-"), 0, len(chunk))
        years = [Piece(y.group(), y.start(), y.end()) for y in _YEAR.finditer(plain)]
        return [date, *years]
    percent = plain.endswith("%")
    number = plain.rstrip("%")
    end = len(chunk) - percent
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif _DOTTED_THOUSANDS.fullmatch(number):
        number = number.replace(".", "")
    elif _DECIMAL_COMMA.fullmatch(number):
        number = number.replace(",", ".")
    elif "," in number:
        return [
            Piece(part.group()[:LONGEST_TERM], part.start(), part.end())
            for part in re.finditer("[^,]+", number)
        ]
    number = number[:LONGEST_TERM]
    whole = [Piece(number, 0, end)]
    return [*whole, Piece(f"{number}%", 0, len(chunk))] if percent else whole


def tag_terms(chunk: str) -> list[Piece]:
    """Return "#tag" folded, the tag as one word, and the words its capitals and _ mark."""
    whole = Piece(f"#{fold(chunk[1:])}"[:LONGEST_TERM], 0, len(chunk))
    words = list(_named_words(chunk, 1, len(chunk)))
    return [whole, *words] if words else []


def handle_terms(chunk: str) -> list[Piece]:
    """Return "@handle" folded, and the words of its first label: "alice" of @alice.example.org."""
    whole = Piece(f"@{fold(chunk[1:])}"[:LONGEST_TERM], 0, len(chunk))
    label_end = chunk.find(".")
    return [whole, *_named_words(chunk, 1, len(chunk) if label_end < 0 else label_end)]


def is_short_link(word: str) -> bool:
    """Say whether a word is a shortener's link, in which there is no term."""
    return _SHORT_LINK.fullmatch(word) is not None


def link_terms(chunk: str) -> list[Piece]:
    """Return the host of a link, its longest label, and the words of slugs in its path."""
    found = _LINK.match(chunk)
    if not found:
        return []
    host, path = found["host"].lower(), found["path"]
    pieces: list[Piece] = []
    if host not in _SHORTENERS and len(host) == len(found["host"]):
        start, end = found.span("host")
        label = max(host.split(".")[:-1] or [host], key=len)
        at = start + host.index(label)
        pieces += [Piece(host[:LONGEST_TERM], start, end), *word_terms(label, at)]
    for slug in _SLUG.finditer(path):
        for word in _SLUG_WORD.finditer(slug.group()):
            pieces += word_terms(word.group(), found.start("path") + slug.start() + word.start())
    return pieces


def _named_words(chunk: str, start: int, end: int) -> Iterator[Piece]:
    name = chunk[start:end]
    parts = [(part.start(), part.group()) for part in _TAG_WORD.finditer(name)]
    if len(parts) > 1 and "_" not in name:
        joined = word_terms(name, start)
        yield from joined if len(joined) == 1 else ()
    for at, part in parts:
        yield from word_terms(part, start + at)


def _pairs(run: str, offset: int) -> Iterator[Piece]:
    """Yield each two neighboring characters with their marks; a lone character as it is."""
    starts = [at for at, char in enumerate(run) if not _attached(char)] + [len(run)]
    ends = starts[2:] if len(starts) > 2 else starts[1:]
    for start, end in zip(starts, ends, strict=False):
        yield Piece(fold(run[start:end])[:LONGEST_TERM], offset + start, offset + end)


def _attached(char: str) -> bool:
    return script_of(char) is Script.INSIDE


def _latin(run: str) -> tuple[str, ...]:
    if run.isascii() and run.isalpha():
        return (latin_term(run),)
    plain = _ELISION.sub("", _APOSTROPHE.sub("'", fold(run)), count=1)
    word = _POSSESSIVE.sub("", plain).replace("'", "")
    return (word,) if any(map(str.isdecimal, word)) else (_stemmed("english", word),)


def _cyrillic(run: str) -> tuple[str, ...]:
    if is_plain_cyrillic(run):
        return (cyrillic_term(run),)
    return (_stemmed("russian", _APOSTROPHE.sub("", compose(run)).replace("ё", "е")),)


def _other(run: str) -> tuple[str, ...]:
    return (_APOSTROPHE.sub("", fold(run)),)


def _stemmed(language: str, word: str) -> str:
    stemmed: str = _stemmer(language, threading.get_ident()).stemWord(word)
    return stemmed


@lru_cache(maxsize=64)
def _stemmer(language: str, thread: int) -> Stemmer.Stemmer:
    """Return a stemmer of this thread's own: one may not be used by two threads at a time."""
    return Stemmer.Stemmer(language, 0)


_ANALYSES: Final[dict[Script, Callable[[str], tuple[str, ...]]]] = {
    Script.ARABIC: arabic.stem,
    Script.LATIN: _latin,
    Script.CYRILLIC: _cyrillic,
    Script.DIGIT: _other,
    Script.OTHER: _other,
}
