"""HTML of strangers as plain text: no tags, no scripts, no styles, paragraphs kept apart."""

from __future__ import annotations

import re

import lxml.html
from lxml.etree import LxmlError, ParserError

_DROPPED = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head")
_BREAKS = ("br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
_BLANKS = re.compile(r"[^\S\n]+")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What HTML lets stand in a text and lxml does not let us write."""

_ENDS = re.compile("</(?:body|html)[^>]*>", re.I)
"""What libxml2 takes for the end, and drops what follows; a browser shows that as well."""

_GAPS = re.compile(r" ?\n\s*")


def html_to_text(html: str) -> str:
    """Return what a reader would see of a fragment of HTML, one block a line."""
    if "<" not in html and "&" not in html:
        return html.strip()
    try:
        whole = _ENDS.sub("", html.replace("\0", ""))
        tree = lxml.html.document_fromstring(f"<div>{whole}</div>")
    except (LxmlError, ParserError, ValueError):
        return ""
    if _NOT_XML.search(str(tree.text_content())):
        _without_control_characters(tree)
    for element in list(tree.iter(*_DROPPED)):
        element.drop_tree()
    for element in tree.iter(*_BREAKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    text = _BLANKS.sub(" ", str(tree.text_content()))
    return _GAPS.sub("\n", text).strip()


def _without_control_characters(tree: lxml.html.HtmlElement) -> None:
    for element in tree.iter():
        for part in ("text", "tail"):
            held = getattr(element, part)
            if held and _NOT_XML.search(held):
                setattr(element, part, _NOT_XML.sub("", held))
