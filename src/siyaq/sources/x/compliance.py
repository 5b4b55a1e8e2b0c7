"""What X says has to go: compliance events as they come, and batch jobs about what is held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from siyaq.core.event import AccountEvent, AccountStatus, Event, RejectReason
from siyaq.core.ids import AuthorId
from siyaq.sources import fields
from siyaq.sources.decode import decode_object
from siyaq.sources.refusal import Refusal
from siyaq.sources.trouble import Lost
from siyaq.sources.x.api import Api
from siyaq.sources.x.post import deletion, rev_of

JOBS = "/2/compliance/jobs"
ASKED_POSTS = 100_000
"""The newest posts that are held, which is asked about."""

JOB_POSTS = 25_000
"""Ids in one job: if all had to go, its result would still be no larger than we read (5 MiB)."""

_EDITS = 32
_POLL_SECONDS = 10.0
_POLLS = 360
_ACCOUNTS: Mapping[str, AccountStatus] = {
    "user_delete": AccountStatus.DELETED,
    "user_undelete": AccountStatus.ACTIVE,
    "user_protect": AccountStatus.HIDDEN,
    "user_unprotect": AccountStatus.ACTIVE,
    "user_suspend": AccountStatus.HIDDEN,
    "user_unsuspend": AccountStatus.ACTIVE,
    "user_withheld": AccountStatus.HIDDEN,
}
_POSTS = frozenset({"delete", "drop", "withheld", "tweet_edit", "post_edit", "undrop"})


def is_compliance(data: object) -> bool:
    """Say whether the data of a message is a compliance event rather than a post."""
    return isinstance(data, dict) and bool(data.keys() & (_POSTS | _ACCOUNTS.keys()))


def read_compliance(message: Mapping[str, object], *, source: str, now: datetime) -> list[Event]:
    """Return the changes that a compliance event asks for. Raises Refusal.

    A post that was dropped or withheld goes; when X shows it again, only a new version of it is
    taken, for what was let go is not there to be shown. So do the versions before an edit.
    """
    data = fields.mapping(message.get("data"), "data") or dict(message)
    found: list[Event] = []
    for name, body in data.items():
        told = body if isinstance(body, dict) else {}
        if name in _ACCOUNTS:
            user = fields.mapping(told.get("user"), "user")
            author = fields.identifier(user.get("id") or told.get("user_id"), "user.id")
            if not author:
                raise Refusal(RejectReason.NO_ID, "an account without an id")
            found.append(
                AccountEvent(
                    source=source,
                    author_id=AuthorId(author),
                    status=_ACCOUNTS[name],
                    witnessed_at=now,
                )
            )
        elif name in _POSTS:
            post = fields.mapping(told.get("tweet") or told.get("post"), "post")
            number = fields.identifier(post.get("id") or told.get("id"), "post.id")
            if name == "delete":
                found.append(deletion(number, source=source, now=now))
            elif name in ("drop", "withheld"):
                rev = f"{rev_of(number)}~"
                found.append(deletion(number, source=source, now=now, rev=rev))
            elif name in ("tweet_edit", "post_edit"):
                found += _outdated(told, source=source, now=now)
    return found


def _outdated(told: Mapping[str, object], *, source: str, now: datetime) -> list[Event]:
    """Return the deletion of all versions of a post before its newest, which an edit told of."""
    ids = told.get("edit_tweet_ids") or told.get("edit_post_ids") or []
    named = fields.items(ids, "edit_tweet_ids", _EDITS)
    found = [fields.identifier(each, "edit_tweet_ids") for each in named]
    first = told.get("initial_tweet_id") or told.get("initial_post_id")
    newest = max((int(each) for each in found if each.isdecimal()), default=0)
    if not newest:
        return []
    rev = f"{rev_of(str(newest - 1))}~"
    return [deletion(first, source=source, now=now, rev=rev)]


async def ask_about(
    api: Api,
    numbers: Sequence[str],
    *,
    source: str,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]],
) -> list[Event]:
    """Run a batch compliance job over posts that are held, JOB_POSTS at most; return what must go.

    Raises Lost, Answered; SourceRefused where X names a place that must not be reached.
    """
    made = await api.post(JOBS, {"type": "tweets", "name": "siyaq"})
    job = fields.mapping(made.get("data"), "data")
    await api.raw("PUT", str(job.get("upload_url")), "\n".join(numbers).encode())
    for _ in range(_POLLS):
        await sleep(_POLL_SECONDS)
        answer = await api.get(f"{JOBS}/{job.get('id')}")
        state = fields.mapping(answer.get("data"), "data").get("status")
        if state == "complete":
            results = await api.raw("GET", str(job.get("download_url")))
            return await asyncio.to_thread(_read_results, results, source, now())
        if state in ("failed", "expired"):
            break
    raise Lost("a compliance job did not finish")


def _read_results(results: bytes, source: str, now: datetime) -> list[Event]:
    found: list[Event] = []
    for line in results.splitlines():
        try:
            told = decode_object(line) if line.strip() else {}
            if told.get("action") == "delete" and told.get("reason") != "scrub_geo":
                found.append(deletion(told.get("id"), source=source, now=now))
        except Refusal:
            continue  # one line of a report that is asked for again tomorrow
    return found
