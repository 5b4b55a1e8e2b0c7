"""Somebody signs in to the page and out again: with a password, and through a provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from siyaq.access import KeyRing, People, Role, passwords
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in.login_settings import LoginSettings
from siyaq.serve.sign_in.provider import Provider
from siyaq.testing.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import Served, served

from .axe import serious
from .conftest import ask, screenshot, watched
from .test_interface import OVERFLOWING

pytestmark = pytest.mark.browser

PASSWORD = "four words and a river"


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with OpenIdProvider({"sub": "42", "name": "هدى النجار", "groups": ["desk"]}) as provider:
        yield provider


@pytest.fixture
def settings(
    tmp_path: Path, there: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServeSettings]:
    monkeypatch.setattr(passwords, "_COST_LOG2", 10)  # what is kept says what it cost
    with closing(KeyRing(tmp_path)) as ring, closing(People(tmp_path, ring)) as people:
        people.create("Salim", PASSWORD, Role.READER)
        login = LoginSettings(
            issuer=there.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            name="Newsroom",
            role_claim="groups",
            roles={"desk": Role.WRITER},
            timeout_seconds=60.0,
        )
        yield ServeSettings(port=0, key_ring=ring, people=people, provider=Provider(login))


@pytest.fixture
def server(product: FakeProduct, settings: ServeSettings) -> Iterator[Served]:
    with served(product, settings) as server:
        yield server
        assert settings.provider is not None
        closing_it = settings.provider.aclose()
        asyncio.run_coroutine_threadsafe(closing_it, server.loop).result(60)


def enter(dialog: Locator, name: str, password: str) -> None:
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_label("Password").press("Enter")


def clean(page: Page) -> None:
    assert serious(page) == []
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("window.violations") == []


def test_somebody_signs_in_with_a_password_asks_and_signs_out(
    browser: Browser, server: Served, settings: ServeSettings
) -> None:
    with watched(browser, server.url, faults=True) as page:
        dialog = page.get_by_role("dialog", name="Sign in")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("link", name="Sign in with")).to_contain_text("Newsroom")
        clean(page)
        screenshot(page, "sign-in-en")
        enter(dialog, "Salim", "not this one")
        expect(dialog.get_by_role("alert")).to_have_text("The sign-in did not succeed.")
        expect(dialog.get_by_label("Password")).to_be_focused()
        enter(dialog, "Salim", PASSWORD)
        expect(page.locator("#state")).to_have_attribute("data-state", "live")
        expect(dialog).to_have_count(0)
        expect(page.locator("#account")).to_have_accessible_name("Signed in as \u2068Salim\u2069")
        ask(page, "Is the bridge open?")
        expect(page.locator(".sentence")).to_have_count(3)
        assert page.evaluate("document.cookie") == ""
        clean(page)

        assert settings.people is not None
        settings.people.sessions.end_all(settings.people.find("Salim").key.id)
        page.locator("#question").fill("Is the bridge open?")
        page.locator("#question").press("Enter")
        expect(dialog).to_be_visible()  # whatever it asks next
        enter(dialog, "Salim", PASSWORD)
        expect(dialog).to_have_count(0)

        page.locator("#account").press("Enter")
        who = page.get_by_role("dialog", name="Signed in as")
        expect(who).to_contain_text("Reader, until")
        clean(page)
        page.route("**/v1/session", lambda route: route.abort())
        who.get_by_role("button", name="Sign out").press("Enter")
        expect(who.get_by_role("alert")).to_have_text("The server cannot be reached.")
        page.unroute("**/v1/session")
        assert settings.people.sessions.count() != {}
        who.get_by_role("button", name="Sign out").press("Enter")
        expect(dialog.get_by_role("status")).to_have_text("You are signed out here.")
        expect(page.locator(".turn")).to_have_count(0)
        assert settings.people.sessions.count() == {}
        dialog.get_by_role("button", name="Not now").press("Enter")
        expect(dialog).to_have_count(0)
        expect(page.locator("#account")).to_have_accessible_name("Sign in")


def test_somebody_signs_in_through_a_provider_in_arabic(
    browser: Browser, server: Served, there: OpenIdProvider
) -> None:
    with watched(
        browser, server.url, locale="ar", size=(390, 844), faults=True, also=there.issuer
    ) as page:
        dialog = page.get_by_role("dialog", name="تسجيل الدخول")
        expect(dialog).to_be_visible()
        clean(page)
        screenshot(page, "sign-in-ar-phone")
        person, there.person = there.person, {"sub": "7", "name": "A"}
        dialog.get_by_role("link", name="الدخول عبر").click()
        expect(dialog.get_by_role("alert")).to_contain_text("وليس لك دور هنا")
        assert "sign-in" not in page.url
        screenshot(page, "sign-in-refused-ar-phone")

        there.person = person
        dialog.get_by_role("link", name="الدخول عبر").press("Enter")
        expect(page.locator("#state")).to_have_attribute("data-state", "live")
        account = page.locator("#account")
        expect(account).to_have_accessible_name("دخلت باسم \u2068هدى النجار\u2069")
        account.click()
        expect(page.get_by_role("dialog", name="دخلت باسم")).to_contain_text("كاتب")
        clean(page)
        screenshot(page, "signed-in-ar-phone")
        page.set_viewport_size({"width": 320, "height": 640})
        clean(page)
        page.locator("#sign-out").click()
        leave = page.get_by_role("dialog", name="تسجيل الدخول").get_by_role("status")
        expect(leave.get_by_role("link")).to_have_attribute(
            "href", f"{there.issuer}/end?client_id=siyaq&post_logout_redirect_uri="
            + server.url.replace(":", "%3A").replace("/", "%2F") + "%2F",
        )  # fmt: skip


@pytest.mark.parametrize("path", ["/plan", "/agents"])
def test_the_other_pages_let_people_in_too_and_bring_them_back(
    browser: Browser, server: Served, there: OpenIdProvider, path: str
) -> None:
    with watched(browser, server.url + path, faults=True, also="http://127.0.0.1") as page:
        dialog = page.get_by_role("dialog", name="Sign in")
        expect(dialog).to_be_visible()
        page.evaluate("sessionStorage.setItem('siyaq.key', 'one that stands no more')")
        dialog.get_by_role("link", name="Sign in with").click()
        expect(page.locator("#account")).to_contain_text("هدى النجار")
        page.wait_for_function("sessionStorage.getItem('siyaq.key') === null")
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert page.url == server.url + path
        clean(page)
