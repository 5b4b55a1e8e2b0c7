"""Recent search and mentions: pages that come newest first, turned into lines, oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from siyaq.sources.x.api import FIELDS, Api
from siyaq.sources.x.budget import Budget
from siyaq.sources.x.stream import Line

RECENT = "/2/tweets/search/recent"
MOST_PAGES = 10
_PAGE, _SMALLEST_PAGE = 100, 10
_SMALLEST_MENTIONS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Messages as the stream would have brought them. `whole` is False where more is left."""

    lines: list[Line]
    whole: bool


async def search(
    api: Api,
    rules: Sequence[str],
    since: datetime,
    until: datetime,
    budget: Budget,
    partition: str,
) -> Found:
    """Return what the rules match of [since, until), as far as the budget goes.

    Raises Lost, Answered.
    """
    found: dict[str, bytes] = {}
    whole = True
    window = {"start_time": _told(since), "end_time": _told(until)}
    for rule in rules:
        query = {**FIELDS, **window, "query": rule}
        lines, complete = await _pages(api, RECENT, query, budget, partition, _SMALLEST_PAGE)
        found |= lines
        whole = whole and complete
    return Found([found[number] for number in sorted(found, key=_order)], whole)


async def mentions(api: Api, user: str, after: str, budget: Budget, partition: str) -> Found:
    """Return posts that mention a user and follow the id `after`. Raises Lost, Answered."""
    query = {**FIELDS, **({"since_id": after} if after else {})}
    path = f"/2/users/{user}/mentions"
    pages = MOST_PAGES if after else 1
    lines, whole = await _pages(api, path, query, budget, partition, _SMALLEST_MENTIONS, pages)
    return Found([lines[number] for number in sorted(lines, key=_order)], whole or not after)


async def _pages(
    api: Api,
    path: str,
    query: Mapping[str, str],
    budget: Budget,
    partition: str,
    smallest: int,
    pages: int = MOST_PAGES,
) -> tuple[dict[str, bytes], bool]:
    """Return messages by post id, and whether there are no more."""
    found: dict[str, bytes] = {}
    following = ""
    for _ in range(pages):
        reserved = budget.reserve(_PAGE)
        if reserved < smallest:
            budget.settle(partition, reserved, 0)
            return found, False
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
            return found, True
    return found, False


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
