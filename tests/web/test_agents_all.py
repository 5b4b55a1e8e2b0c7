"""The page of agents for an admin: the runs of every key, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from siyaq.access import AuditLog, KeyRing, Role
from siyaq.agents import Journal
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served
from tests.serve.test_runs import agency_of

from .axe import serious
from .conftest import screenshot, watched

pytestmark = pytest.mark.browser

TASK = "Follow the bridge"


class Desk(NamedTuple):
    """A server with the run of somebody who is no admin."""

    url: str
    writer: str
    admin: str


@pytest.fixture
def desk(product: FakeProduct, tmp_path: Path) -> Iterator[Desk]:
    with closing(KeyRing(tmp_path)) as ring, closing(Journal(tmp_path)) as journal:
        (_, writer), (_, admin) = ring.create(Role.WRITER), ring.create(Role.ADMIN)
        settings = ServeSettings(
            port=0, key_ring=ring, audit=AuditLog(tmp_path), agency=agency_of(journal)
        )
        with served(product, settings) as server:
            head = {"Authorization": f"Bearer {writer}"}
            begun = httpx2.post(f"{server.url}/v1/runs", json={"task": TASK}, headers=head)
            begun.raise_for_status()
            yield Desk(server.url, writer, admin)


def enter(page: Page, desk: Desk, key: str) -> None:
    page.evaluate("key => sessionStorage.setItem('siyaq.key', key)", key)
    page.goto(f"{desk.url}/agents")
    expect(page.locator("html")).not_to_have_class("booting")


@pytest.mark.parametrize(
    ("locale", "name"), [("en", "Those of every key"), ("ar", "مهام كل المفاتيح")]
)
def test_an_admin_asks_for_the_runs_of_every_key(
    browser: Browser, desk: Desk, locale: str, name: str
) -> None:
    with watched(browser, desk.url, locale=locale, faults=True) as page:
        enter(page, desk, desk.admin)
        switch = page.get_by_role("checkbox", name=name, exact=True)
        expect(switch).to_be_visible()
        expect(switch).not_to_be_checked()
        expect(page.locator("#runs li")).to_have_count(0)
        switch.focus()
        page.keyboard.press("Space")
        expect(switch).to_be_checked()
        expect(page.locator("#runs a")).to_contain_text([TASK])
        screenshot(page, f"agents-all-{locale}")
        assert serious(page) == []
        page.keyboard.press("Space")
        expect(page.locator("#runs li")).to_have_count(0)


def test_nobody_else_is_offered_them(browser: Browser, desk: Desk) -> None:
    with watched(browser, desk.url, faults=True) as page:
        enter(page, desk, desk.writer)
        expect(page.locator("#runs a")).to_contain_text([TASK])
        expect(page.locator("#every-key")).to_be_hidden()
