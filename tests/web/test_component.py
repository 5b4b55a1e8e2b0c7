"""`<siyaq-context>` and the plain card, on a page that is none of ours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from siyaq.core.card import ContextCard
from siyaq.core.ids import AuthorId, PostId
from siyaq.core.note import Note
from siyaq.core.post import Author
from siyaq.serve import ServeSettings
from siyaq.testing.product import NO_RATINGS, FakeProduct
from siyaq.testing.serving import Served, served
from siyaq.testing.story import HOSTILE, story_id

from .axe import serious
from .conftest import PATIENCE_MS, AlterCards, screenshot

pytestmark = pytest.mark.browser

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

HOST = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>A page of somebody else</title>
<style>html {{ color-scheme: {scheme}; background: {paper}; color: {ink} }}
body {{ margin: 24px; max-width: 640px; font-family: serif }}
dd, dt, h2 {{ color: red; font-size: 60px }}
</style></head><body><main><h1>A page</h1>
<siyaq-context post="{post}" theme="{scheme}"></siyaq-context>
<p id="after">what comes after</p></main>
<script type="module" src="/siyaq.js"></script></body></html>"""


class Elsewhere:
    """Opens a page that embeds the component."""

    def __init__(self, browser: Browser, server: Served) -> None:
        self.server = server
        self.context = browser.new_context(locale="en", timezone_id="UTC")
        self.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        self.errors: list[str] = []

    def open(
        self, post: PostId, *, lang: str = "en", scheme: str = "light", width: int = 720
    ) -> Page:
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": 760})
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        dark = scheme == "dark"
        html = HOST.format(
            lang=lang,
            dir="rtl" if lang == "ar" else "ltr",
            post=post.replace('"', "&quot;"),
            scheme=scheme,
            paper="#10161a" if dark else "#f6f7f4",
            ink="#eeeeee" if dark else "#111111",
        )

        def fulfill(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        page.route("**/elsewhere", fulfill)
        page.goto(f"{self.server.url}/elsewhere")
        return page


@pytest.fixture
def elsewhere(
    browser: Browser, browser_thread: ThreadPoolExecutor, server: Served
) -> Iterator[Elsewhere]:
    made = browser_thread.submit(Elsewhere, browser, server).result()
    yield made
    browser_thread.submit(made.context.close).result()
    assert made.errors == []


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_component_reads_in_five_lines_on_any_page(
    elsewhere: Elsewhere, lang: str, scheme: str
) -> None:
    page = elsewhere.open(story_id("changed"), lang=lang, scheme=scheme)
    card = page.locator("siyaq-context article:not([aria-busy])")
    expect(card).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
    rows = card.locator("dl > div")
    expect(rows).to_have_count(5)
    said = [text.replace("\u2068", "").replace("\u2069", "") for text in rows.all_text_contents()]
    assert "@civildefence.wadinoor.example" in said[0]
    assert ("4 posts · 4 accounts" if lang == "en" else "4 منشورات · 4 حسابات") in said[1]
    assert "Wadi Noor Civil Defence" in said[2]
    expect(card.locator("rect")).to_have_count(8)
    assert card.evaluate("(card) => card.scrollWidth <= card.clientWidth")
    assert serious(page) == []
    screenshot(page, f"component-{lang}-{scheme}")
    card.locator("summary").first.press("Enter")
    expect(card.locator("li.refutes blockquote")).to_contain_text(
        "Reports of a collapse are false."
    )
    assert serious(page) == []
    screenshot(page, f"component-{lang}-{scheme}-open")


@pytest.mark.parametrize("width", [360, 720])
def test_nothing_on_the_page_moves_when_the_card_arrives(elsewhere: Elsewhere, width: int) -> None:
    page = elsewhere.open(story_id("match"), width=width)
    where = "document.querySelector('#after').getBoundingClientRect().top"
    expect(page.locator("siyaq-context article:not([aria-busy])")).to_be_visible()
    small = page.evaluate(where)
    page = elsewhere.open(story_id("changed"), width=width)
    page.evaluate("document.querySelector('siyaq-context').remove()")
    heights = page.evaluate(
        """async (post) => {
          const element = document.createElement("siyaq-context");
          element.setAttribute("post", post);
          const shown = new Promise((done) => element.addEventListener("siyaq-shown", done));
          document.querySelector("h1").after(element);
          await Promise.resolve();
          const before = element.getBoundingClientRect().height;
          await shown;
          return [before, element.getBoundingClientRect().height];
        }""",
        story_id("changed"),
    )
    assert heights[0] == heights[1]
    assert page.evaluate(where) == small


@pytest.fixture
def at_noon(browser: Browser, browser_thread: ThreadPoolExecutor) -> Iterator[Elsewhere]:
    """Opens a page at noon of one day: how long its lines are is the same whenever a test runs."""
    with served(FakeProduct(now=NOON), ServeSettings(port=0)) as server:
        made = browser_thread.submit(Elsewhere, browser, server).result()
        browser_thread.submit(made.context.clock.set_fixed_time, NOON).result()
        yield made
        browser_thread.submit(made.context.close).result()
    assert made.errors == []


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_phone_shows_every_line_whole(at_noon: Elsewhere, lang: str) -> None:
    page = at_noon.open(story_id("changed"), lang=lang, width=360)
    card = page.locator("siyaq-context article:not([aria-busy])")
    expect(card.locator("dd")).to_have_count(5)
    for row in card.locator("dd").all():
        said = row.text_content()
        cut = row.evaluate(
            """(row) => row.scrollHeight > row.clientHeight + 1
              || row.scrollWidth > row.clientWidth + 1
              || [...row.children].some((part) => part.scrollWidth > part.clientWidth + 1
                && getComputedStyle(part).display !== "inline")"""
        )
        assert not cut, said
    assert serious(page) == []
    screenshot(page, f"component-{lang}-phone")


def test_on_a_phone_the_button_of_a_model_covers_nothing(
    elsewhere: Elsewhere, product: FakeProduct
) -> None:
    page = elsewhere.open(story_id("changed"), width=360)
    card = page.locator("siyaq-context article:not([aria-busy])")
    expect(card.locator("[part=evidence]")).to_be_visible()
    height = card.bounding_box()
    product.model = "gguf:a-model-with-quite-a-name"
    page = elsewhere.open(story_id("changed"), width=360)
    card = page.locator("siyaq-context article:not([aria-busy])")
    expect(card.locator(".phrase")).to_be_visible()
    opens = card.locator("[part=evidence] summary").bounding_box()
    button = card.locator(".phrase").bounding_box()
    assert opens is not None
    assert button is not None
    assert button["y"] >= opens["y"] + opens["height"]
    assert card.bounding_box() == height  # and makes no card higher


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Not known: whether it was said before our record begins; whether it was said"),
        ("ar", "غير معروف: هل قيل قبل بداية سجلنا؛ هل قيل حين لم نكن نستمع"),
    ],
)
def test_what_is_not_known_is_told_and_not_counted(
    elsewhere: Elsewhere, lang: str, said: str
) -> None:
    page = elsewhere.open(story_id("changed"), lang=lang)
    expect(page.locator("[part=unknown] summary")).to_contain_text(said)


