"""The tabs of sources and of health in Chromium: followed, paused, removed, read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from siyaq.core.errors import NotFound, UsageError
from siyaq.core.event import Gap
from siyaq.core.reports import Followed, Status
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

from .axe import serious
from .conftest import OpenPage, screenshot
from .test_interface import NAMELESS, OVERFLOWING, POOR_CONTRAST

pytestmark = pytest.mark.browser

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Notebook:
    """Followed sources in memory, as `core.product.Roster` has them."""

    def __init__(self) -> None:
        self.sources = {
            "1": Followed(
                id="1",
                url="jetstream://jetstream.example",
                source="bluesky",
                added=False,
                paused=False,
            )
        }

    def listed(self) -> list[Followed]:
        return list(self.sources.values())

    async def follow(self, url: str, name: str | None) -> Followed:
        if not url.startswith("rss+"):
            raise UsageError(f"no source speaks {url!r}")
        made = Followed(id="2", url=url, source=name or "feed", added=True, paused=False)
        self.sources["2"] = made
        return made

    async def pause(self, source_id: str, *, paused: bool) -> Followed:
        one = self.sources[source_id]
        made = Followed(id=one.id, url=one.url, source=one.source, added=one.added, paused=paused)
        self.sources[source_id] = made
        return made

    async def leave(self, source_id: str) -> None:
        if self.sources.pop(source_id, None) is None:
            raise NotFound("no such source")


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def server(product: FakeProduct, notebook: Notebook) -> Iterator[Served]:
    shown = (
        ("serve.port", 8080, "command line", "port to listen on"),
        ("serve.keys", "***", "environment", "API keys"),
        ("answers.kept", 10000, "default", "answers kept"),
    )
    settings = ServeSettings(port=0, roster=notebook, shown=lambda: shown)
    with served(product, settings) as server:
        yield server


def test_a_source_is_followed_paused_and_removed(open_page: OpenPage, notebook: Notebook) -> None:
    page = open_page(faults=True)  # one address is refused
    page.locator("#desk-open").click()
    page.locator("#tab-sources").click()
    items = page.locator("#desk .desk-list > li")
    expect(items).to_have_count(1)
    expect(items).to_contain_text("stands in the settings")
    page.locator(".desk-form summary").click()
    page.locator(".desk-form input").first.fill("gopher://a")
    page.locator(".desk-form .primary").click()
    expect(page.locator(".desk-form .failed")).to_contain_text("gopher")
    page.locator(".desk-form input").first.fill("rss+https://news.example/feed")
    page.locator(".desk-form input").last.fill("papers")
    page.locator(".desk-form .primary").click()
    expect(items).to_have_count(2)
    page.get_by_role("button", name="Pause: \u2068papers").click()
    expect(page.locator("#desk .paused")).to_contain_text("papers")
    assert notebook.sources["2"].paused
    page.get_by_role("button", name="Resume: ").click()
    expect(page.locator("#desk .paused")).to_have_count(0)
    page.get_by_role("button", name="Remove: ").click()
    expect(items).to_have_count(1)


def test_a_source_tells_rate_lag_gaps_and_refusals_by_reason(
    open_page: OpenPage, product: FakeProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = product.status
    gap = Gap(source="bluesky", since=NOON, until=NOON + timedelta(hours=2), reason="disconnected")

    async def status() -> Status:
        found = await honest()
        (source,) = found.sources
        troubled = replace(source, gaps=(gap,), refused={"no_text": 3, "too_large": 1})
        return replace(found, sources=(troubled,))

    monkeypatch.setattr(product, "status", status)
    page = open_page()
    page.locator("#desk-open").click()
    page.locator("#tab-sources").click()
    item = page.locator("#desk .desk-list > li")
    expect(item).to_contain_text("0.5 a second")
    expect(item).to_contain_text("0.4 s behind")
    expect(item).to_contain_text("the connection was down")
    item.locator("summary", has_text="4 items were not taken").click()
    expect(item.locator("details li").first).to_have_text("no_text: 3")


def test_every_setting_is_shown_with_its_origin(page: Page) -> None:
    page.locator("#desk-open").click()
    page.locator("#tab-health").click()
    rows = page.locator(".settings tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("command line")
    expect(rows.nth(1)).to_contain_text("***")
    expect(page.locator(".settings .chosen")).to_have_count(2)
    expect(page.locator(".lights li")).to_have_count(4)
    models = page.locator(".model-lights li")
    expect(models).to_contain_text(["siyaq", "siyaq/extractive", "fake"])
    expect(models.first).to_contain_text("not asked yet")


def test_the_tabs_are_walked_with_arrows(page: Page) -> None:
    page.locator("#desk-open").click()
    page.locator("#tab-watching").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-sources")).to_be_focused()
    expect(page.locator("#tab-sources")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#tab-health")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_tabs_can_be_read_and_used_by_everybody(
    open_page: OpenPage, locale: str, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(locale=locale, scheme=scheme)
    page.locator("#desk-open").click()
    for name, shown in (("sources", ".desk-list"), ("health", ".settings")):
        page.locator(f"#tab-{name}").click()
        expect(page.locator(f"#desk {shown}")).to_be_visible()
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(POOR_CONTRAST) == []
        assert serious(page) == []
        page.set_viewport_size({"width": 320, "height": 800})
        hanging = page.evaluate(OVERFLOWING)
        assert [one for one in hanging if not one.startswith(("T", "BDI"))] == []  # a table scrolls
        page.set_viewport_size({"width": 1280, "height": 800})
        screenshot(page, f"{name}-{locale}-{scheme}")
