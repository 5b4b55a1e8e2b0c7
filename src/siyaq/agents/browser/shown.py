"""What an agent is shown of a page: its tree, and what happened around it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from hashlib import sha256

from siyaq.agents import workspace
from siyaq.agents.browser.session import Session
from siyaq.agents.tool import Act, Done
from siyaq.core.wire import rfc3339

MAX_TREE_CHARS = 60_000


async def shown(session: Session, act: Act, *, picture: bool = False, keep: bool = False) -> Done:
    """Return the page in front as JSON. `keep`: with a copy of the page and its hash."""
    await session.settled()
    page = session.page
    tree = await page.aria_snapshot(mode="ai")
    told: dict[str, object] = {
        "url": page.url,
        "title": await page.title(),
        "tab": session.at,
        "tabs": [one.url for one in session.tabs],
        "tree": tree[:MAX_TREE_CHARS],
        "cut": len(tree) > MAX_TREE_CHARS,
        "refused": session.refused,
        "held": session.held,
        "dialogs": session.dialogs,
        "downloads": await session.downloads(act),
    }
    if picture:
        name = f"screenshots/{act.key.rpartition('/')[2]}.png"
        await asyncio.to_thread(workspace.keep, act.workspace, name, await page.screenshot())
        told["screenshot"] = name
    if keep:
        told |= await _archived(await page.content(), act)
    return Done(told, session.spent())


async def _archived(content: str, act: Act) -> dict[str, object]:
    document = content.encode("utf-8", "surrogatepass")
    digest = sha256(document).hexdigest()
    name = f"pages/{digest[:32]}.html"
    await asyncio.to_thread(workspace.keep, act.workspace, name, document)
    return {"archived": name, "sha256": digest, "fetched_at": rfc3339(datetime.now(UTC))}
