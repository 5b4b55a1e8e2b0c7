"""From UTF-8 bytes, in which atproto counts, to code points, the only unit inside siyaq."""

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
