"""Markup in whatever others wrote, on every page that shows it: it is text, and does nothing.

Post text, names, handles, titles, descriptions of pictures, addresses, questions and notes all
hold it. A page may neither run any of it nor ask for anything because of it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from siyaq.access import Links, Shares
from siyaq.core.answer import (
    Answer,
    AnswerEvent,
    EvidenceFound,
    Finished,
    Question,
    SentenceChecked,
)
from siyaq.core.card import ContextCard
from siyaq.core.ids import PostId
from siyaq.core.post import Media, Post
from siyaq.serve import ServeSettings
from siyaq.testing.product import FakeProduct
from siyaq.testing.scripted import _evidence, _sentence, scripted_answer
from siyaq.testing.serving import Served, served
from siyaq.testing.story import story_id
from siyaq.text.clean import readable
from tests.web.conftest import PATIENCE_MS, WATCH_POLICY
from tests.web.markup_pack import PACK, public_cases

pytestmark = pytest.mark.browser

OURS = re.compile(r"/|/(static/.+|v1/.+|s/.+|siyaq\.js|sw\.js|elsewhere|plan|agents)")
POISONED = "Is the bridge open? <img src=/owned.png onerror=owned()>"

WATCH_RUNS = """
  window.ran = [];
  window.owned = (...told) => window.ran.push("owned");
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = () => window.ran.push(name);
  }
