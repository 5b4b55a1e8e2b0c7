"""Filters of a question in Chromium: what is asked, what is told, what a watch keeps of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from siyaq.testing.product import FakeProduct

from .axe import serious
from .conftest import OpenPage, ask, screenshot
from .test_interface import NAMELESS, OVERFLOWING, POOR_CONTRAST

pytestmark = pytest.mark.browser


def test_a_question_is_asked_of_the_posts_that_are_chosen(page: Page, product: FakeProduct) -> None:
    page.locator("#filters summary").click()
    page.locator("#filter-time").select_option("24")
    page.locator("#filter-lang").select_option("ar")
    page.locator("#filter-source").fill("bluesky, papers")
    page.locator("#filter-author").fill("@Civil")
    ask(page, "Is the bridge open?")
    asked = product.asked[-1].filters
    assert asked.langs == ("ar",)
    assert asked.sources == ("bluesky", "papers")
    assert asked.authors == ("civil",)
    since = asked.placed.since
    assert since is not None
    assert timedelta(hours=23) < product.now - since < timedelta(hours=25)
    expect(page.locator(".turn .chip")).to_have_count(5)
    expect(page.locator(".turn .chips")).to_contain_text("@Civil")
    page.locator("#filter-clear").click()
    expect(page.locator("#filter-told .chip")).to_have_count(0)
    ask(page, "Is the bridge open?")
    assert product.asked[-1].filters.langs == ()
    assert product.asked[-1].filters.placed.since is None
    expect(page.locator(".turn").last.locator(".chip")).to_have_count(0)


def test_two_moments_bound_what_is_asked(page: Page, product: FakeProduct) -> None:
    page.locator("#filters summary").click()
    expect(page.locator("#filter-between")).to_be_hidden()
    page.locator("#filter-time").select_option("between")
    page.locator("#filter-since").fill("2026-11-01T10:00")
    page.locator("#filter-until").fill("2026-11-02T10:00")
    ask(page, "Is the bridge open?")
    placed = product.asked[-1].filters.placed
    assert placed.since is not None
    assert placed.until is not None
    assert placed.until - placed.since == timedelta(days=1)


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_filters_can_be_read_and_used_by_everybody(open_page: OpenPage, locale: str) -> None:
    page = open_page(locale=locale)
    page.locator("#filters summary").click()
    page.locator("#filter-time").select_option("between")
    page.locator("#filter-since").fill("2026-11-01T10:00")
    page.locator("#filter-lang").select_option("ar")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(POOR_CONTRAST) == []
    assert serious(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OVERFLOWING) == [], width
    screenshot(page, f"filters-{locale}")
