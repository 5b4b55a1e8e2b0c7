"""Datetimes as microseconds, and as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return unix microseconds, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Return the moment of unix microseconds, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def to_milliseconds_text(moment: datetime) -> str:
    """Return RFC 3339 with milliseconds, as clients write `createdAt`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def to_microseconds_text(moment: datetime) -> str:
    """Return RFC 3339 with microseconds, as the network writes `time`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
