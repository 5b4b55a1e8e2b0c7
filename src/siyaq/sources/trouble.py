"""What goes wrong with a connection, as those who reconnect need to know it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_DETAIL_CHARS = 160
_WAIT_DIGITS = 5


class Lost(Exception):
    """The connection could not be made, or has ended; trying again is worth it."""

    def __init__(self, problem: str, *, too_big: bool = False) -> None:
        super().__init__(problem)
        self.too_big = too_big


class Answered(Exception):
    """The server answered with an HTTP status instead of what was asked for."""

    def __init__(
        self, status: int, *, error: str, message: str, retry_after_seconds: float | None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.error = error  # the server's own name for it, "" without one
        self.message = message
        self.retry_after_seconds = retry_after_seconds

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], body: bytes) -> Answered:
        """Make one of an answer: names as of XRPC, Mastodon and X, whichever are there."""
        try:
            told = msgspec.json.decode(body)
        except ValueError:
            told = None
        fields: dict[str, object] = told if isinstance(told, dict) else {}
        wait = headers.get("Retry-After") or headers.get("retry-after") or ""
        return cls(
            status,
            error=_short(fields.get("error")) or _short(fields.get("title")),
            message=_short(fields.get("message"))
            or _short(fields.get("error_description"))
            or _short(fields.get("detail")),
            retry_after_seconds=(
                float(wait) if wait.isdecimal() and len(wait) <= _WAIT_DIGITS else None
            ),
        )

    def __str__(self) -> str:
        told = ": ".join(filter(None, (self.error, self.message)))
        return f"the server answered {self.status}" + (f" ({told})" if told else "")


def _short(value: object) -> str:
    return "".join(filter(str.isprintable, value[:_DETAIL_CHARS])) if isinstance(value, str) else ""
