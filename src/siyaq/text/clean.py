"""Makes stored text safe to hand to a model or a terminal.

The stored post keeps its characters; this is a copy of it that hides nothing. It is not a defense
against what the text says, only against what cannot be seen in it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1, tab and newline apart
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi
    "\u00ad\u034f\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff"  # zero width, no joining role
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"  # annotations, tag characters
)
_JOINER: Final = re.compile("[\u200c\u200d]+")
_LINE_END: Final = re.compile("\r\n?|\u2028|\u2029|\x85")


def readable(text: str) -> str:
    """Return `text` in NFC without characters that hide, reorder or control.

    Joiners stay where they shape a letter or an emoji: between two characters that are neither
    white space nor ASCII. Line ends become newlines. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    visible = _CONTROLS.sub("", _LINE_END.sub("\n", text))
    return unicodedata.normalize("NFC", _JOINER.sub(_kept_joiner, visible))


def _kept_joiner(found: re.Match[str]) -> str:
    before = found.string[found.start() - 1 : found.start()]
    after = found.string[found.end() : found.end() + 1]
    return found.group()[0] if _joins(before) and _joins(after) else ""


def _joins(char: str) -> bool:
    return char != "" and not char.isascii() and not char.isspace()
