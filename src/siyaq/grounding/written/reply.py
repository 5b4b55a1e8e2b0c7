"""Reads sentences out of a model's reply while it is still being written, whatever shape it has.

The shape asked for is JSON. Read too: JSON inside other text, JSON that breaks off, and plain
sentences that name their evidence as [e1], for models that cannot keep to a shape. What cannot be
read is no sentence.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from siyaq.text.sentences import sentences

REPLY_CHARS = 20_000
"""How much of a reply is read."""

LOOP_CHARS = 240
CITED_AT_MOST = 8
TEXT_CHARS = 600
QUOTE_CHARS = 2_000

_NAMED = re.compile(r"\[\s*(e\d{1,3})\s*\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cited:
    """An evidence that a model names, and what it says stands there; "" when it says nothing."""

    id: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A sentence as a model proposes it, nothing checked. `among` is all that it was said with."""

    text: str
    cited: tuple[Cited, ...]
    among: str = ""


@dataclass(slots=True)
class ReplyReader:
    """Takes a reply in pieces and gives back each sentence once it is complete."""

    _text: str = ""
    _at: int = 0
    _opened: list[int] = field(default_factory=list)
    _in_string: bool = False
    _escaped: bool = False
    _found: int = 0

    @property
    def full(self) -> bool:
        """Whether more than REPLY_CHARS came: no more is read."""
        return len(self._text) >= REPLY_CHARS

    @property
    def unreadable(self) -> bool:
        """Whether something came, and no sentence could be read in it."""
        return bool(self._text.strip()) and not self._found and not _says_nothing(self._text)

    def loops(self) -> bool:
        """Whether the reply ends in one short stretch said over and over."""
        tail = self._text[-LOOP_CHARS:]
        if len(tail) < LOOP_CHARS:
            return False
        return any(tail[period:] == tail[:-period] for period in range(1, LOOP_CHARS // 5))

    def feed(self, piece: str) -> list[Proposed]:
        """Take the next piece and return the sentences that it completes."""
        self._text = (self._text + piece)[:REPLY_CHARS]
        proposed = [one for text in self._closed_objects() for one in _proposed(text)]
        self._found += len(proposed)
        return proposed

    def finish(self) -> list[Proposed]:
        """Return the sentences of a reply that held no JSON at all."""
        if self._found or "{" in self._text:
            return []
        proposed = [_plain(span.of(self._text)) for span in sentences(self._text)]
        self._found += len(proposed)
        return proposed

    def _closed_objects(self) -> list[str]:
        """Move to the end of what came, and return each object that ends on the way."""
        closed: list[str] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if self._escaped:
                self._escaped = False
            elif self._in_string:
                self._escaped = char == "\\"
                self._in_string = char != '"'
            elif char == "{":
                self._opened.append(self._at - 1)
            elif char == '"' and self._opened:
                self._in_string = True
            elif char == "}" and self._opened:
                closed.append(self._text[self._opened.pop() : self._at])
        return closed


def _says_nothing(text: str) -> bool:
    """Say whether a reply is the agreed form of having no sentence."""
    return re.sub(r"\s", "", text) == '{"sentences":[]}'


def _proposed(text: str) -> list[Proposed]:
    """Read one object as sentences that rest on the same evidence; none if it is something else."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return []
    said = value.get("text")
    if not isinstance(said, str):
        return []
    named = next((value[k] for k in ("evidence", "citations", "cites", "ids") if k in value), ())
    listed = named if isinstance(named, list) else [named]
    cited = tuple(one for one in map(_cited, listed[:CITED_AT_MOST]) if one is not None)
    said = said[:TEXT_CHARS].strip()
    several = [span.of(said).strip() for span in sentences(said)]
    return [Proposed(one, cited, said) for one in several or [said]]


def _cited(value: object) -> Cited | None:
    if isinstance(value, dict):
        name, quote = value.get("id", value.get("evidence_id")), value.get("quote", "")
        if isinstance(name, str) and isinstance(quote, str):
            return Cited(_name(name), quote[:QUOTE_CHARS].strip())
    return Cited(_name(value)) if isinstance(value, str) else None


def _plain(text: str) -> Proposed:
    names = dict.fromkeys(found.lower() for found in _NAMED.findall(text))
    said = re.sub(r"\s+([.!?؟？،,])", r"\1", _NAMED.sub("", text)).strip()
    return Proposed(said[:TEXT_CHARS], tuple(Cited(name) for name in names))


def _name(name: str) -> str:
    return name.strip().strip("[]‹›()").strip()[:20]
