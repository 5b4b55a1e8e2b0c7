"""What a server asks of whoever polls it, in the headers of its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 86_400.0
_LINK = re.compile(r"<([^<>]{1,2000})>\s*;\s*rel\s*=\s*\"?([A-Za-z ]{1,100})", re.IGNORECASE)
_VALIDATORS = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float:
    """Return how long `Retry-After` asks us to wait, in seconds or until a date; 0 for nothing.

    A day at most: a server that says more is taken to be mistaken.
    """
    told = headers.get("retry-after", "").strip()
    if told.isdecimal() and len(told) < 10:
        return min(float(told), LONGEST_SECONDS)
    try:
        until = parsedate_to_datetime(told)
    except (TypeError, ValueError, IndexError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_SECONDS)


def fresh_seconds(headers: Mapping[str, str]) -> float:
    """Return for how long `Cache-Control` says that an answer is good; 0 where it does not."""
    match = _MAX_AGE.search(headers.get("cache-control", ""))
    return min(float(match[1]), LONGEST_SECONDS) if match else 0.0


def validators_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with which to ask whether an answer still holds (RFC 9110, 13)."""
    return {asked: headers[told] for asked, told in _VALIDATORS if told in headers}


def linked(headers: Mapping[str, str], relation: str) -> str:
    """Return the first address that a `Link` header (RFC 8288) gives for a relation, else ""."""
    found = _LINK.findall(headers.get("link", "")[:8_000])
    return next((url for url, kinds in found if relation in kinds.lower().split()), "")
