"""What an agent is shown of a page: its tree, and what happened around it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from hashlib import sha256

from siyaq.agents import workspace
from siyaq.agents.browser.session import SETTLE_SECONDS, TRIES, Session
from siyaq.agents.tool import Act, Done
from siyaq.core.wire import rfc3339

MAX_TREE_CHARS = 60_000
_GOES_ON = re.compile(r"is navigating|context was destroyed|interrupted by another navigation")


async def shown(session: Session, act: Act, *, picture: bool = False, keep: bool = False) -> Done:
    """Return the page in front as JSON. `keep`: with a copy of the page and its hash."""
    told, content = await _read(session)
    told |= {
        "tab": session.at,
        "tabs": [one.url for one in session.tabs],
        "refused": session.refused,
        "held": session.held,
        "dialogs": session.dialogs,
        "downloads": await session.downloads(act),
    }
    if picture:
        name = f"screenshots/{act.key.rpartition('/')[2]}.png"
        shot = await session.page.screenshot()
        await asyncio.to_thread(workspace.keep, act.workspace, name, shot)
        told["screenshot"] = name
    if keep:
        told |= await _archived(content, act)
    return Done(told, session.spent())


async def _read(session: Session) -> tuple[dict[str, object], str]:
    """Return what one page says, and its markup; of the next, where it goes on meanwhile."""
    from playwright.async_api import Error

    for left in reversed(range(TRIES)):
        await session.settled()
        page, url = session.page, session.page.url
        try:
            tree = await page.aria_snapshot(mode="ai")
            title, content = await page.title(), await page.content()
        except Error as error:
            if not left or not _GOES_ON.search(error.message):
                raise
        else:
            if page.url == url or not left:
                cut = {"tree": tree[:MAX_TREE_CHARS], "cut": len(tree) > MAX_TREE_CHARS}
                return {"url": url, "title": title, **cut}, content
        await asyncio.sleep(SETTLE_SECONDS)
    raise AssertionError  # the last try returns or raises


async def _archived(content: str, act: Act) -> dict[str, object]:
    document = content.encode("utf-8", "surrogatepass")
    digest = sha256(document).hexdigest()
    name = f"pages/{digest[:32]}.html"
    await asyncio.to_thread(workspace.keep, act.workspace, name, document)
    return {"archived": name, "sha256": digest, "fetched_at": rfc3339(datetime.now(UTC))}
