"""Finds sentences in Arabic and Latin texts, and cuts texts into the passages that are embedded.

A stop ends a sentence unless what stands around it says otherwise: an abbreviation or initial
before it, a small letter after it, a number, a link. Arabic is often written without a space
after the stop, so between Arabic letters none is needed. A line break ends a sentence, but not
inside a paragraph that was wrapped. Takes time in proportion to the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from siyaq.core.span import Span
from siyaq.text import abbreviations

WHOLE_AT_MOST: Final = 400
"""Characters up to which a text is one passage."""
PASSAGE_AT_MOST: Final = 350
PASSAGES_AT_MOST: Final = 400
_PASSAGE_SENTENCES: Final = 3
_PAIR_AT_MOST: Final = 600  # characters of two sentences that still are one passage

_STOP: Final = re.compile(
    r"(?P<link>(?:https?://|www\.)\S*[^\s.!?؟…,;:\"'”’»)\]}])"
    r"|(?P<mark>[.!?؟…。！？۔।]+)(?P<close>[\"'”’»›)\]}]*)"
    "(?P<signs>(?:[ \t]*+[\u2190-\u2bff\u200d\ufe0f\U0001f000-\U0001faff]++)*+)"
    r"(?P<gap>\s*)"
    r"|(?P<line>[\r\n\v\f\x85\u2028\u2029])\s*"
    r"|(?P<bullet>[•●▪◦‣])\s*"
)
_LAST_WORD: Final = re.compile(r"[^\s\"'“”‘’«»()\[\]{}]+$")
_ARABIC: Final = re.compile("[\u0620-\u064a\u064b-\u0655]")
_INITIAL: Final = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_ITEM: Final = re.compile(r"\s*[(\[]?(?:\d{1,3}|[A-Za-z])")
_OPENING: Final = "\"'“‘«([{"
_WRAPPED_LINE: Final = 55  # characters; a shorter line ends where its author ended it
_PAUSE_AT_MOST: Final = 30  # characters before "..." that only hesitate
_RUN_ON_BEFORE: Final = re.compile("[a-z]{3}$")
_RUN_ON_AFTER: Final = re.compile("[A-Z][a-z]")
_FIRST_WORD: Final = re.compile(r"\w+")
_CONTEXT: Final = 24
_NEXT: Final = re.compile(r"\S")
_MARKS_AT_MOST: Final = 16  # that a cut steps back over; a flood of them is cut like letters
_CLAUSES: Final = ("، ", "؛ ", ", ", "; ", ": ", " – ", " — ", "،", "؛")

_NEVER_LAST: Final = frozenset(abbreviations.NEVER_LAST.split())
_MAYBE_LAST: Final = frozenset(abbreviations.MAYBE_LAST.split())
_STARTERS: Final = frozenset(abbreviations.STARTERS.split())
_SPELLED: Final = frozenset(abbreviations.LETTERS_IN_ARABIC.split())
_MAYBE_SPELLED: Final = frozenset(abbreviations.WORDS_AND_LETTERS.split())
_ANY_SPELLED: Final = "|".join(sorted(_SPELLED | _MAYBE_SPELLED, key=len, reverse=True))
_SPELLED_BEFORE: Final = re.compile(rf"(?<!\w)[وبلف]?(?:{_ANY_SPELLED})\.\s?$")
_RUN_OF_LETTERS: Final = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(_SPELLED))}|بي) $")
"""Letters written without stops ("بي بي سي"): a stop behind them is one of a sentence."""
_SPELLED_AFTER: Final = re.compile(rf"(?:{_ANY_SPELLED})\.")


def sentences(text: str) -> list[Span]:
    """Return the sentences of `text` in order, without white space at their ends.

    Together they hold every character that is not white space. Signs without a word, such as an
    emoji after the stop, belong to the sentence before them.
    """
    found: list[Span] = []
    start = 0
    for end in _ends(text):
        _append(found, text, start, end)
        start = end
    _append(found, text, start, len(text))
    return found


def passages(text: str) -> list[Span]:
    """Return the stretches of `text` to be embedded, in order, at most PASSAGES_AT_MOST.

    A post is one passage. A longer text is cut into windows of up to three sentences and
    PASSAGE_AT_MOST characters, a longer sentence at clauses or between words; windows grow where
    the text would have too many. Together they hold every character that is not white space.
    """
    if len(text) <= WHOLE_AT_MOST:  # whatever its sentences
        stripped = text.strip()
        start = text.find(stripped)
        return [Span(start, start + len(stripped))] if stripped else []
    whole = sentences(text)
    if not whole:
        return []
    everything = Span(whole[0].start, whole[-1].end)
    if len(everything) <= (WHOLE_AT_MOST if len(whole) > 2 else _PAIR_AT_MOST):
        return [everything]
    limit, count = PASSAGE_AT_MOST, _PASSAGE_SENTENCES
    windows = _windows(text, whole, limit, count)
    while len(windows) > PASSAGES_AT_MOST:
        limit, count = 2 * limit, 2 * count
        windows = _windows(text, whole, limit, count)
    return windows


def _ends(text: str) -> Iterator[int]:
    """Yield the places at which a sentence ends, the white space after it included."""
    start = 0
    for stop in _STOP.finditer(text):
        if stop["bullet"]:
            end = stop.start()
        elif stop["line"]:
            end = start if _wrapped(text, start, stop) else stop.end()
        elif stop["mark"]:
            end = stop.end() if _stops(text, start, stop) else start
        else:
            continue
        if end > start:
            yield end
            start = end


def _stops(text: str, start: int, stop: re.Match[str]) -> bool:
    """Say whether the stop mark found ends the sentence that began at `start`."""
    mark, end = stop["mark"], stop.end()
    if end == len(text) or "\n" in stop["gap"]:
        return True
    before = text[max(start, stop.start() - _CONTEXT) : stop.start()]
    after = text[end : end + _CONTEXT].lstrip(_OPENING)
    if not stop["gap"] and not stop["signs"]:
        return _stops_without_gap(mark, before, after)
    small = after[:1].islower()
    if mark[0] in "!?؟！？。۔।":
        return not (small and stop["close"])
    if small:
        return False
    if len(mark) > 1 or mark == "…":
        return after[:1].isupper() or stop.start() - start > _PAUSE_AT_MOST
    return not _abbreviates(before, after)


def _stops_without_gap(mark: str, before: str, after: str) -> bool:
    if not before or not after[:1].isalpha():
        return False
    if mark[0] != ".":
        return mark != "…"
    if _ARABIC.match(before[-1]) and _ARABIC.match(after[0]):
        word = _last_word(before).rpartition(".")[2]
        return len(word) > 1 and not _spells_a_letter(word, before, after)
    return bool(_RUN_ON_BEFORE.search(before) and _RUN_ON_AFTER.match(after))


def _abbreviates(before: str, after: str) -> bool:
    """Say whether the full stop between `before` and `after` belongs to the word before it."""
    word = _last_word(before)
    plain = word.lower()
    if plain in _NEVER_LAST or (len(before) <= 4 and _ITEM.fullmatch(before)):
        return True
    if _spells_a_letter(word.rpartition(".")[2], before, after):
        return True
    if plain not in _MAYBE_LAST and not _INITIAL.fullmatch(word):
        return False
    following = _FIRST_WORD.match(after)
    return plain != "i" and not (following and following.group() in _STARTERS)


def _spells_a_letter(word: str, before: str, after: str) -> bool:
    """Say whether an Arabic word at the end of `before` is an initial, as in "سي. إس. لويس"."""
    bare = word if word in _SPELLED or word in _MAYBE_SPELLED else word[1:]
    if bare not in _SPELLED and bare not in _MAYBE_SPELLED:
        return False
    ahead, goes_on = before[: len(before) - len(word)], _SPELLED_AFTER.match(after) is not None
    if bare in _MAYBE_SPELLED:
        return goes_on or _SPELLED_BEFORE.search(ahead) is not None
    if bare != word and word[0] not in "وبلف":
        return False
    return goes_on or _RUN_OF_LETTERS.search(ahead) is None


def _last_word(before: str) -> str:
    found = _LAST_WORD.search(before)
    return found.group() if found else ""


def _wrapped(text: str, start: int, stop: re.Match[str]) -> bool:
    """Say whether a line break stands inside a wrapped paragraph."""
    line = stop.start() - max(text.rfind("\n", start, stop.start()) + 1, start)
    single = "\n" not in stop.group()[1:]
    return single and line >= _WRAPPED_LINE and text[stop.end() : stop.end() + 1].islower()


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return
    at = start + piece.index(stripped[0])
    span = Span(at, at + len(stripped))
    if found and not (_has_word(stripped) and _has_word(found[-1].of(text))):
        found[-1] = Span(found[-1].start, span.end)
    else:
        found.append(span)


def _has_word(piece: str) -> bool:
    return any(map(str.isalnum, piece))


def _windows(text: str, whole: list[Span], limit: int, count: int) -> list[Span]:
    windows: list[Span] = []
    held = 0  # sentences in the last window
    for sentence in whole:
        for part in _parts(text, sentence, limit):
            if windows and held < count and part.end - windows[-1].start <= limit:
                windows[-1] = Span(windows[-1].start, part.end)
                held += 1
            else:
                windows.append(part)
                held = 1
    return windows


def _parts(text: str, sentence: Span, limit: int) -> Iterator[Span]:
    start = sentence.start
    while sentence.end - start > limit:
        cut = _cut(text, start, start + limit)
        yield Span(start, start + len(text[start:cut].rstrip()))
        following = _NEXT.search(text, cut)
        start = following.start() if following else sentence.end
    yield Span(start, sentence.end)


def _cut(text: str, start: int, end: int) -> int:
    """Return where to cut text[start:end]: after a clause, else between words, else in one."""
    piece = text[start:end]
    clause = max(piece.rfind(mark) for mark in _CLAUSES)
    if clause > len(piece) // 2:
        return start + clause + 1
    word = max(piece.rfind(" "), piece.rfind("\n"))
    if word > len(piece) // 3:
        return start + word
    for cut in range(end, end - _MARKS_AT_MOST, -1):
        if not _joined(text[cut - 1], text[cut]):
            return cut
    return end


def _joined(before: str, after: str) -> bool:
    """Say whether two characters are shown as one."""
    return "\u200d" in (before, after) or unicodedata.category(after)[0] == "M"
