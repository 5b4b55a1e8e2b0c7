"""A clock that only its test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class FakeClock:
    """Implements `core.ports.Clock`: it stands still until `advance` is called.

    Reading it from other threads while one thread moves it is safe.
    """

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError(f"a clock needs an aware datetime, got {start.isoformat()}")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment it was last moved to, aware, in UTC."""
        return self._now

    def advance(self, by: timedelta | float) -> datetime:
        """Move forward by a timedelta, or by that many seconds, and return the new moment.

        Time does not run backwards here: a negative step is a ValueError. Use `set` to model a
        machine whose clock was changed.
        """
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if step < timedelta():
            raise ValueError(f"a clock advances by zero or more, got {step}")
        self._now += step
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to `moment`, forwards or backwards."""
        if moment.tzinfo is None:
            raise ValueError(f"a clock needs an aware datetime, got {moment.isoformat()}")
        self._now = moment.astimezone(UTC)
