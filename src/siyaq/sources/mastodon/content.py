"""The HTML of a status as plain text, with its links, mentions and tags where they stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import lxml.html
from lxml.etree import LxmlError, ParserError

_DROPPED = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "head"})
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4"})
_BLANKS = re.compile(r"[^\S\n]+")
_DEEPEST = 200


class Anchor(NamedTuple):
    """A link: text[start:end] in code points leads to `url`; `classes` say what it means."""

    start: int
    end: int
    url: str
    classes: frozenset[str]


@dataclass(slots=True)
class _Written:
    pieces: list[str] = field(default_factory=list[str])
    length: int = 0
    anchors: list[Anchor] = field(default_factory=list[Anchor])

    def add(self, text: str) -> None:
        """Add text, with runs of blanks folded; none at the start of a line."""
        text = _BLANKS.sub(" ", text.replace("\n", " "))
        if self.length == 0 or self.pieces[-1].endswith(("\n", " ")):
            text = text.lstrip(" ")
        if text:
            self.pieces.append(text)
            self.length += len(text)

    def break_line(self, *, once: bool = False) -> None:
        """Begin a new line, if there is anything before it; `once`: unless one has begun."""
        if self.length and not (once and self.pieces[-1].endswith("\n")):
            self.pieces.append("\n")
            self.length += 1


def read_content(html: str) -> tuple[str, list[Anchor]]:
    """Return what a reader sees of a status, one block a line, and the links in it.

    A link's text is whole: Mastodon hides parts of long addresses by style alone. What repeats a
    quoted post's address for readers that cannot show it is left out.
    """
    if "<" not in html and "&" not in html:
        return html.strip(), []
    try:
        tree = lxml.html.fragment_fromstring(html.replace("\0", ""), create_parent="div")
    except (LxmlError, ParserError, ValueError):
        return "", []
    written = _Written()
    _write(tree, written, 0)
    whole = "".join(written.pieces)
    lead = len(whole) - len(whole.lstrip())
    text = whole.strip()
    return text, list(_moved(written.anchors, lead, len(text)))


def _write(element: lxml.html.HtmlElement, written: _Written, depth: int) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""  # a comment has none
    classes = frozenset(str(element.get("class") or "").split()) if tag else frozenset()
    if not tag or tag in _DROPPED or "quote-inline" in classes or depth > _DEEPEST:
        return
    if tag == "br":
        written.break_line()
        return
    block = tag in _BLOCKS
    if block:
        written.break_line(once=True)
    start = written.length
    written.add(element.text or "")
    for child in element:
        _write(child, written, depth + 1)
        written.add(child.tail or "")
    if tag == "a" and written.length > start:
        written.anchors.append(
            Anchor(start, written.length, str(element.get("href") or ""), classes)
        )
    if block:
        written.break_line(once=True)


def _moved(anchors: list[Anchor], lead: int, length: int) -> Iterator[Anchor]:
    """Yield the anchors as they stand in the stripped text."""
    for anchor in anchors:
        start, end = max(0, anchor.start - lead), min(length, anchor.end - lead)
        if start < end:
            yield anchor._replace(start=start, end=end)
