"""One WebSocket message of Jetstream, read in either dialect.

v1: `{"did","time_us","kind","commit"|"identity"|"account":{…}}`, with `cursor` where a v2 server
speaks it. v2: `{"$type":"message","payload":{"$type":"…#commit","seq","did","time",…}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from siyaq.core.clock import from_microseconds, to_microseconds
from siyaq.core.event import RejectReason
from siyaq.sources import fields
from siyaq.sources.decode import decode_object
from siyaq.sources.refusal import Refusal

Kind = Literal["commit", "identity", "account", "sync", "info", "error"]

_KINDS = frozenset({"commit", "identity", "account", "sync", "info"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. `cursor` is where to resume from, inclusive; None where it has none.

    `body` holds the fields of its kind: of a commit `rev`, `operation`, `collection`, `rkey`,
    `record`; of an account `active`, `status`; of an info or error its name and message.
    """

    kind: Kind
    did: str
    cursor: int | None
    witnessed_at: datetime | None
    body: Mapping[str, object]

    @property
    def time_us(self) -> int | None:
        """The server's own time of the event, in microseconds since 1970."""
        return None if self.witnessed_at is None else to_microseconds(self.witnessed_at)


def read_frame(message: bytes) -> Frame:
    """Read one message of either dialect. Raises Refusal, and nothing else."""
    envelope = decode_object(message)
    if envelope.get("$type") == "error":
        return Frame(kind="error", did="", cursor=None, witnessed_at=None, body=envelope)
    if envelope.get("$type") == "message":
        return _read_v2(fields.mapping(envelope.get("payload"), "payload"))
    return _read_v1(envelope)


def _read_v1(envelope: dict[str, object]) -> Frame:
    kind = _kind(envelope.get("kind"))
    time_us = envelope.get("time_us")
    if type(time_us) is not int or time_us < 0:
        raise Refusal(RejectReason.BAD_TIME, "'time_us' is not a whole number")
    try:
        witnessed_at = from_microseconds(time_us)
    except OverflowError as error:
        raise Refusal(RejectReason.BAD_TIME, "'time_us' is beyond the year 9999") from error
    sequence = envelope.get("cursor")
    return Frame(
        kind=kind,
        did=fields.identifier(envelope.get("did"), "did"),
        cursor=sequence if type(sequence) is int else time_us,
        witnessed_at=witnessed_at,
        body=fields.mapping(envelope.get(kind), kind),
    )


def _read_v2(payload: dict[str, object]) -> Frame:
    kind = _kind(str(payload.get("$type")).rpartition("#")[2])
    sequence = payload.get("seq")
    body = payload if kind in ("commit", "info") else fields.mapping(payload.get(kind), kind)
    return Frame(
        kind=kind,
        did=fields.identifier(payload.get("did"), "did"),
        cursor=sequence if type(sequence) is int else None,
        witnessed_at=fields.moment(payload.get("time"), "time"),
        body=body,
    )


def _kind(value: object) -> Kind:
    if not isinstance(value, str) or value not in _KINDS:
        raise Refusal(RejectReason.UNSUPPORTED, "a kind of event that siyaq does not know")
    return cast("Kind", value)
