"""A browser of one run: started at its first call, its tabs, what it loads and what it leaves.

Chromium, driven by Playwright. Everything it asks of the network passes `door`; here requests
that would send something are held back until a call that was allowed to send.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from siyaq.agents import workspace
from siyaq.agents.amounts import Amounts
from siyaq.agents.browser.door import Door
from siyaq.agents.hosts import allows, plain_host
from siyaq.agents.tool import Act
from siyaq.core.errors import NotFound, SiyaqError, SourceRefused, SourceUnavailable, UsageError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Dialog, Download, Page, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAX_TABS = 8
VIEW = {"width": 1280, "height": 800}
ACT_MS = 15_000.0
"""How long one act on a page may take, such as waiting for a button to be there."""

CALL_SECONDS = 75.0
"""How long one call may take, whatever the page does: scripts that never end, too."""

TRIES = 6
SETTLE_SECONDS = 0.1
"""How often, and how far apart, an act is tried in between which a navigation got."""

_CLOSE_SECONDS = 10.0
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_NETWORK = frozenset({"data", "blob", "about"})
_UNSAFE = re.compile(r"[^\w.\- ()]", re.UNICODE)
_ARGUMENTS = [
    "--disable-quic",  # goes past a proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the door looks names up
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
]


def program() -> str | None:
    """Return the path of a Chromium, None where there is none, or no Playwright to drive it."""
    if find_spec("playwright") is None:
        return None
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


class _Kept(msgspec.Struct):
    """What outlives the process: where the tabs were, and the hosts that the user has allowed."""

    hosts: list[str] = []
    urls: list[str] = []
    at: int = 0


class Session:
    """The browser of one run. Use as an async context manager; nothing starts before `acting`.

    `hosts` need no asking. `allowed_url`: a host and port of this machine that may be visited.
    """

    def __init__(self, hosts: Collection[str], *, allowed_url: str = "") -> None:
        self._door = Door(hosts, allowed_url=allowed_url)
        self._stack = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._context: BrowserContext | None = None
        self._kept = _Kept()
        self._file: Path | None = None
        self._opened = asyncio.Event()
        self._stuck = False
        self._sends_to = ""
        self._downloads: list[Download] = []
        self.tabs: list[Page] = []
        self.at = 0
        self.held: list[str] = []
        self.dialogs: list[str] = []

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stop()

    async def _stop(self) -> None:
        """End the browser, whatever it is at; the next call starts another."""
        self._context, self._stuck, self.tabs = None, False, []
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    @property
    def page(self) -> Page:
        """The tab in front. Raises UsageError where none is open."""
        if not self.tabs:
            raise UsageError("no page is open", hint="call browser_open first")
        return self.tabs[self.at]

    @property
    def refused(self) -> list[str]:
        """The hosts that the current call's pages asked for and did not get."""
        return sorted(self._door.refused)

    @asynccontextmanager
    async def acting(self, act: Act, *, sends_to: str = "") -> AsyncGenerator[None, None]:
        """Hold the browser for one call, and let it reach the network meanwhile.

        `sends_to`: the one host that may be sent something. Raises SourceUnavailable for what a
        page does not do in time, or cannot.
        """
        from playwright.async_api import Error

        async with self._turn:
            if self._stuck:
                await self._stop()
            self._stuck = True  # until the call has come to an end, good or bad
            self._sends_to = sends_to
            self.held, self.dialogs = [], []
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout_at(loop.time() + CALL_SECONDS) as limit:
                    self._door.unlock(act.granted, limit)
                    if self._context is None:
                        await self._start(act)
                    yield
                    await self._keep()
                    self._stuck = False
            except TimeoutError as error:  # Playwright's own is another one
                why = "is larger than what is left" if self._door.cut else "does not answer"
                raise SourceUnavailable(f"the page {why}") from error
            except Error as error:
                self._stuck = False
                first = error.message.splitlines()[0].removeprefix("Page.")
                raise SourceUnavailable(f"the page did not do that: {first[:300]}") from error
            except SiyaqError:
                self._stuck = False
                raise
            finally:
                self._sends_to = ""
                self._door.lock()
                act.so_far.update(self._door.spent())

    def spent(self) -> Amounts:
        """Return what the current call has cost so far."""
        return self._door.spent()

    def visit(self, host: str) -> None:
        """Let the run visit a host from now on: its user has said so."""
        self._door.hosts.add(host)

    async def open(self, url: str, *, new_tab: bool) -> None:
        """Go to an address, in a tab of its own or in the one in front."""
        assert self._context is not None
        if new_tab or not self.tabs:
            if len(self.tabs) >= MAX_TABS:
                raise UsageError(f"{len(self.tabs)} tabs are open, {MAX_TABS} at most")
            await self._context.new_page()
            self.at = len(self.tabs) - 1
        await self._gone_to(url)
        host = plain_host(self.page.url)
        if host in self._door.refused:
            raise SourceRefused(
                f"{host!r} may not be visited", hint="siyaq agent TASK --allow HOST"
            )

    async def _gone_to(self, url: str) -> None:
        """Go to an address; again, where the end of one that was refused gets in between."""
        from playwright.async_api import Error

        for left in reversed(range(TRIES)):
            try:
                await self.page.goto(url, wait_until="load", timeout=2 * ACT_MS)
            except Error as error:
                if not left or "interrupted by another navigation" not in error.message:
                    raise
                await asyncio.sleep(SETTLE_SECONDS)
            else:
                return

    async def switch(self, at: int) -> None:
        """Bring a tab to the front, once it is there: a click opens one in a while.

        Raises NotFound.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(ACT_MS / 1000):
                while at >= len(self.tabs):
                    self._opened.clear()
                    await self._opened.wait()
        if at >= len(self.tabs):
            raise NotFound(f"there is no tab {at}; there are {len(self.tabs)}")
        self.at = at
        await self.page.bring_to_front()

    async def settled(self) -> None:
        """Wait until what an act has begun to load is there, for a while."""
        from playwright.async_api import Error

        with suppress(Error):
            await self.page.wait_for_load_state("load", timeout=ACT_MS)

    async def downloads(self, act: Act) -> list[dict[str, object]]:
        """Take what was downloaded since the last look over into the workspace."""
        due, self._downloads = self._downloads, []
        return [await self._taken(one, act) for one in due]

    async def _taken(self, one: Download, act: Act) -> dict[str, object]:
        name = _UNSAFE.sub("_", one.suggested_filename).lstrip(".")[-100:] or "file"
        path = f"downloads/{name}"
        document = await asyncio.to_thread(Path(await one.path()).read_bytes)
        await asyncio.to_thread(workspace.keep, act.workspace, path, document)
        await one.delete()
        digest = sha256(document).hexdigest()
        return {"path": path, "bytes": len(document), "sha256": digest}

    async def _start(self, act: Act) -> None:
        from playwright.async_api import Error, async_playwright

        self._file = act.workspace.with_suffix(".browser")
        with suppress(OSError, msgspec.DecodeError):
            self._kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        self._door.hosts |= set(self._kept.hosts)
        await self._stack.enter_async_context(self._door)
        playwright = await self._stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=program(),
            chromium_sandbox=os.geteuid() != 0,  # which it cannot make as root
            args=_ARGUMENTS,
            proxy={"server": self._door.url},
        )
        self._stack.push_async_callback(_closed, browser)
        context = await browser.new_context(
            viewport=VIEW,  # type: ignore[arg-type]  # a plain dict of it
            service_workers="block",
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(ACT_MS)
        await context.route("**/*", self._routed)
        context.on("page", self._met)
        self._context = context
        for url in self._kept.urls[:MAX_TABS]:
            with suppress(Error, SourceRefused):
                await self.open(url, new_tab=True)
        self.at = min(self._kept.at, max(0, len(self.tabs) - 1))

    async def _routed(self, route: Route) -> None:
        """Let a request go on, or not; the door looks at it again."""
        from playwright.async_api import Error

        request = route.request
        scheme = request.url.partition(":")[0]
        reads = request.method in _READS and not (
            self._sends_to and request.is_navigation_request()
        )
        with suppress(Error):  # the page may be gone
            if scheme in _NO_NETWORK:
                await route.continue_()
            elif scheme not in ("http", "https") or not allows(self._door.hosts, request.url):
                self._door.refused.add(plain_host(request.url) or scheme)
                await route.abort("aborted")  # which leaves the page as it is
            elif reads or plain_host(request.url) == self._sends_to:
                await route.continue_()
            else:
                self.held.append(f"{request.method} {plain_host(request.url)}")
                await route.abort("aborted")

    def _met(self, page: Page) -> None:
        """Take note of a tab, however it was opened."""
        if len(self.tabs) >= MAX_TABS:
            asyncio.ensure_future(page.close())  # noqa: RUF006 -- Playwright keeps it
            return
        self.tabs.append(page)
        self._opened.set()
        page.on("close", self._left)
        page.on("dialog", self._heard)
        page.on("download", self._loaded)

    def _left(self, page: Page) -> None:
        if page in self.tabs:
            self.tabs.remove(page)
            self.at = min(self.at, max(0, len(self.tabs) - 1))

    async def _heard(self, dialog: Dialog) -> None:
        """Say no to whatever a page asks in a window of its own."""
        self.dialogs.append(dialog.message[:1000])
        await dialog.dismiss()

    def _loaded(self, one: Download) -> None:
        self._downloads.append(one)

    async def _keep(self) -> None:
        assert self._file is not None
        urls = [page.url for page in self.tabs]
        kept = _Kept(sorted(self._door.hosts), urls, self.at)
        staged = self._file.with_suffix(".browser-new")
        await asyncio.to_thread(staged.write_bytes, msgspec.json.encode(kept))
        await asyncio.to_thread(staged.replace, self._file)


async def _closed(browser: Browser) -> None:
    """Close a browser, or leave it to its driver, which takes it down with itself."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await browser.close()
