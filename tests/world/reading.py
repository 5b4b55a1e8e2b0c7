"""A reader of Jetstream and of worlds that shares no code with the simulated network.

It is written from the wire formats alone, with the standard library's JSON, and folds events in
the plainest way there is, so that it can disagree with the servers and with `World.truth`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from siyaq.testing.world import Truth, World, WorldEvent

T = TypeVar("T")
START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
V1 = "/subscribe"
PREFIX = "network.bsky.jetstream.subscribeEvents#"

DID = re.compile(r"did:plc:[a-z2-7]{24}")
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
CID = re.compile(r"bafyrei[a-z2-7]{52}")
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Heard(NamedTuple):
    """One event as the wire told it, whatever the dialect."""

    seq: int
    time_us: int
    did: str
    kind: str
    operation: str
    collection: str
    rkey: str
    rev: str
    cid: str
    record: str  # canonical JSON, "" on a delete
    handle: str
    status: str  # "active", or why it is not


@lru_cache(maxsize=8)
def world_of(seed: int) -> World:
    """Return the world of a seed; being a pure function, it may be shared by tests."""
    return World(seed, START)


@lru_cache(maxsize=32)
def truth_of(seed: int, minutes: float) -> Truth:
    """Return the truth so many minutes after its start."""
    return world_of(seed).truth(START + timedelta(minutes=minutes))


def run(coroutine: Coroutine[Any, Any, T], seconds: float = 30) -> T:
    """Run a test's coroutine under a deadline."""

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await coroutine

    return asyncio.run(limited())


async def eventually(fact: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until `fact` holds."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 -- facts of a server in this loop raise no event
            await asyncio.sleep(0.002)


def microseconds(text: str) -> int:
    """Return the unix microseconds of an RFC 3339 time."""
    moment = datetime.fromisoformat(text)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def read_v2(message: str | bytes) -> Heard:
    """Read a v2 message and check its shape against the published examples."""
    envelope = json.loads(message)
    assert set(envelope) == {"$type", "payload"}
    assert envelope["$type"] == "message"
    payload = envelope["payload"]
    assert payload["$type"].startswith(PREFIX)
    kind = payload["$type"].removeprefix(PREFIX)
    assert MICROSECONDS.fullmatch(payload["time"])
    body = payload if kind == "commit" else payload[kind]
    fixed = {"$type", "seq", "did", "time"}
    if kind == "commit":
        told = set(payload) - fixed
    else:
        assert set(payload) == fixed | {kind}
        told = set(body)
    return _heard(payload["seq"], microseconds(payload["time"]), payload["did"], kind, body, told)


def read_v1(message: str | bytes) -> Heard:
    """Read a v1 message and check its shape against the published examples."""
    body = json.loads(message)
    kind = body["kind"]
    assert set(body) - {"cursor"} == {"did", "time_us", "kind", kind}
    told = set(body[kind])
    return _heard(body.get("cursor", 0), body["time_us"], body["did"], kind, body[kind], told)


def _heard(
    seq: int, time_us: int, did: str, kind: str, body: dict[str, Any], told: set[str]
) -> Heard:
    assert isinstance(seq, int)
    assert time_us > 10**15
    assert DID.fullmatch(did)
    if kind == "commit":
        deleted = body["operation"] == "delete"
        wanted = {"rev", "operation", "collection", "rkey"}
        assert told == (wanted if deleted else wanted | {"record", "cid"})
        assert body["operation"] in {"create", "update", "delete"}
        assert TID.fullmatch(body["rev"])
        assert body["rkey"] == "self" or TID.fullmatch(body["rkey"])
        if not deleted:
            assert CID.fullmatch(body["cid"])
            assert body["record"]["$type"] == body["collection"]
    elif kind == "account":
        assert body["did"] == did
        assert told == {"did", "seq", "time", "active"} | (set() if body["active"] else {"status"})
    elif kind == "identity":
        assert told == {"did", "seq", "time", "handle"}
    else:
        assert kind == "sync"
    record = body.get("record")
    return Heard(
        seq=seq,
        time_us=time_us,
        did=did,
        kind=kind,
        operation=body.get("operation", ""),
        collection=body.get("collection", ""),
        rkey=body.get("rkey", ""),
        rev=body.get("rev", ""),
        cid=body.get("cid", ""),
        record="" if record is None else json.dumps(record, sort_keys=True),
        handle=body.get("handle", ""),
        status="" if kind != "account" else "active" if body["active"] else body["status"],
    )


def as_told(event: WorldEvent) -> Heard:
    """Return what a reader should hear of an event of the world."""
    return Heard(
        seq=event.seq,
        time_us=microseconds(event.at.isoformat()),
        did=event.did,
        kind=event.kind,
        operation=event.operation or "",
        collection=event.collection,
        rkey=event.rkey,
        rev=event.rev,
        cid=event.cid,
        record="" if event.record is None else json.dumps(event.record, sort_keys=True),
        handle=event.handle,
        status="" if event.kind != "account" else event.status or "active",
    )


@asynccontextmanager
async def client(
    port: int, path: str, query: str = "", *, subprotocol: str = ""
) -> AsyncIterator[ClientConnection]:
    """Connect to a server of this machine, without compression."""
    async with connect(
        f"ws://127.0.0.1:{port}{path}?{query}",
        compression=None,
        max_size=None,
        close_timeout=0.1,  # with messages left unread, nobody would read the farewell
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
    ) as connection:
        yield connection


async def take(connection: ClientConnection, count: int) -> list[str]:
    """Return the next `count` messages."""
    return [str(await connection.recv()) for _ in range(count)]


class Held(NamedTuple):
    """A post as the plain fold holds it."""

    text: str
    record: dict[str, Any]
    first_at: datetime


def plain_fold(events: Iterable[WorldEvent]) -> dict[str, Held]:
    """Return the posts that may be shown after `events`: by-the-book, one dict at a time."""
    posts: dict[str, Held] = {}
    gone: set[str] = set()
    away: set[str] = set()
    for event in events:
        uri = f"at://{event.did}/{event.collection}/{event.rkey}"
        if event.kind == "account" and event.status == "deleted":
            gone.add(event.did)
        elif event.kind == "account":
            (away.add if event.status else away.discard)(event.did)
        elif event.kind == "commit" and event.collection == "app.bsky.feed.post":
            if event.operation == "delete":
                posts.pop(uri, None)
            else:
                record = dict(event.record or {})
                first_at = posts[uri].first_at if uri in posts else event.at
                posts[uri] = Held(str(record["text"]), record, first_at)
    hidden = gone | away
    return {uri: held for uri, held in posts.items() if uri.split("/")[2] not in hidden}
