"""Markup made of nodes: text only ever goes in as text, and attributes as attributes.

HTML and SVG are written by the standard library from a tree; nothing here takes a string of
markup. Characters that hide, reorder or control are taken out of what is shown.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from siyaq.text.clean import readable

_TO_MARK = {0x2068: "\ue068", 0x2069: "\ue069"}  # private use, so that they survive
_FROM_MARK = {0xE068: "\u2068", 0xE069: "\u2069"}
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")  # what no markup can hold

Child = Element | str | None


def node(tag: str, attributes: dict[str, str] | None = None, *children: Child) -> Element:
    """Return an element with children in order; None ones are left out."""
    made = Element(tag, {name: shown(value) for name, value in (attributes or {}).items()})
    last: Element | None = None
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            text = shown(child)
            if last is None:
                made.text = (made.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        else:
            made.append(child)
            last = child
    return made


def shown(text: str) -> str:
    """Return text as markup can hold it; isolates that we put around names stay."""
    marked = text.translate(_TO_MARK)
    return _NO_XML.sub("", readable(marked)).translate(_FROM_MARK)


def html_page(language: str, head: list[Element], body: Element) -> bytes:
    """Return a whole document."""
    page = Element("html", {"lang": language, "dir": "rtl" if language == "ar" else "ltr"})
    top = SubElement(page, "head")
    top.append(node("meta", {"charset": "utf-8"}))
    top.extend(head)
    page.append(body)
    content: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + content


def svg_image(image: Element) -> bytes:
    """Return an image of its own."""
    content: str = tostring(image, encoding="unicode")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content.encode()


def web_address(url: str) -> str:
    """Return an address that people may open: absolute, http or https, no password; else ""."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    safe = parts.scheme in ("http", "https") and host and parts.username is None
    return url if safe and url.isprintable() else ""


def html_fragment(element: Element) -> str:
    """Return one element as HTML, for others to put into their page."""
    return tostring(element, encoding="unicode", method="html")
