"""A model's sentence as siyaq takes it: text, quotes and citations, and nothing else.

There is no node for a link, a picture or markup, so none can come out. A sentence that holds
something that looks like one is refused whole rather than mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from siyaq.core.answer import Citation, Sentence
from siyaq.grounding.written.offer import Offer
from siyaq.grounding.written.reply import Proposed
from siyaq.text.clean import readable


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the model's own."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in quotation marks: an exact part of an evidence that the sentence cites."""

    text: str


@dataclass(frozen=True, slots=True)
class Cite:
    """An evidence that the sentence rests on. `quote` is an exact part of its text."""

    offer: Offer
    quote: str


class Refused(StrEnum):
    """Why a proposed sentence is not shown."""

    EMPTY = "empty"
    NO_EVIDENCE = "no_evidence"
    UNKNOWN_ID = "unknown_id"
    INEXACT_QUOTE = "inexact_quote"
    MARKUP = "markup"
    LEAK = "leak"
    PERSON = "person"
    WORDING = "wording"
    NUMBER = "number"
    TURNED = "turned"
    UNSUPPORTED = "unsupported"
    REPEATED = "repeated"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Tree:
    """One sentence, understood."""

    words: tuple[Text | Quote, ...]
    cites: tuple[Cite, ...]

    @property
    def text(self) -> str:
        """The sentence as it is shown."""
        return "".join(
            f"“{node.text}”" if isinstance(node, Quote) else node.text for node in self.words
        )

    @property
    def own_words(self) -> str:
        """The sentence without what it quotes."""
        return " ".join(node.text for node in self.words if isinstance(node, Text))

    def sentence(self, support: float) -> Sentence:
        """Return it with citations that code built."""
        citations = tuple(
            Citation(
                marker=cite.offer.reference.marker,
                evidence_id=cite.offer.id,
                quote=cite.quote,
                support=support,
            )
            for cite in self.cites
        )
        return Sentence(text=self.text, citations=citations)


QUOTE_AT_LEAST = 4
"""Letters and digits of a quote; for a shorter one, the whole span is quoted."""

_MARKER = re.compile(r"\s*\[\s*(?:e?\d{1,3})\s*\]", re.IGNORECASE)
_QUOTED = re.compile('“([^“”]*)”|«([^«»]*)»|"([^"]*)"')
_MARKUP = re.compile(
    r"[<>‹›`{}|\\\n\r\t]|\]\(|!\[|\[\.\]|__|\*\S|^\s*(?:#|[-*•]\s|\d+[.)]\s)|&#?\w+;|[@＠]\w|://"
    r"|\b(?:h(?:tt|xx)ps?|ftp|javascript|data|mailto|www)\b\s*[:.]"
    r"|\bdot\s+(?:com|org|net|io)\b|\bxn--|(?:\d{1,3}\.){3}\d{1,3}"
    r"|\w{2,}[.．。｡][^\W\d_]{2,}|\w/\w{2,}",
    re.IGNORECASE,
)
"""What could be a link, a picture, markup, a mention or an address, spelled out or disguised."""

_LOOSE_QUOTES = re.compile('[“”«»"]')


def understand(proposed: Proposed, offered: Mapping[str, Offer]) -> Tree | Refused:
    """Turn a proposed sentence into a tree, or say what is wrong with it."""
    text = _MARKER.sub("", readable(proposed.text)).strip()
    if not any(char.isalnum() for char in text):
        return Refused.EMPTY
    if _MARKUP.search(text) or _MARKUP.search(_MARKER.sub("", readable(proposed.among))):
        return Refused.MARKUP
    if not proposed.cited:
        return Refused.NO_EVIDENCE
    cites: dict[str, Cite] = {}
    for cited in proposed.cited:
        offer = offered.get(cited.id)
        if offer is None:
            return Refused.UNKNOWN_ID
        quoted = len(re.findall(r"\w", cited.quote)) >= QUOTE_AT_LEAST
        exact = offer.exact(cited.quote) if quoted else offer.spans[0]
        if exact is None or not exact.strip():
            return Refused.INEXACT_QUOTE
        cites.setdefault(offer.id, Cite(offer, exact))
    words = _words(text, tuple(cites.values()))
    return words if isinstance(words, Refused) else Tree(words, tuple(cites.values()))


def _copied(text: str, cites: tuple[Cite, ...]) -> tuple[Quote, ...] | Refused | None:
    """Return somebody else's words as a quotation; None for words that nobody else put so.

    Words of the cleaned copy that stand nowhere in the post as it was written cannot be quoted.
    """
    bare = text.rstrip(".!?؟？ ")
    if any(bare in span for cite in cites for span in cite.offer.spans):
        return (Quote(bare),)
    if any(bare in seen for cite in cites for seen in cite.offer.seen()):
        return Refused.INEXACT_QUOTE
    return None


def _words(text: str, cites: tuple[Cite, ...]) -> tuple[Text | Quote, ...] | Refused:
    """Cut a sentence where it quotes. Each quote must stand in something cited, exactly."""
    copied = _copied(text, cites)
    if copied is not None:
        return copied
    nodes: list[Text | Quote] = []
    at = 0
    for found in _QUOTED.finditer(text):
        inside = next(group for group in found.groups() if group is not None)
        quoted = next((exact for cite in cites if (exact := cite.offer.exact(inside))), None)
        if not inside.strip() or quoted != inside:
            return Refused.INEXACT_QUOTE
        if found.start() > at:
            nodes.append(Text(text[at : found.start()]))
        nodes.append(Quote(inside))
        at = found.end()
    if at < len(text):
        nodes.append(Text(text[at:]))
    if any(_LOOSE_QUOTES.search(node.text) for node in nodes if isinstance(node, Text)):
        return Refused.INEXACT_QUOTE
    return tuple(nodes)
