"""What a message of Jetstream means for the record: a change, nothing, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from siyaq.core.event import (
    AccountEvent,
    AccountStatus,
    Event,
    IdentityEvent,
    Op,
    PostEvent,
    RejectReason,
)
from siyaq.core.ids import AuthorId, post_id
from siyaq.core.post import Post
from siyaq.sources import fields, limits
from siyaq.sources.jetstream.address import POST_COLLECTION
from siyaq.sources.jetstream.frame import Frame
from siyaq.sources.jetstream.post import read_post
from siyaq.sources.refusal import Refusal

_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,250}", re.ASCII)
_RKEY = re.compile(r"[A-Za-z0-9._:~-]{1,200}", re.ASCII)
_OPS = {"create": Op.CREATE, "update": Op.UPDATE, "delete": Op.DELETE}
_REV_CHARS = 64


def read_event(frame: Frame, *, source: str, now: datetime) -> Event | None:
    """Return the change that a message tells of; None for one that is no concern of ours.

    The witness is the server, whose time is taken unless it lies after `now`. Raises Refusal.
    """
    told = frame.witnessed_at
    witnessed_at = now if told is None or told > now else told
    if _DID.fullmatch(frame.did) is None:
        raise Refusal(RejectReason.NO_ID, "'did' is not a DID")
    match frame.kind:
        case "commit":
            return _read_commit(frame.did, frame.body, source, witnessed_at)
        case "account":
            return AccountEvent(
                source=source,
                author_id=AuthorId(frame.did),
                status=_status(frame.body),
                witnessed_at=witnessed_at,
            )
        case "identity":
            return _read_identity(frame.did, frame.body, source, witnessed_at)
    return None


def read_sync(frame: Frame, *, source: str, now: datetime) -> list[Event]:
    """Return what a reset repository asks for: all that was heard of it before goes.

    What it still holds is told again as it is read upstream; the account itself lives. So it is
    deleted, and back a moment later: what was witnessed before stays gone. Raises Refusal.
    """
    if _DID.fullmatch(frame.did) is None:
        raise Refusal(RejectReason.NO_ID, "'did' is not a DID")
    told = frame.witnessed_at
    at = now if told is None or told > now else told
    author = AuthorId(frame.did)
    return [
        AccountEvent(source=source, author_id=author, status=status, witnessed_at=moment)
        for status, moment in (
            (AccountStatus.DELETED, at),
            (AccountStatus.ACTIVE, at + timedelta(microseconds=1)),
        )
    ]


def _read_commit(
    did: str, commit: Mapping[str, object], source: str, witnessed_at: datetime
) -> PostEvent | None:
    if commit.get("collection") != POST_COLLECTION:
        return None
    op = _OPS.get(str(commit.get("operation")))
    if op is None:
        raise Refusal(RejectReason.UNSUPPORTED, "'operation' must be create, update or delete")
    rkey = commit.get("rkey")
    if not isinstance(rkey, str) or _RKEY.fullmatch(rkey) is None:
        raise Refusal(RejectReason.NO_ID, "'rkey' is not a record key")
    rev = commit.get("rev")
    return PostEvent(
        op=op,
        post_id=post_id(source, f"at://{did}/{POST_COLLECTION}/{rkey}"),
        post=None if op is Op.DELETE else _post(commit, source, did, rkey, witnessed_at),
        witnessed_at=witnessed_at,
        rev=rev if isinstance(rev, str) and rev.isascii() and len(rev) <= _REV_CHARS else "",
    )


def _post(
    commit: Mapping[str, object], source: str, did: str, rkey: str, witnessed_at: datetime
) -> Post:
    record = fields.mapping(commit.get("record"), "record")
    post = read_post(record, source=source, did=did, rkey=rkey, witnessed_at=witnessed_at)
    cid = commit.get("cid")
    if not isinstance(cid, str) or len(cid) > limits.NAME_CHARS:
        return post
    return replace(post, extra={**post.extra, "cid": cid})


def _status(account: Mapping[str, object]) -> AccountStatus:
    """Read an account's status. Only "deleted" is for good; every other absence may end."""
    if account.get("active") is True:
        return AccountStatus.ACTIVE
    if account.get("active") is not False:
        raise Refusal(RejectReason.BAD_FIELD, "'account.active' must be true or false")
    return AccountStatus.DELETED if account.get("status") == "deleted" else AccountStatus.HIDDEN


def _read_identity(
    did: str, identity: Mapping[str, object], source: str, witnessed_at: datetime
) -> IdentityEvent | None:
    """Read a new handle; an identity may also change without one."""
    handle = fields.label(identity.get("handle"), "handle", limits.NAME_CHARS)
    if not handle or not handle.isprintable() or handle == "handle.invalid":
        return None
    return IdentityEvent(
        source=source, author_id=AuthorId(did), handle=handle, witnessed_at=witnessed_at
    )
