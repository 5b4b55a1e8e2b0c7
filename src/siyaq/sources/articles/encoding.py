"""Bytes of a text file, decoded: UTF-8, UTF-16 with a mark, or a Windows page of old."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
_MARKUP = re.compile(rb"<[^>]*>")
_ARABIC_SHARE = 0.4
"""Western European texts have one accented letter in ten; Arabic ones are nearly all high bytes."""


def decoded(raw: bytes, *, declared: str = "") -> str:
    """Return the text of `raw`. Never raises: what fits no encoding is replaced.

    `declared` is an encoding that the document itself names; it is tried after UTF-8.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace").removeprefix("\ufeff")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_known(declared) or _windows_page(raw), errors="replace")


def _known(declared: str) -> str:
    try:
        b"x".decode(declared)
    except (LookupError, ValueError):  # unknown, or no text encoding at all
        return ""
    return "" if codecs.lookup(declared).name == "utf-8" else declared


def _windows_page(raw: bytes) -> str:
    raw = _MARKUP.sub(b" ", raw)  # whose letters are of no language
    letters = len(_LETTER.findall(raw)) or 1
    return "cp1256" if len(_HIGH_BYTE.findall(raw)) / letters > _ARABIC_SHARE else "cp1252"
