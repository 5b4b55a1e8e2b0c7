"""Names that look as the AT protocol's do: DIDs, TIDs, CIDs, at-URIs.

Covers shape and order: a TID sorts by its time, a CID is a CIDv1 (dag-cbor, sha2-256) in base32.
Does not cover: signatures, repositories, or CIDs that hash real DAG-CBOR; here the digest is
taken over the record's JSON, so it changes with the record and a client cannot tell.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import msgspec

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
FOLLOW = "app.bsky.graph.follow"
PROFILE = "app.bsky.actor.profile"

_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_CID_PREFIX = bytes((0x01, 0x71, 0x12, 0x20))
_PAIRS = tuple(a + b for a in _SORTABLE for b in _SORTABLE)
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE32_PAIRS = tuple(a + b for a in _BASE32 for b in _BASE32)


def did(seed: str) -> str:
    """Return the did:plc that belongs to `seed`, for ever."""
    digest = hashlib.sha256(seed.encode()).digest()[:15]
    return "did:plc:" + base64.b32encode(digest).decode().lower()


def tid(microseconds: int, clock_id: int) -> str:
    """Return the timestamp identifier of a moment: 13 characters that sort by time."""
    number = (microseconds << 10) | (clock_id & 0x3FF)
    pairs = [_PAIRS[(number >> shift) & 0x3FF] for shift in range(50, -1, -10)]
    return _SORTABLE[number >> 60] + "".join(pairs)


def cid(record: Mapping[str, object]) -> str:
    """Return a content identifier that changes with the record."""
    digest = hashlib.sha256(msgspec.json.encode(record)).digest()
    # 36 bytes are 58 characters of five bits; the last two bits are padding.
    number = int.from_bytes(_CID_PREFIX + digest) << 2
    return "b" + "".join(_BASE32_PAIRS[(number >> shift) & 0x3FF] for shift in range(280, -1, -10))


def at_uri(repo: str, collection: str, rkey: str) -> str:
    """Return the address of a record."""
    return f"at://{repo}/{collection}/{rkey}"
