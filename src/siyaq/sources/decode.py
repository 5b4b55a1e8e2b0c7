"""Bytes of JSON from outside, decoded with caps checked first."""

from __future__ import annotations

import re

import msgspec

from siyaq.core.event import RejectReason
from siyaq.sources.limits import JSON_DEPTH, LINE_BYTES
from siyaq.sources.refusal import Refusal

# Matches at every quotation mark, closed or not, and never backtracks: linear on any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


def decode_object(record: bytes, *, limit: int = LINE_BYTES) -> dict[str, object]:
    """Decode one JSON object, or raise Refusal. Any bytes at all may be given.

    Strict: no NaN, no invalid UTF-8, no lone surrogates, at most `limit` bytes and 64 levels.
    """
    body = decode_value(record, limit=limit)
    if not isinstance(body, dict):
        raise Refusal(RejectReason.MALFORMED, f"not an object but {type(body).__name__}")
    return body


def decode_value(record: bytes, *, limit: int = LINE_BYTES) -> object:
    """Decode one JSON value of any kind, as strictly as `decode_object`. Raises Refusal."""
    if len(record) > limit:
        raise Refusal(RejectReason.TOO_LARGE, f"record of {len(record)} bytes, limit {limit}")
    _require_shallow(record)
    try:
        body: object = msgspec.json.decode(record)
    except UnicodeDecodeError as error:
        raise Refusal(RejectReason.BAD_TEXT, "not valid UTF-8") from error
    except (ValueError, RecursionError, OverflowError) as error:
        if _LONE_SURROGATE.search(record):
            raise Refusal(RejectReason.BAD_TEXT, "a lone surrogate in a string") from error
        raise Refusal(RejectReason.MALFORMED, f"not JSON: {error}") from error
    return body


def _require_shallow(record: bytes) -> None:
    """Raise Refusal for JSON nested deeper than the limit, without decoding it."""
    if record.count(b"[") + record.count(b"{") <= JSON_DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", record).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > JSON_DEPTH:
            raise Refusal(RejectReason.TOO_DEEP, f"nested deeper than {JSON_DEPTH} levels")
