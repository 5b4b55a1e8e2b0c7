"""The address of this server, as whoever asks knows it."""

from __future__ import annotations

from starlette.requests import HTTPConnection


def home_of(request: HTTPConnection) -> str:
    """Return the scheme and host that a request was sent to, without a slash at the end."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
