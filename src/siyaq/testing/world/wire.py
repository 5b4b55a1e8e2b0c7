"""Events as both dialects of Jetstream write them: one JSON object a message, in UTF-8."""

from __future__ import annotations

import msgspec

from siyaq.testing.world.event import WorldEvent
from siyaq.testing.world.faults import Dialect
from siyaq.testing.world.moment import microseconds, to_microseconds_text, to_milliseconds_text

METHOD = "network.bsky.jetstream.subscribeEvents"


def encode(event: WorldEvent, dialect: Dialect, *, v1_cursor: bool = True) -> bytes | None:
    """Return the message for an event, or None where the dialect has no word for it.

    `v1_cursor`: whether v1 messages carry `cursor`, as servers of the second version send them.
    """
    if dialect == "v2":
        return _message(_payload(event))
    if event.kind == "sync":
        return None
    body: dict[str, object] = {
        "did": event.did,
        "time_us": microseconds(event.at),
        "kind": event.kind,
    }
    if v1_cursor:
        body["cursor"] = event.seq
    body[event.kind] = _commit(event) if event.kind == "commit" else _upstream(event)
    return msgspec.json.encode(body)


def info(name: str, message: str) -> bytes:
    """Return a v2 #info message, which has no seq."""
    return _message({"$type": f"{METHOD}#info", "name": name, "message": message})


def error(name: str, message: str) -> bytes:
    """Return the v2 message that ends a stream."""
    return msgspec.json.encode({"$type": "error", "error": name, "message": message})


def refusal(name: str, message: str) -> bytes:
    """Return the body of an HTTP 400 before the upgrade."""
    return msgspec.json.encode({"error": name, "message": message})


def _message(payload: dict[str, object]) -> bytes:
    return msgspec.json.encode({"$type": "message", "payload": payload})


def _payload(event: WorldEvent) -> dict[str, object]:
    payload: dict[str, object] = {
        "$type": f"{METHOD}#{event.kind}",
        "seq": event.seq,
        "did": event.did,
        "time": to_microseconds_text(event.at),
    }
    if event.kind == "commit":
        payload |= _commit(event)
    else:
        payload[event.kind] = _upstream(event)
    return payload


def _commit(event: WorldEvent) -> dict[str, object]:
    commit: dict[str, object] = {
        "rev": event.rev,
        "operation": event.operation,
        "collection": event.collection,
        "rkey": event.rkey,
    }
    if event.record is not None:
        commit |= {"cid": event.cid, "record": event.record}
    return commit


def _upstream(event: WorldEvent) -> dict[str, object]:
    """Return the relay's own event; its seq and time are the relay's, not the stream's."""
    body: dict[str, object] = {
        "did": event.did,
        "seq": 10_000_000_000 + event.seq,
        "time": to_milliseconds_text(event.at),
    }
    if event.kind == "identity":
        body["handle"] = event.handle
    elif event.kind == "account":
        body["active"] = not event.status
        if event.status:
            body["status"] = event.status
    else:
        body |= {"rev": event.rev, "blocks": {"$bytes": ""}}
    return body
