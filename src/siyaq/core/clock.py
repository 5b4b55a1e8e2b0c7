"""Three clocks, one place in time.

`created_at` is what the author's client claims and may lie. `witnessed_at` is when a listener
we trust first saw the post. `placed_at` is the one moment that filters, partitions, `as_of`
and "first seen" use; `place` decides it, and says which clock it rests on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

CLAIM_TOLERANCE = timedelta(minutes=10)
"""How far before its witness a client's claim may lie and still be believed."""


class Trust(StrEnum):
    """Whose word a record's `created_at` is."""

    CLIENT = "client"
    """The author's own software: believed only close to its witness."""
    PLATFORM = "platform"
    """The platform's server, or a publisher's dated article."""
    ARCHIVE = "archive"
    """An imported file that the operator vouches for."""


class PlacedBy(StrEnum):
    """The clock that a `placed_at` rests on."""

    CREATED = "created"
    WITNESSED = "witnessed"
    IMPORTED = "imported"


def place(
    created_at: datetime | None, witnessed_at: datetime, trust: Trust
) -> tuple[datetime, PlacedBy]:
    """Return the moment at which a record stands in time, and the clock it rests on.

    A claim later than its witness is never believed: nobody can see a post before it exists.
    """
    if created_at is None or created_at > witnessed_at:
        return witnessed_at, PlacedBy.WITNESSED
    if trust is Trust.ARCHIVE:
        return created_at, PlacedBy.IMPORTED
    if trust is Trust.PLATFORM or witnessed_at - created_at <= CLAIM_TOLERANCE:
        return created_at, PlacedBy.CREATED
    return witnessed_at, PlacedBy.WITNESSED


def to_microseconds(moment: datetime) -> int:
    """Return `moment` as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Return the moment so long after 1970, in UTC. Raises OverflowError beyond the year 9999."""
    return _EPOCH + timedelta(microseconds=microseconds)


def utc_now() -> datetime:
    """Return the present moment by the machine's own clock, aware, in UTC."""
    return datetime.now(UTC)


class SystemClock:
    """The machine's own clock, in UTC."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return utc_now()
