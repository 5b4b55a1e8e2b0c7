"""Saying no to a piece of input: raised while it is read, a value as soon as that is over."""

from __future__ import annotations

from siyaq.core.event import Rejected, RejectReason

DETAIL_CHARS = 200


class Refusal(Exception):
    """This record cannot be used. Never leaves the function that admits a record.

    `detail` names fields, types and limits, never a value: it is logged and shown.
    """

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def rejected(self, line: int | None = None) -> Rejected:
        """Return this refusal as what is counted."""
        return Rejected(reason=self.reason, detail=self.detail[:DETAIL_CHARS], line=line)
