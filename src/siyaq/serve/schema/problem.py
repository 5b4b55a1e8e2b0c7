"""What is sent in place of what was asked for."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class ProblemJson(TypedDict):
    """RFC 9457. `code` is stable, `trace_id` finds the failure in the server's log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    hint: NotRequired[str]
