"""A real Chromium on a real server over the small story of `siyaq.testing`.

Every page is watched while it is used: it must ask nothing of any other origin, break no rule of
its content security policy, and log no error.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"

WATCH_POLICY = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
  });
"""


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[ThreadPoolExecutor]:
    """The one thread that Playwright lives in.

    Its synchronous interface keeps an event loop running in the thread that started it. In the
    main thread that would stand in the way of every asynchronous test of the session.
    """
    with ThreadPoolExecutor(1, "browser") as thread:
        yield thread


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that has a browser in the browser's own thread."""
    thread = pyfuncitem.funcargs.get("browser_thread")
    if not isinstance(thread, ThreadPoolExecutor):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    thread.submit(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in names}).result()
    return True


@pytest.fixture(scope="session")
def browser(chromium: str, browser_thread: ThreadPoolExecutor) -> Iterator[Browser]:
    starting = sync_playwright()
    playwright = browser_thread.submit(starting.__enter__).result()
    launch = partial(playwright.chromium.launch, executable_path=chromium, args=ARGUMENTS)
    browser = browser_thread.submit(launch).result()
    yield browser
    browser_thread.submit(browser.close).result()
    browser_thread.submit(starting.__exit__, None, None, None).result()


@pytest.fixture
def product() -> FakeProduct:
    return FakeProduct(now=datetime.now(UTC))


@pytest.fixture
def server(product: FakeProduct) -> Iterator[Served]:
    with served(product, ServeSettings(port=0)) as server:
        yield server


@dataclass
class Log:
    """What a page did besides being shown."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


OpenPage = Callable[..., Page]


@contextmanager
def watched(
    browser: Browser,
    url: str,
    *,
    locale: str = "en",
    scheme: Literal["light", "dark"] = "light",
    size: tuple[int, int] = (1280, 820),
    faults: bool = False,
    worker: bool = False,
    also: str = "",
) -> Iterator[Page]:
    """Open the page of a server. `faults`: errors are expected, do not count them.

    `worker`: the page may keep its files for when the server is away. `also`: where else it goes.
    """
    context = browser.new_context(
        locale=locale,
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        service_workers="allow" if worker else "block",
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    log = Log()
    context.on("request", lambda request: log.requests.append(request.url))
    page = context.new_page()
    page.add_init_script(WATCH_POLICY)
    page.on("console", lambda said: log.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: log.errors.append(str(error)))
    page.goto(url)
    expect(page.locator("html")).not_to_have_class("booting")
    try:
        yield page
        violations = page.evaluate("window.violations")
        if not faults:
            assert log.errors == []
            assert violations == []
        assert log.requests
        known = (url, also) if also else (url,)
        assert [asked for asked in log.requests if not asked.startswith(known)] == []
    finally:
        context.close()


@pytest.fixture
def open_page(
    browser: Browser, browser_thread: ThreadPoolExecutor, server: Served
) -> Iterator[OpenPage]:
    """Return a function that opens a watched page; every one is checked when the test ends."""
    opened = []

    def opening(
        *,
        locale: str = "en",
        scheme: Literal["light", "dark"] = "light",
        size: tuple[int, int] = (1280, 820),
        faults: bool = False,
    ) -> Page:
        watching = watched(
            browser, server.url, locale=locale, scheme=scheme, size=size, faults=faults
        )
        opened.append(watching)
        return watching.__enter__()

    yield opening
    for watching in opened:
        browser_thread.submit(watching.__exit__, None, None, None).result()


@pytest.fixture
def page(open_page: OpenPage, browser_thread: ThreadPoolExecutor) -> Page:
    return browser_thread.submit(open_page).result()


AlterCards = Callable[[Callable[[ContextCard], ContextCard]], None]


@pytest.fixture
def alter_cards(product: FakeProduct, monkeypatch: pytest.MonkeyPatch) -> AlterCards:
    """Return a function that has every card changed before it is handed out."""
    made = product.context

    def altering(change: Callable[[ContextCard], ContextCard]) -> None:
        async def altered(post_id: PostId) -> ContextCard:
            return change(await made(post_id))

        monkeypatch.setattr(product, "context", altered)

    return altering


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    turns = page.locator(".turn").count()
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1)
    expect(page.locator(".turn").last.locator(".reply")).to_have_attribute("aria-busy", "false")


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
