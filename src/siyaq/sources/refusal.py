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

    def rejected(self, line: int | None = None, *, source: str = "") -> Rejected:
        """Return this refusal as what is counted, for `source` where the record names one."""
        detail = self.detail[:DETAIL_CHARS]
        return Rejected(reason=self.reason, detail=detail, line=line, source=source)