def test_who_said_it_first_is_shown_and_takes_no_side(
    elsewhere: Elsewhere, alter_cards: AlterCards
) -> None:
    def copied(card: ContextCard) -> ContextCard:
        assert card.first_seen is not None
        first = replace(card.references[1], id="e9", marker=9, post_id=card.first_seen.post_id)
        return replace(card, references=(first, *card.references))

    alter_cards(copied)
    page = elsewhere.open(story_id("changed"))
    card = page.locator("siyaq-context article:not([aria-busy])")
    expect(card.locator("li .side")).to_have_text(
        ["First seen", "Disputes it", "About it"], use_inner_text=False
    )


def test_hostile_text_stays_text_in_the_component(
    elsewhere: Elsewhere, product: FakeProduct
) -> None:
    for key in ("article", "denial"):
        post = product.posts[story_id(key)]
        author = replace(post.author, name=HOSTILE)
        product.posts[post.id] = replace(
            post, text=HOSTILE, author=author, url="javascript:document.title='owned'"
        )
    page = elsewhere.open(story_id("changed"))
    card = page.locator("siyaq-context article")
    card.locator("summary").first.click()
    expect(card.locator("blockquote").first).to_contain_text("<script>")
    assert card.locator("script, img, blockquote a, li a").count() == 0
    assert page.title() == "A page of somebody else"


