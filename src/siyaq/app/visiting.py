"""Pages for agents: of hosts that a run may visit, read in the sandbox, kept with their hash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated
from urllib.parse import urljoin

import msgspec

from siyaq.agents import Act, AnyTool, Done, Tool, workspace
from siyaq.agents.browser import Session, browser_tools, program
from siyaq.agents.hosts import allows, plain_host, read_hosts
from siyaq.core.clock import SystemClock
from siyaq.core.errors import SourceRefused, SourceUnavailable
from siyaq.core.wire import rfc3339
from siyaq.sources.articles.limits import PAGE_CPU_SECONDS, PAGE_DEADLINE_SECONDS
from siyaq.sources.courtesy import Courtesy
from siyaq.sources.fetch import BODY_BYTES, REDIRECT_STATUSES, REDIRECTS, Fetched, Fetcher
from siyaq.sources.sandbox import Sandbox, SandboxFailed
from siyaq.sources.visitor import Unread, Visitor, host_of


class ReadPage(msgspec.Struct, forbid_unknown_fields=True):
    """A page, by its address."""

    url: Annotated[str, msgspec.Meta(min_length=8, max_length=2000)]


class _Within(Fetcher):
    """A fetcher that goes to some hosts only, redirects included."""

    hosts: frozenset[str] = frozenset()

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Get `url`, following redirects to hosts that may be visited. Raises as `send` does."""
        for _ in range(REDIRECTS + 1):
            answer = await self.send("GET", url, headers=headers or {})
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECT_STATUSES or not location:
                return answer
            url, headers = urljoin(url, location), {}
        raise SourceUnavailable(f"more than {REDIRECTS} redirects, the last to {host_of(url)!r}")

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Fetched:
        """Make one request, to a host that may be visited. Raises SourceRefused for any other."""
        if not allows(self.hosts, url):
            raise SourceRefused(f"{host_of(url)!r} is not among the hosts that this run may visit")
        return await super().send(method, url, headers=headers, body=body)


@asynccontextmanager
async def page_tools(
    names: Sequence[str], *, allowed_url: str = ""
) -> AsyncGenerator[list[AnyTool], None]:
    """Lend the tool that reads pages. `names` are the hosts that need no asking.

    `allowed_url`: a host and port of this machine that may be visited as well.
    """
    hosts = read_hosts(names)
    sandbox = Sandbox()
    try:
        async with _Within(allowed_url=allowed_url) as fetcher:
            visitor = Visitor(fetcher, Courtesy(), SystemClock())
            turn = asyncio.Lock()

            async def run(asked: ReadPage, act: Act) -> Done:
                async with turn:  # the hosts of a call are its own
                    fetcher.hosts = hosts | {plain_host(asked.url)}
                    return await _read(asked.url, act, visitor, sandbox)

            def why_ask(asked: ReadPage) -> str:
                if allows(hosts, asked.url):
                    return ""
                return f"{host_of(asked.url)!r} is not on the list of hosts it may visit"

            yield [
                Tool(
                    name="read_page",
                    about="Read the page at an address: its title, text, author and date.",
                    arguments=ReadPage,
                    run=run,
                    outside=True,
                    sinks=frozenset({"url"}),
                    why_ask=why_ask,
                    reserve={"bytes_down": BODY_BYTES, "pages": 1},
                )
            ]
    finally:
        await sandbox.close()


@asynccontextmanager
async def browsing(
    names: Sequence[str], session: Session | None = None
) -> AsyncGenerator[list[AnyTool], None]:
    """Lend the tools of a browser, none where this machine has no Chromium or no Playwright.

    `session`: a browser that somebody else opens and closes.
    """
    if program() is None:
        yield []
        return
    if session is not None:
        yield browser_tools(session, names)
        return
    async with Session(read_hosts(names)) as session:
        yield browser_tools(session, names)


async def _read(url: str, act: Act, visitor: Visitor, sandbox: Sandbox) -> Done:
    """Fetch a page, keep its bytes in the workspace by their hash, and return what it says.

    Raises SourceUnavailable.
    """
    try:
        answer = await visitor.get(url, {})
        page = await sandbox.ask(
            "page",
            _body(answer),
            cpu_seconds=PAGE_CPU_SECONDS,
            deadline_seconds=PAGE_DEADLINE_SECONDS,
        )
    except (Unread, SandboxFailed) as problem:
        raise SourceUnavailable(f"cannot read a page: {problem}") from problem
    digest = sha256(answer.body).hexdigest()
    archived = f"pages/{digest[:32]}.html"
    await asyncio.to_thread(workspace.keep, act.workspace, archived, answer.body)
    told = {name: page[name] for name in ("title", "text", "author", "published", "lang")}
    told |= {"url": answer.url, "sha256": digest, "archived": archived}
    told["fetched_at"] = rfc3339(datetime.now(UTC))
    return Done(told, {"bytes_down": len(answer.body), "pages": 1})


def _body(answer: Fetched) -> bytes:
    if answer.status != 200:
        raise Unread(f"{host_of(answer.url)!r} answered {answer.status}")
    return answer.body