"""
FIND_MARKUP = """() => {
  const NEVER = new Set(["iframe", "object", "embed", "portal", "base", "marquee", "frameset",
    "xss", "video", "audio", "math"]);
  const found = [];
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot);
      for (const { name, value } of one.attributes) {
        if (name.startsWith("on") || name === "srcdoc" || name === "style" && value.includes("url"))
          found.push(`${one.localName} ${name}`);
        if (["href", "src", "action", "data", "xlink:href"].includes(name)
            && !/^(https?:|[/#?.]|[\\w-]+=?$)/i.test(value)) found.push(`${name}=${value}`);
      }
      if (NEVER.has(one.localName)) found.push(one.localName);
    }
  };
  look(document);
  return found;
}"""
READ = """() => {
  const texts = [document.body.textContent];
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (!one.shadowRoot) continue;
      texts.push(one.shadowRoot.textContent);
      look(one.shadowRoot);
    }
  };
  look(document);
  return texts.join(" ");
}"""


class Poisoned(FakeProduct):
    """A product in which nothing but texts of a pack was ever posted."""

    def __init__(self, pack: Sequence[str]) -> None:
        super().__init__(now=datetime.now(UTC))
        self.pack = pack
        first = self.posts[story_id("closed")]
        for n, (name, post) in enumerate(self.posts.items()):
            self.posts[name] = self._with(post, n)
        self.written = [
            self._with(replace(first, native_id=f"at://x/{n}"), n) for n in range(len(pack))
        ]
        self.posts |= {post.id: post for post in self.written}

    def _with(self, post: Post, n: int) -> Post:
        text = self.pack[n % len(self.pack)]
        media = tuple(Media(type="image", url=one, alt=one) for one in self.pack)
        author = replace(post.author, name=text, handle=text)
        return replace(
            post,
            text=text,
            title=text,
            author=author,
            url=text,
            media=media if post.native_id == "at://x/0" else (),
        )

    async def ask(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        answer = self._poisoned(question)
        self.kept[answer.id] = answer
        self.questions[answer.id] = question.text
        yield EvidenceFound(answer.references)
        for sentence in answer.sentences:
            yield SentenceChecked(sentence)
        yield Finished(answer)

    def _poisoned(self, question: Question) -> Answer:
        references = tuple(_evidence(post, n) for n, post in enumerate(self.written, start=1))
        sentences = tuple(_sentence(one, one.text) for one in references)
        made = replace(
            scripted_answer(question, self.posts, self.now, 1),
            sentences=sentences,
            references=references,
            short_answer=self.pack[0],
        )
        sides = tuple(
            replace(side, value=self.pack[n], evidence_ids=(references[n].id,))
            for conflict in made.conflicts
            for n, side in enumerate(conflict.sides)
        )
        conflicts = tuple(replace(one, about=self.pack[1], sides=sides) for one in made.conflicts)
        return replace(made, conflicts=conflicts)

    async def context(self, post_id: PostId) -> ContextCard:
        card = await super().context(post_id)
        references = tuple(_evidence(post, n) for n, post in enumerate(self.written, start=1))
        points = tuple(_sentence(one, one.text) for one in references)
        return replace(card, points=points, references=(*references, *card.references))


@dataclass
class Seen:
    """What a page has asked for and said."""

    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def interrupted(self, dialog: Dialog) -> None:
        """Note that the page stops whoever reads it."""
        self.said.append(dialog.message)
        dialog.dismiss()

    def heard(self, kind: str, text: str, url: str) -> None:
        """Note an error of the console, but that a browser asks for an icon by itself."""
        if kind == "error" and not url.endswith("/favicon.ico"):
            self.said.append(f"{text} {url}")


@contextmanager
def shown(browser: Browser, server: Served, path: str, html: str = "") -> Iterator[Page]:
    """Open a page of a server, and hold it to account when the block ends."""
    context = browser.new_context(service_workers="block", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    seen = Seen()
    context.on("request", lambda request: seen.asked.append(request.url))
    page = context.new_page()
    page.add_init_script(WATCH_POLICY + WATCH_RUNS)
    page.on("dialog", seen.interrupted)
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("console", lambda said: seen.heard(said.type, said.text, said.location["url"]))
    if html:
        page.route(
            "**/elsewhere",
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
        )
    try:
        page.goto(server.url + path)
        yield page
        assert page.evaluate("window.ran") == []
        assert page.evaluate("window.violations") == []
        assert page.evaluate(FIND_MARKUP) == []
        assert seen.said == []
        assert {urlsplit(url).netloc for url in seen.asked} == {urlsplit(server.url).netloc}
        strange = [url for url in seen.asked if not OURS.fullmatch(urlsplit(url).path)]
        assert strange == []
        assert page.url.startswith(server.url)
    finally:
        context.close()


def told_in_full(page: Page, pack: Sequence[str]) -> list[str]:
    """Return the texts of a pack that a page does not show to the letter."""
    everything = _plain(page.evaluate(READ))
    return [text for text in pack if _plain(text) not in everything]


def _plain(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069\u200b]+", "", readable(text))


Case = Callable[[Browser, Served, Poisoned], None]


def the_page(browser: Browser, server: Served, product: Poisoned) -> None:
    with shown(browser, server, "/") as page:
        expect(page.locator("html")).not_to_have_class("booting")
        page.locator("#question").fill(POISONED)
        page.locator("#question").press("Enter")
        reply = page.locator(".turn .reply")
        expect(reply).to_have_attribute("aria-busy", "false")
        expect(page.locator(".sentence")).to_have_count(len(product.pack))
        assert told_in_full(page, [*product.pack, POISONED]) == []
        page.locator(".sentence .marker").first.click()
        expect(page.locator(".panel-post")).to_be_visible()
        expect(page.locator(".media")).to_have_count(len(product.pack))
        assert told_in_full(page, product.pack) == []


def the_component(browser: Browser, server: Served, product: Poisoned) -> None:
    name = product.written[0].id.replace('"', "&quot;")
    html = (
        "<!doctype html><meta charset=utf-8><title>A page</title>"
        f'<siyaq-context post="{name}"></siyaq-context>'
        "<script type=module src=/siyaq.js></script>"
    )
    with shown(browser, server, "/elsewhere", html) as page:
        card = page.locator("siyaq-context article:not([aria-busy])")
        expect(card).to_be_visible()
        for summary in card.locator("summary").all():
            summary.click()
        expect(card.locator("blockquote").first).to_be_visible()
        assert page.title() == "A page"


def the_plain_card(browser: Browser, server: Served, product: Poisoned) -> None:
    name = quote(product.written[0].id, safe="")
    for kind in ("html", "svg"):
        with shown(browser, server, f"/v1/posts/{name}/context.{kind}") as page:
            if kind == "html":
                expect(page.locator("li").first).to_be_visible()


def the_share_page(browser: Browser, server: Served, product: Poisoned) -> None:
    with shown(browser, server, "/plan") as page:  # a page of the server, to ask from
        path = page.evaluate(
            """async (question) => {
              const headers = { "Content-Type": "application/json" };
              const post = async (path, told) => (await fetch(path,
                { method: "POST", headers, body: JSON.stringify(told) })).json();
              const { id } = await post("/v1/ask", { question });
              return (await post(`/v1/answers/${id}/shares`, { days: 1 })).path;
            }""",
            POISONED,
        )
    with shown(browser, server, path) as page:
        expect(page.locator("h1")).to_have_text(POISONED)
        assert told_in_full(page, product.pack) == []


CASES: Sequence[Case] = (the_page, the_component, the_plain_card, the_share_page)


@contextmanager
def poisoned(pack: Sequence[str], folder: Path) -> Iterator[tuple[Served, Poisoned]]:
    product = Poisoned(pack)
    shares = Shares(folder, Links(folder))
    with served(product, ServeSettings(port=0, shares=shares)) as server:
        yield server, product


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_our_own_pack_is_text(
    browser: Browser, browser_thread: ThreadPoolExecutor, tmp_path: Path, case: Case
) -> None:
    with poisoned(PACK, tmp_path) as (server, product):
        case(browser, server, product)


def test_public_cases_do_nothing(
    browser: Browser, browser_thread: ThreadPoolExecutor, tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "markup"
    if not folder.is_dir():
        pytest.skip(f"no public cases in {folder} (dompurify.json: a list of payloads)")
    cases = public_cases(folder)
    assert len(cases) > 100
    with poisoned(cases, tmp_path) as (server, product):
        for case in CASES:
            case(browser, server, product)
