"""A text that states something and is looked up, as apart from a question that is asked.

Somebody who pastes a post wants what was said of the same matter: the published check of its
claim, an article about it. What the network adds to a post says nothing of that.
"""

from __future__ import annotations

import re
from typing import Final

from siyaq.retrieval.folded import fold_words
from siyaq.text.questions import QUESTION_MARKS

LEAST_WORDS = 8
"""Of a statement; fewer are the topic of a search."""

_ASKING_WORDS: Final = 3  # a question begins with one of its words of asking among the first three

_ASKS: Final = re.compile(
    r"^(?:name|give|list|tell|show|find|اذكر|اعط|اعطي|عدد|سم)\b"
    r"|\b(?:who|whom|whose|what|what's|which|when|where|why|how|ما|ماذا|من|متي|اين|كيف|كم|هل|لماذا"
    r"|اي|ماهو|ماهي|بماذا|لمن|ممن|عم|عما|مم|علام|الام|فيم|وكم|بكم)\b"
)
_SIGNS: Final = re.compile(r"[\W_]*")
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.|\bpic\.twitter\.com/|(?<=\w)pic\.twitter\.com/)\S+"
)
_SIGNATURE: Final = re.compile(r"\s[—–-]\s[^—–]{0,80}\(@\w{1,30}\)[^—–@]{0,24}\d{4}\s*$")
"""Under a post that was copied from another page: "— Name (@handle) January 5, 2020"."""


def states(text: str) -> bool:
    """Say whether `text` states something; what is short or asks does not."""
    words = fold_words(text).text.split()
    if len(words) < LEAST_WORDS or _ends_in_a_question_mark(text):
        return False
    return _ASKS.search(" ".join(words[:_ASKING_WORDS])) is None


def said_in(text: str) -> str:
    """Return `text` without links, and without who is said to have posted it when.

    A text of nothing else is returned as it is.
    """
    bare = _SIGNATURE.sub("", _ADDRESS.sub(" ", text))
    return " ".join(bare.split()) or text


def _ends_in_a_question_mark(text: str) -> bool:
    """Say whether one stands behind the last word of a text, whatever signs are around it."""
    behind = _SIGNS.match(text[::-1])  # from the end: a search would begin anew at every sign
    return behind is not None and not QUESTION_MARKS.isdisjoint(behind.group())
