"""Values read out of JSON that a stranger wrote.

Each function takes any decoded JSON value and returns what siyaq keeps of it, or raises Refusal.
`None` and a missing field are the same thing everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from siyaq.core.event import RejectReason
from siyaq.sources.limits import ID_CHARS, SOURCE_CHARS, URL_CHARS
from siyaq.sources.option import is_source_name
from siyaq.sources.refusal import Refusal

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,20})?)?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_WEB_URL = re.compile(r"https?://[^\s/?#@\\<>\"']+(?:[/?#][^\s\\<>\"]*)?", re.IGNORECASE)
_LANG = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?", re.ASCII | re.DOTALL)


def identifier(value: object, field: str) -> str:
    """Return an id, given as text or as a whole number; "" when there is none."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _wrong_type(value, field, "text or a whole number")
    value = value.strip()
    if len(value) > ID_CHARS:
        detail = f"{field!r} of {len(value)} characters, limit {ID_CHARS}"
        raise Refusal(RejectReason.TOO_LARGE, detail)
    if not value.isprintable():
        raise Refusal(RejectReason.BAD_FIELD, f"{field!r} holds characters that do not print")
    return value


def source_name(value: object, default: str) -> str:
    """Return the name of a source: ASCII letters, digits, ".", "_" and "-"."""
    if value is None:
        return default
    if not isinstance(value, str) or not is_source_name(value):
        allowed = f"1 to {SOURCE_CHARS} of the characters A-Z a-z 0-9 . _ -"
        raise Refusal(RejectReason.BAD_FIELD, f"'source' must be {allowed}")
    return value


def label(value: object, field: str, limit: int) -> str:
    """Return a short text that is shown and never compared, cut to `limit` code points."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(value, field, "text")
    if "\0" in value:
        raise Refusal(RejectReason.BAD_TEXT, f"{field!r} holds a NUL character")
    return value[:limit]


def body_text(value: object, field: str, limit: int) -> str:
    """Return a whole text, as it came; "" when there is none. Never cut: refused if longer."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(value, field, "text")
    if len(value) > limit:
        detail = f"{field!r} of {len(value)} characters, limit {limit}"
        raise Refusal(RejectReason.TOO_LARGE, detail)
    if "\0" in value:
        raise Refusal(RejectReason.BAD_TEXT, f"{field!r} holds a NUL character")
    return value


def moment(value: object, field: str) -> datetime | None:
    """Return an RFC 3339 time in UTC; None when there is none, or when it is out of range.

    A time without an offset is refused: it names no moment.
    """
    if value is None or value == "":
        return None
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        detail = f"{field!r} is not an RFC 3339 time, as 2024-05-01T12:00:00Z is"
        raise Refusal(RejectReason.BAD_TIME, detail)
    if match["offset"] is None:
        detail = f"{field!r} has no UTC offset, as the Z of 2024-05-01T12:00:00Z is"
        raise Refusal(RejectReason.BAD_TIME, detail)
    try:
        return datetime.fromisoformat(match[0].upper()).astimezone(UTC)
    except ValueError as error:
        raise Refusal(RejectReason.BAD_TIME, f"{field!r} names no day or hour") from error
    except OverflowError:
        return None


def items(value: object, field: str, limit: int) -> list[object]:
    """Return the first `limit` items of a list; none when there is no list."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong_type(value, field, "a list")
    return value[:limit]


def mapping(value: object, field: str) -> dict[str, object]:
    """Return an object; an empty one when there is none."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(value, field, "an object")
    return value


def record(value: object) -> dict[str, object]:
    """Return an object that decorates a post; an empty one for anything else. Never refuses."""
    return value if isinstance(value, dict) else {}


def records(value: object, limit: int) -> list[dict[str, object]]:
    """Return the objects among the first `limit` items of a list. Never refuses."""
    found = value[:limit] if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def web_url(value: object) -> str:
    """Return an absolute http(s) address, or "" for anything else. Never refuses."""
    if not isinstance(value, str) or len(value) > URL_CHARS or not value.isprintable():
        return ""
    return value if _WEB_URL.fullmatch(value) else ""


def host_of(value: object) -> str:
    """Return the host of an http(s) address in lower case, "" for anything else. Never refuses."""
    try:
        return urlsplit(web_url(value)).hostname or ""
    except ValueError:
        return ""


def count(value: object) -> int | None:
    """Return a number of followers and the like; None for anything else. Never refuses."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    return None


def primary_tag(value: object) -> str:
    """Return the primary language subtag of a BCP 47 tag in lower case, or "". Never refuses."""
    match = _LANG.fullmatch(value) if isinstance(value, str) else None
    tag = "" if match is None else match[1].lower()
    return "" if tag == "und" else tag


def _wrong_type(value: object, field: str, wanted: str) -> Refusal:
    return Refusal(
        RejectReason.BAD_FIELD, f"{field!r} must be {wanted}, not {type(value).__name__}"
    )
