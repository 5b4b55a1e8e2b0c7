"""JSON responses, written by msgspec."""

from __future__ import annotations

import msgspec
from starlette.responses import Response


class JsonResponse(Response):
    """A response of one JSON value. The shapes are checked by types, not again at run time."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the value as UTF-8."""
        return msgspec.json.encode(content)
