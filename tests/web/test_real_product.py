"""A real Chromium on the real product: `siyaq demo`, judged by what the simulated world knows.

The other browser tests drive the page over a scripted product; here nothing is scripted. The
world is told apart from the product (`siyaq.testing.world`), so what a page should show is known
without asking siyaq.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from siyaq.testing.world import Question, Truth
from tests.serve.wire import events_of

from .conftest import OpenPage, ask, screenshot
from .demonstration import Demonstration, demonstration

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LATEST = {"en": "What happened in the latest story?", "ar": "ما آخر ما حدث؟"}
AND_WHEN = {"en": "When does it go on sale?", "ar": "ومتى يبدأ بيعه؟"}
UNKNOWN = {"en": "I don’t know", "ar": "لا أعرف"}
SEARCHED = {"en": "Searched posts of", "ar": "بحثتُ في منشورات"}

RECORD = """() => {
  window.plainFetch ??= window.fetch;
  window.fetch = async (...asked) => {
    const response = await window.plainFetch(...asked);
    if (asked[0] === "/v1/ask") window.wire = response.clone().text();
    return response;
  };
}"""

OVERRIDES = str.maketrans("", "", "\u202d\u202e")  # never shown

Locale = str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstration(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running


@pytest.fixture(params=["en", "ar"])
def locale(request: pytest.FixtureRequest) -> Locale:
    """The language of the interface and of the questions."""
    return str(request.param)


@pytest.fixture
def page(open_page: OpenPage, browser_thread: ThreadPoolExecutor, locale: Locale) -> Page:
    return browser_thread.submit(open_page, locale=locale, size=(1360, 860)).result()


def put(page: Page, question: str) -> tuple[list[Any], dict[str, Any]]:
    """Ask on the page; return the history that it sent, and the answer that was streamed to it."""
    page.evaluate(RECORD)
    with page.expect_request("**/v1/ask") as asked:
        ask(page, question)
    sent = asked.value.post_data_json
    assert sent
    *steps, answer, done = events_of(page.evaluate("window.wire"))
    names = [step.name for step in steps if step.name != "status"]
    shown = answer.data["sentences"]
    assert isinstance(shown, list)
    assert names[len(names) - len(shown) :] == ["sentence"] * len(shown)
    assert (answer.name, done.name) == ("answer", "done")
    return sent["history"], answer.data


def reply(page: Page) -> Locator:
    return page.locator(".turn").last.locator(".reply")


def said(page: Page) -> str:
    return " ".join(reply(page).locator(".sentence > .words").all_text_contents())


def right(answer: str, question: Question) -> bool:
    return all(any(form in answer for form in forms) for forms in question.must_contain)


def uri(post_id: str) -> str:
    """Return what the world calls a post."""
    return post_id.partition(":")[2]


def words(text: str) -> str:
    return " ".join(text.split())


def test_live_posts_of_both_languages_are_what_was_posted(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    posts = page.locator("#posts > li")
    expect(posts.nth(30)).to_be_attached()
    newest = posts.first.get_attribute("data-post")
    server.go_on(3)
    expect(posts.first).not_to_have_attribute("data-post", newest or "")  # the stream goes on
    page.locator("#pause").click()
    shown = posts.evaluate_all(
        "nodes => nodes.map(node => [node.dataset.post, node.querySelector('.words').textContent])"
    )
    screenshot(page, f"real-{locale}-live")
    truth = server.truth()
    once = {uri(name): text for name, text in shown if uri(name) in truth.live}
    once = {name: text for name, text in once.items() if not truth.posts[name].edited}
    assert len(once) > 25
    assert once == {name: truth.posts[name].text.translate(OVERRIDES) for name in once}
    assert {truth.posts[name].lang for name in once} >= {"ar", "en"}


def test_a_running_story_is_answered_from_what_its_posts_say(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    question, _ = server.launch(locale)
    _, answer = put(page, question.text)
    assert right(said(page), question), (question, said(page))
    assert said(page) == " ".join(sentence["text"] for sentence in answer["sentences"])
    screenshot(page, f"real-{locale}-answer")


def test_every_citation_opens_its_post_with_the_quoted_words_marked(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    question, _ = server.launch(locale)
    _, answer = put(page, question.text)
    names = {one["id"]: one["post_id"] for one in answer["references"]}
    cited = [one for sentence in answer["sentences"] for one in sentence["citations"]]
    markers = reply(page).locator(".sentence .marker")
    expect(markers).to_have_count(len(cited))
    truth = server.truth()
    for place, citation in enumerate(cited):
        markers.nth(place).click()
        panel = page.locator(".panel-post")
        expect(panel.locator("mark").first).to_be_visible()
        marked = " ".join(panel.locator("mark").all_text_contents())
        assert words(marked) == words(citation["quote"])
        name = names[citation["evidence_id"]]
        stored = server.stored(name)["text"]
        assert citation["quote"] in stored
        shown = panel.locator(".post-title, .panel-text").all_text_contents()
        assert words(" ".join(shown)) == words(stored)  # a title is shown once
        if uri(name) in truth.posts:
            assert citation["quote"] in truth.posts[uri(name)].text
        else:
            assert words(citation["quote"]) in words(whole(truth, uri(name)))
        screenshot(page, f"real-{locale}-citation-{place}")
        page.keyboard.press("Escape")


def whole(truth: Truth, guid: str) -> str:
    article = truth.articles[guid]
    return f"{article.title} {article.text}"


def test_a_follow_up_is_understood_from_what_was_said(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    price, date = server.launch(locale)
    history, _ = put(page, price.text)
    assert history == []
    first = said(page)
    history, _ = put(page, AND_WHEN[locale])
    assert history == [
        {"role": "user", "content": price.text},
        {"role": "assistant", "content": first},
    ]
    assert right(said(page), date), (date, said(page))
    expect(page.locator(".asked")).to_have_text([price.text, AND_WHEN[locale]])
    earlier = page.locator(".turn").first.locator(".sentence > .words")
    assert " ".join(earlier.all_text_contents()) == first
    screenshot(page, f"real-{locale}-follow-up")


def test_what_no_post_tells_is_not_known_and_the_window_is_told(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    unasked = (one for one in server.truth().questions if not one.story and one.lang == locale)
    question = next(one for one in unasked if one.kind == "unanswerable")
    _, answer = put(page, question.text)
    expect(reply(page).locator(".notice.abstained")).to_contain_text(UNKNOWN[locale])
    expect(reply(page).locator(".sentence")).to_have_count(0)
    expect(reply(page).locator(".covered")).to_contain_text(SEARCHED[locale])
    since = datetime.fromisoformat(answer["covered"]["since"])
    assert abs(since - server.world.start) < timedelta(seconds=30)
    screenshot(page, f"real-{locale}-abstained")


def test_the_latest_is_told_at_once_from_stories_that_are_running(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    page.get_by_role("button", name=LATEST[locale]).click()
    expect(reply(page)).to_have_attribute("aria-busy", "false")
    expect(reply(page).locator(".sentence .marker")).not_to_have_count(0)
    screenshot(page, f"real-{locale}-latest")
    _, answer = put(page, LATEST[locale])
    names = {uri(one["post_id"]) for one in answer["references"]}
    assert names
    assert names <= server.running()


def test_the_context_of_a_live_post_holds_what_it_answers(
    page: Page, server: Demonstration, locale: Locale
) -> None:
    expect(page.locator("#posts > li").nth(30)).to_be_attached()
    page.locator("#pause").click()
    truth = server.truth()
    shown = page.locator("#posts > li").evaluate_all(
        "nodes => nodes.map(node => node.dataset.post)"
    )
    held = {name: truth.live[uri(name)] for name in shown if uri(name) in truth.live}
    name, post = next((name, one) for name, one in held.items() if one.reply_to in truth.live)
    page.locator(f'#posts [data-post="{name}"] .context-button').last.click()
    thread = page.locator(".card .thread")
    expect(thread.locator(".self .words")).to_have_text(post.text)
    before: list[str] = []
    while post.reply_to in truth.live:
        post = truth.live[post.reply_to]
        before.insert(0, post.text)
    expect(thread.locator(".ancestor .words")).to_have_text(before)
    expect(page.locator(".card .lead time").first).to_be_visible()
    screenshot(page, f"real-{locale}-card")
