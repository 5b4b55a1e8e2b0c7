"""Recent search and mentions: pages that come newest first, turned into lines, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from siyaq.sources.trouble import Answered, Lost
from siyaq.sources.x.api import FIELDS, Api
from siyaq.sources.x.budget import Budget
from siyaq.sources.x.post import made_at
from siyaq.sources.x.stream import Line

RECENT = "/2/tweets/search/recent"
MOST_PAGES = 10
"""Taken at a time, so that the stream is listened to in between."""

_PAGE, _SMALLEST_PAGE = 100, 10
_SMALLEST_MENTIONS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Messages as the stream would have brought them. `whole` is False where older ones are left.

    `oldest` is when the oldest of them was made, None for none.
    """

    lines: list[Line]
    whole: bool
    oldest: datetime | None = None


async def search(
    api: Api, rule: str, since: datetime, until: datetime, budget: Budget, partition: str
) -> Found:
    """Return the newest that `rule` matches of [since, until): MOST_PAGES, or up to where it broke.

    Raises Lost, Answered where nothing was had at all.
    """
    found: dict[str, bytes] = {}
    query = {**FIELDS, "start_time": _told(since), "end_time": _told(until), "query": rule}
    try:
        whole = await _pages(
            found, api, RECENT, query, budget, partition, _SMALLEST_PAGE, MOST_PAGES
        )
    except (Lost, Answered):
        if not found:
            raise
        whole = False  # what was had has been paid for
    return _in_order(found, whole=whole)


async def mentions(api: Api, user: str, after: str, budget: Budget, partition: str) -> Found:
    """Return posts that mention a user and follow the id `after`: the newest MOST_PAGES of them.

    Without `after` the newest page, which counts as the whole. Raises Lost, Answered.
    """
    query = {**FIELDS, **({"since_id": after} if after else {})}
    path = f"/2/users/{user}/mentions"
    pages = MOST_PAGES if after else 1
    lines: dict[str, bytes] = {}
    whole = await _pages(lines, api, path, query, budget, partition, _SMALLEST_MENTIONS, pages)
    return _in_order(lines, whole=whole or not after)


def _in_order(found: Mapping[str, bytes], *, whole: bool) -> Found:
    numbers = sorted(found, key=_order)
    oldest = made_at(numbers[0]) if numbers else None
    return Found([found[number] for number in numbers], whole, oldest)


async def _pages(
    found: dict[str, bytes],
    api: Api,
    path: str,
    query: Mapping[str, str],
    budget: Budget,
    partition: str,
    smallest: int,
    pages: int,
) -> bool:
    """Put messages into `found` by post id, and return whether there are no more."""
    following = ""
    for _ in range(pages):
        reserved = budget.reserve(_PAGE)
        if reserved < smallest:
            budget.settle(partition, reserved, 0)
            return False
        asked = {**query, "max_results": str(reserved)}
        if following:
            asked["next_token" if path == RECENT else "pagination_token"] = following
        taken = 0
        try:
            page = await api.get(path, asked)
            posts = page.get("data")
            for post in posts if isinstance(posts, list) else []:
                if isinstance(post, dict):
                    taken += 1
                    message = {"data": post, "includes": _concerning(post, page.get("includes"))}
                    found[str(post.get("id"))] = msgspec.json.encode(message)
        finally:
            budget.settle(partition, reserved, taken)
        meta = page.get("meta")
        following = str(meta.get("next_token") or "") if isinstance(meta, dict) else ""
        if not following:
            return True
    return False


def _concerning(post: Mapping[str, object], includes: object) -> dict[str, object]:
    """Return what a page includes for one of its posts, so that none is read a hundred times."""
    if not isinstance(includes, dict):
        return {}
    told = post.get("referenced_tweets") or post.get("referenced_posts")
    references = told if isinstance(told, list) else []
    wanted = {one.get("id") for one in references if isinstance(one, dict)}
    kept = dict(includes)
    for name in ("tweets", "posts"):
        others = includes.get(name)
        if isinstance(others, list):
            kept[name] = [o for o in others if isinstance(o, dict) and o.get("id") in wanted]
    authors = {post.get("author_id")}
    for name in ("tweets", "posts"):
        authors |= {one.get("author_id") for one in kept.get(name) or ()}
    users = includes.get("users")
    if isinstance(users, list):
        kept["users"] = [u for u in users if isinstance(u, dict) and u.get("id") in authors]
    return kept


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _order(number: str) -> tuple[int, str]:
    return len(number), number
