"""The desk in Chromium: a question saved from an answer, its alert, links that end, a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from siyaq.access import Links, Shares
from siyaq.core.answer import Changes
from siyaq.serve import ServeSettings
from siyaq.serve.bundle import problems
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served
from siyaq.watches import WatchDesk, Watcher, WatchStore

from .axe import serious
from .conftest import OpenPage, ask, screenshot
from .test_interface import NAMELESS, OVERFLOWING, POOR_CONTRAST

pytestmark = pytest.mark.browser


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchStore]:
    with closing(WatchStore(tmp_path)) as store:
        yield store


@pytest.fixture
def server(product: FakeProduct, store: WatchStore, tmp_path: Path) -> Iterator[Served]:
    links = Links(tmp_path)
    desk = WatchDesk(store, links, mail_to=("@news.example",))
    settings = ServeSettings(port=0, watches=desk, shares=Shares(tmp_path, links))
    with served(product, settings) as server:
        yield server


def changed(store: WatchStore, product: FakeProduct, server: Served) -> None:
    """Let the only saved question be looked at twice, its short answer another one at the end."""
    clock = FakeClock(datetime.now(UTC))
    watcher = Watcher(store, product, clock)

    def look() -> None:
        asyncio.run_coroutine_threadsafe(watcher.look(), server.loop).result(60)

    look()
    (watch,) = store.watches()
    answer = product.kept[watch.answer_id]
    product.changed = Changes(
        answer_id=answer.id,
        since=answer.as_of,
        status_before=answer.status,
        short_answer_before="closed",
    )
    clock.advance(timedelta(days=1))
    look()
    product.changed = None


def save(page: Page, question: str) -> None:
    """Keep watching the question of the newest answer."""
    ask(page, question)
    page.locator(".turn").last.locator(".action-row button").first.click()
    expect(page.locator("#desk textarea")).to_have_value(question)
    page.locator("#desk .primary").click()
    expect(page.locator("#desk .desk-list li")).to_have_count(1)


def test_an_answer_is_watched_and_its_change_is_told(
    page: Page, store: WatchStore, product: FakeProduct, server: Served
) -> None:
    save(page, "Is the bridge open?")
    page.locator("#desk-close").click()
    changed(store, product, server)
    page.evaluate("document.getElementById('state').dispatchEvent(new Event('live'))")
    expect(page.locator("#desk-unseen")).to_have_text("1")
    page.locator("#desk-open").click()
    alert = page.locator(".fresh-alert")
    expect(alert).to_contain_text("the short answer is another one")
    expect(page.locator("#desk-unseen")).to_be_hidden()
    alert.get_by_role("button", name="Open the answer to").click()
    expect(page.locator("#desk")).to_be_hidden()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last.locator(".short")).to_contain_text("11:40")
    page.locator("#desk-open").click()
    expect(page.locator(".alert")).to_have_count(1)
    expect(page.locator(".fresh-alert")).to_have_count(0)


def test_a_watch_is_paused_resumed_and_removed(page: Page, store: WatchStore) -> None:
    save(page, "Is the bridge open?")
    page.get_by_role("button", name="Pause: ").click()
    expect(page.locator(".desk-list .paused")).to_be_visible()
    assert store.watches()[0].paused
    page.get_by_role("button", name="Resume: ").click()
    expect(page.locator(".desk-list .paused")).to_have_count(0)
    page.get_by_role("button", name="Remove: ").click()
    expect(page.locator(".desk-list li")).to_have_count(0)
    assert store.watches() == []


def test_what_the_server_refuses_is_said_beside_the_form(open_page: OpenPage) -> None:
    page = open_page(faults=True)
    page.locator("#desk-open").click()
    page.locator("#desk textarea").fill("Is the bridge open?")
    page.locator("#desk input[type=email]").fill("someone@elsewhere.example")
    page.locator("#desk .primary").click()
    expect(page.locator("#desk .notice.failed")).to_contain_text("alerts.mail_to")
    expect(page.locator("#desk textarea")).to_have_value("Is the bridge open?")


def test_an_answer_is_shared_by_a_link_that_is_withdrawn(page: Page, open_page: OpenPage) -> None:
    ask(page, "Is the bridge open?")
    page.get_by_role("button", name="Share").click()
    link = page.locator(".share-link a")
    expect(link).to_be_visible()
    address = str(link.text_content())
    with page.context.expect_page() as opened:
        link.click()
    shared = opened.value
    expect(shared.locator("h1")).to_have_text("Is the bridge open?")
    expect(shared.locator("blockquote").first).to_contain_text("11:40")
    assert serious(shared) == []
    screenshot(shared, "shared")
    shared.close()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".action-said")).to_contain_text("leads nowhere")
    response = page.request.get(address)
    assert response.status == 404


def test_the_evidence_of_an_answer_is_a_file_that_holds(page: Page, tmp_path: Path) -> None:
    ask(page, "Is the bridge open?")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Evidence bundle").click()
    assert downloading.value.suggested_filename.startswith("siyaq-")
    path = tmp_path / "bundle.json"
    downloading.value.save_as(path)
    assert problems(json.loads(path.read_text()), lambda _text, _spans: True) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_desk_can_be_read_and_used_by_everybody(
    open_page: OpenPage,
    store: WatchStore,
    product: FakeProduct,
    server: Served,
    locale: str,
    scheme: Literal["light", "dark"],
) -> None:
    page = open_page(locale=locale, scheme=scheme)
    save(page, "هل الجسر مفتوح؟" if locale == "ar" else "Is the bridge open?")
    changed(store, product, server)
    page.locator("#desk-close").click()
    page.locator("#desk-open").click()
    expect(page.locator(".fresh-alert")).to_be_visible()
    page.locator(".desk-form summary").click()
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(POOR_CONTRAST) == []
    assert serious(page) == []
    screenshot(page, f"desk-{locale}-{scheme}")
    for width in (320, 390, 1000):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OVERFLOWING) == [], width
    page.set_viewport_size({"width": 390, "height": 800})
    screenshot(page, f"desk-phone-{locale}-{scheme}")