@pytest.mark.parametrize(("lang", "called"), [("en", "unnamed account"), ("ar", "حساب بلا اسم")])
def test_an_account_that_nobody_named_is_told_in_words(
    elsewhere: Elsewhere, product: FakeProduct, lang: str, called: str
) -> None:
    for key in ("closed", "denial", "article"):
        post = product.posts[story_id(key)]
        author = Author(id=AuthorId("did:plc:abcdefghijk3fq"))
        product.posts[post.id] = replace(post, author=author)
    page = elsewhere.open(story_id("changed"), lang=lang)
    card = page.locator("siyaq-context article:not([aria-busy])")
    told = f"{called} \u2068k3fq\u2069"
    for row in ("first", "refutes", "turn"):
        expect(card.locator(f"[part={row}] dd")).to_contain_text(told)
    expect(card).not_to_contain_text("did:plc")
    name = quote(story_id("changed"), safe="")
    page.goto(f"{elsewhere.server.url}/v1/posts/{name}/context.html?lang={lang}")
    expect(page.locator(".fact.refutes dd")).to_contain_text(told)
    expect(page.locator("main")).not_to_contain_text("did:plc")


def test_a_readers_note_is_shown_as_a_readers_words(
    elsewhere: Elsewhere, product: FakeProduct
) -> None:
    note = Note(
        id="n",
        text=HOSTILE,
        classification="not_misleading",
        misleading_tags=(),
        trustworthy_sources=False,
        at=product.now,
        score=NO_RATINGS,
    )
    product.proposed.append((story_id("changed"), note))
    page = elsewhere.open(story_id("changed"))
    card = page.locator("siyaq-context article")
    card.locator("summary").first.click()
    expect(card.locator("li").first).to_contain_text("Readers’ note")
    expect(card.locator("li blockquote").first).to_contain_text("<script>")


def test_a_post_that_is_not_there_says_so_and_tells_the_page(elsewhere: Elsewhere) -> None:
    page = elsewhere.open(story_id("closed"))
    code = page.evaluate(
        """async () => {
          const element = document.querySelector("siyaq-context");
          const failed = new Promise((done) =>
            element.addEventListener("siyaq-failed", (event) => done(event.detail)));
          element.setAttribute("post", "bluesky:nobody");
          return await failed;
        }"""
    )
    assert code == "not_found"
    expect(page.locator("siyaq-context [role=status]")).to_have_text(
        "This post is not in the record, or was deleted."
    )


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_plain_card_and_its_image_can_be_looked_at(elsewhere: Elsewhere, lang: str) -> None:
    page = elsewhere.context.new_page()
    base = f"{elsewhere.server.url}/v1/posts/{quote(story_id('changed'), safe='')}/context"
    page.goto(f"{base}.html?lang={lang}")
    expect(page.locator("li")).to_have_count(2)
    assert serious(page) == []
    screenshot(page, f"plain-{lang}")
    page.goto(f"{base}.svg?lang={lang}")
    page.set_viewport_size({"width": 1200, "height": 630})
    screenshot(page, f"image-{lang}")
