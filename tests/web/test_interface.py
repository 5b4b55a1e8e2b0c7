"""Two languages, two directions, two themes, any width, no mouse."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.serving import served

from .conftest import OpenPage, ask, screenshot, watched

pytestmark = pytest.mark.browser

ARABIC = re.compile(r"[\u0621-\u064a]")
SAME_IN_BOTH = {"cite.marker", "tools.language", "number"}

SPOKEN = """() => [...document.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder]")]
  .flatMap((node) => [
    [node.dataset.t, node.textContent],
    [node.dataset.tLabel, node.getAttribute("aria-label")],
    [node.dataset.tPlaceholder, node.placeholder],
  ].filter(([key]) => key))"""

OVERFLOWING = """() => [document.documentElement, ...document.querySelectorAll("body *")]
  .filter((node) => {
    if (node.closest(".quiet") || node.closest("svg") || !node.checkVisibility()) return false;
    const box = node.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1;
  }).map((node) => `${node.tagName}.${node.className} ${node.textContent.slice(0, 30)}`)"""

NAMELESS = """() => [
    ...document.querySelectorAll("button, input, select, textarea, a[href], dialog"),
  ]
  .filter((node) => {
    if (!node.checkVisibility()) return false;
    const by = node.getAttribute("aria-labelledby");
    const named = node.getAttribute("aria-label") || node.textContent.trim()
      || (by && document.getElementById(by)?.textContent)
      || [...(node.labels ?? [])].some((label) => label.textContent.trim());
    return !named;
  }).map((node) => node.outerHTML.slice(0, 120))"""

POOR_CONTRAST = """() => {
  const parse = (color) => {
    const numbers = color.match(/[\\d.]+/g).map(Number);
    const scale = color.startsWith("color(srgb") ? 255 : 1;
    const [r, g, b] = numbers.slice(0, 3).map((part) => part * scale);
    return [r, g, b, numbers[3] ?? 1];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => {
      const s = part / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest(".quiet, .skip, svg")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(background(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      poor.push(`${ratio.toFixed(2)} ${node.className} ${node.textContent.slice(0, 30)}`);
    }
  }
  return poor;
}"""


def fill(page: Page, arabic: bool) -> None:
    """Have everything on the page that it can show at once."""
    ask(page, "هل فُتح الجسر؟" if arabic else "Is the bridge open?")
    ask(page, "كم عائلة؟" if arabic else "How many families?")
    ask(page, "من فاز؟" if arabic else "Who won?")


def open_card(page: Page) -> None:
    page.locator(".sentence").nth(1).locator(".context-button").click()
    expect(page.locator(".card")).to_be_visible()


def test_switching_the_language_turns_the_whole_page(page: Page) -> None:
    fill(page, arabic=False)
    page.locator(".evidence summary").first.click()
    page.get_by_role("button", name="العربية").click()
    html = page.locator("html")
    expect(html).to_have_attribute("dir", "rtl")
    expect(html).to_have_attribute("lang", "ar")
    open_card(page)
    spoken = page.evaluate(SPOKEN)
    assert len(spoken) > 80
    for key, text in spoken:
        if key not in SAME_IN_BOTH:
            assert ARABIC.search(text), (key, text)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="English").click()
    expect(html).to_have_attribute("dir", "ltr")
    for key, text in page.evaluate(SPOKEN):
        if key not in SAME_IN_BOTH and "of" not in key.split("_") and key != "cite.open":
            assert not ARABIC.search(text.split(":")[0]), (key, text)
    expect(page.locator(".sentence")).to_have_count(5)  # nothing was lost on the way


def test_the_language_is_remembered(page: Page) -> None:
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.reload()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#live-title")).to_have_text("منشورات مباشرة")


def test_the_theme_follows_the_system_until_it_is_chosen(open_page: OpenPage) -> None:
    page = open_page(scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.get_by_role("button", name="Dark colors").click()
    light = page.evaluate(paper)
    assert light != dark
    expect(page.locator("#theme")).to_have_attribute("aria-pressed", "false")
    page.reload()
    assert page.evaluate(paper) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(open_page: OpenPage, scheme: str) -> None:
    page = open_page(scheme=scheme)
    assert page.evaluate(POOR_CONTRAST) == []
    fill(page, arabic=False)
    page.locator(".evidence summary").first.click()
    assert page.evaluate(POOR_CONTRAST) == []
    open_card(page)
    assert page.evaluate(POOR_CONTRAST) == []


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_nothing_hangs_over_the_edge_at_any_width(open_page: OpenPage, locale: str) -> None:
    page = open_page(locale=locale)
    fill(page, arabic=locale == "ar")
    page.locator(".evidence summary").first.click()
    for width in (320, 390, 700, 1000, 1280, 2200):
        page.set_viewport_size({"width": width, "height": 800})
        if page.locator(".views").is_visible():
            page.locator(".views button").last.click()
            expect(page.locator(".post").first).to_be_visible()
            assert page.evaluate(OVERFLOWING) == [], width
            page.locator(".views button").first.click()
        assert page.evaluate(OVERFLOWING) == [], width
        open_card(page)
        assert page.evaluate(OVERFLOWING) == [], width
        page.keyboard.press("Escape")


def test_everything_that_can_be_used_has_a_name(page: Page) -> None:
    fill(page, arabic=False)
    open_card(page)
    assert page.evaluate(NAMELESS) == []


def test_the_whole_way_without_a_mouse(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("Is the bridge")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("open?")
    expect(page.locator("#question")).to_have_value("Is the bridge\nopen?")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence")).to_have_count(3)
    expect(page.locator("#question")).to_be_focused()
    tab_to(page, ".marker", backwards=True)
    outline = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert is_focused(page, ".marker")
    tab_to(page, "#language", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    tab_to(page, ".post .context-button")


def is_focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("s => document.activeElement?.matches(s)", selector))


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if is_focused(page, selector):
            return
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def test_a_slash_in_a_box_is_only_a_slash(page: Page) -> None:
    page.locator("#live-text").click()
    page.keyboard.type("a/b")
    expect(page.locator("#live-text")).to_have_value("a/b")


def test_an_answer_moves_nothing_that_is_being_read(page: Page) -> None:
    page.evaluate(
        """() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        }"""
    )
    fill(page, arabic=False)
    assert page.evaluate("window.shift") < 0.1


def test_a_server_with_keys_asks_for_one_once(browser: Browser, product: FakeProduct) -> None:
    key = "correct-horse-battery"
    with (
        served(product, ServeSettings(port=0, keys=(key,))) as server,
        watched(browser, server.url, faults=True) as page,
    ):
        dialog = page.get_by_role("dialog", name="This server needs a key")
        dialog.get_by_label("Key").fill("not the right key")
        dialog.get_by_role("button", name="Use it").click()
        expect(page.locator("#key-value")).to_have_value("")
        expect(dialog).to_be_visible()
        dialog.get_by_label("Key").fill(key)
        dialog.get_by_role("button", name="Use it").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "live")
        ask(page, "Is the bridge open?")
        expect(page.locator(".sentence")).to_have_count(3)
        expect(dialog).to_have_count(0)
        assert page.evaluate("sessionStorage.getItem('siyaq.key')") == key
        assert page.evaluate("Object.values(localStorage).join()").count(key) == 0


@pytest.mark.parametrize(
    ("name", "locale", "scheme", "size"),
    [
        ("wide-en-light", "en", "light", (1360, 860)),
        ("wide-ar-dark", "ar", "dark", (1360, 860)),
        ("wide-en-dark", "en", "dark", (1360, 860)),
        ("phone-ar-light", "ar", "light", (390, 844)),
        ("phone-en-dark", "en", "dark", (390, 844)),
    ],
)
def test_what_it_looks_like(
    open_page: OpenPage, name: str, locale: str, scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(locale=locale, scheme=scheme, size=size)
    expect(page.locator(".post").first).to_be_attached()
    screenshot(page, f"{name}-1-welcome")
    ask(page, "هل فُتح الجسر؟" if locale == "ar" else "Is the bridge open?")
    screenshot(page, f"{name}-2-answer")
    page.locator(".marker").first.click()
    expect(page.locator("mark")).to_be_visible()
    screenshot(page, f"{name}-3-citation")
    page.keyboard.press("Escape")
    ask(page, "كم عائلة؟" if locale == "ar" else "How many families?")
    screenshot(page, f"{name}-4-conflict")
    ask(page, "من فاز؟" if locale == "ar" else "Who won?")
    screenshot(page, f"{name}-5-abstain")
    if size[0] < 500:
        page.locator(".views button").last.click()
        screenshot(page, f"{name}-7-live")
    post = page.locator(".post", has_text="has collapsed")
    post.locator(".context-button").last.click()
    expect(page.locator(".card")).to_be_visible()
    screenshot(page, f"{name}-6-card")
