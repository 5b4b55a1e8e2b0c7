"""Converts between units of text: UTF-8 bytes of atproto, UTF-16 units of browsers, code points.

Code points are the only unit used inside siyaq; these functions are for its edges.
"""

from __future__ import annotations

from siyaq.core.span import Span


def from_utf8(text: str, byte_start: int, byte_end: int) -> Span:
    """Return the code points that the UTF-8 bytes [byte_start, byte_end) of `text` spell.

    Raises ValueError if the range lies outside the text or cuts a character.
    """
    raw = text.encode()
    if not 0 <= byte_start <= byte_end <= len(raw):
        raise ValueError(
            f"byte range {byte_start}..{byte_end} is outside a text of {len(raw)} bytes"
        )
    try:
        start = len(raw[:byte_start].decode())
        length = len(raw[byte_start:byte_end].decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"byte range {byte_start}..{byte_end} cuts a character") from error
    return Span(start, start + length)


def to_utf16(text: str, span: Span) -> tuple[int, int]:
    """Return [start, end) in the UTF-16 units by which a browser slices `text`.

    Raises ValueError if the span ends outside the text.
    """
    if span.end > len(text):
        raise ValueError(f"span ends at {span.end}, the text has {len(text)} code points")
    start = _utf16_length(text[: span.start])
    return start, start + _utf16_length(span.of(text))


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
