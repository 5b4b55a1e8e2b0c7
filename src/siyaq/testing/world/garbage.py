"""Messages that no reader of a stream can use. None of them may stop it, or be stored."""

from __future__ import annotations

import msgspec

from siyaq.testing.world.atproto import POST, did, tid
from siyaq.testing.world.event import WorldEvent
from siyaq.testing.world.faults import Dialect
from siyaq.testing.world.wire import encode

_SENDER = did("nobody")


def variants(last: WorldEvent, dialect: Dialect) -> dict[str, bytes]:
    """Return every kind of garbage, dressed as if it came right after `last`."""
    return {
        "no_json": b"the quick brown fox",
        "cut_json": b'{"did":"did:plc:',
        "array": b"[1,2,3]",
        "empty_object": b"{}",
        "null": b"null",
        "deep": b"[" * 5000 + b"]" * 5000,
        "many_digits": b'{"seq":' + b"9" * 6000 + b"}",
        "unknown_kind": _unknown_kind(dialect),
        "no_record": _commit(last, dialect, {}),
        "text_is_a_number": _commit(last, dialect, {"$type": POST, "text": 5}),
        "lone_surrogate": _commit(last, dialect, _post("BROKEN")).replace(b"BROKEN", b"x\\ud83dx"),
        "nul": _commit(last, dialect, _post("BROKEN")).replace(b"BROKEN", b"x\\u0000x"),
        "megabytes": _commit(last, dialect, _post("long " * 400_000)),
    }


def _post(text: str) -> dict[str, object]:
    return {"$type": POST, "text": text, "createdAt": "2026-01-01T00:00:00.000Z"}


def _commit(last: WorldEvent, dialect: Dialect, record: dict[str, object]) -> bytes:
    event = WorldEvent(
        at=last.at,
        seq=last.seq,
        did=_SENDER,
        kind="commit",
        rev=last.rev,
        operation="create",
        collection=POST,
        rkey=tid(last.seq, 1),
        cid=last.cid,
        record=record,
    )
    message = encode(event, dialect)
    assert message is not None
    return message


def _unknown_kind(dialect: Dialect) -> bytes:
    if dialect == "v1":
        return msgspec.json.encode({"did": _SENDER, "kind": "marvel", "marvel": {}})
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#marvel", "marvel": {}}
    return msgspec.json.encode({"$type": "message", "payload": payload})
