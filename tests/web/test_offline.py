"""The page as an application in Chromium: it can be installed, and opens without its server."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

from .conftest import PATIENCE_MS, ask, screenshot, watched

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const shell = await caches.open("siyaq-shell");
  return (await shell.keys()).map(({ url }) => new URL(url).pathname);
}"""


def test_the_page_opens_without_its_server_and_says_so(
    browser: Browser, product: FakeProduct, browser_thread: object
) -> None:
    with served(product, ServeSettings(port=0)) as server:
        watching = watched(browser, server.url, faults=True, worker=True)
        page = watching.__enter__()
        try:
            ask(page, "Is the bridge open?")
            page.locator("html[data-kept=yes]").wait_for(timeout=PATIENCE_MS)
            page.context.set_offline(True)
            page.reload()
            expect(page.locator(".welcome-title")).to_have_text("What is happening?")
            expect(page.locator("#state")).to_have_attribute("data-state", "offline")
            page.get_by_role("button", name="العربية").click()
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            page.locator("#question").fill("هل الجسر مفتوح؟")
            page.locator("#question").press("Enter")
            expect(page.locator(".notice.failed")).to_contain_text("تعذّر الوصول إلى الخادم")
            screenshot(page, "offline-ar")
            kept = page.evaluate(KEPT)
            assert "/" in kept
            assert not [path for path in kept if path.startswith(("/v1", "/s/"))]
            page.context.set_offline(False)
            expect(page.locator("#state")).to_have_attribute("data-state", "live")
        finally:
            watching.__exit__(None, None, None)


def test_a_worker_that_is_not_ours_cannot_be_registered(
    browser: Browser, server: Served, browser_thread: object
) -> None:
    with watched(browser, server.url, faults=True, worker=True) as page:
        page.locator("html[data-kept=yes]").wait_for(timeout=PATIENCE_MS)
        refused = page.evaluate(
            "navigator.serviceWorker.register('/static/dom.js').then(() => '', (e) => e.name)"
        )
        assert refused == "TypeError"


def test_the_manifest_is_one_that_browsers_install(
    browser: Browser, server: Served, browser_thread: object
) -> None:
    with watched(browser, server.url) as page:
        session = page.context.new_cdp_session(page)
        found = session.send("Page.getAppManifest")
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # a test's window is a private one, which installs nothing
        assert [one["errorId"] for one in errors] == ["in-incognito"]
